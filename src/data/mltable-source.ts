import { open, readFile } from 'node:fs/promises'
import { join, posix, relative } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { messageOf, SluiceError } from '../base/errors.ts'
import { filterSql } from './mltable-filter.ts'
import { sqlList, sqlLiteral, sqlName } from './sql-text.ts'
import type { TableSource } from './table-format.ts'

/*
 * An MLTable file as SQL: which files, how they are read, and the transformations one after the other. What the Python
 * package does is in python/src/sluiceworks/tables; the differences are stated in docs/how-to/know-your-data.md (types
 * are guessed by DuckDB, and a random sample is another one).
 */

type Fields = Readonly<Record<string, unknown>>

/** The table that the MLTable file of a folder describes. `files` are all files below it. Throws `invalid-document`, `not-supported`. */
export async function readMltable(folder: string, files: readonly string[]): Promise<TableSource> {
  const document = parseMltable(await readFile(join(folder, 'MLTable'), 'utf8'))
  const { paths, transformations = [] } = document
  if (!Array.isArray(paths) || paths.length === 0) throw wrong('it names no "paths"')
  if (!Array.isArray(transformations)) throw wrong('"transformations" must be a list')
  const others = files.filter((file) => file !== join(folder, 'MLTable'))
  const chosen = (paths as unknown[]).flatMap((entry) => filesOf(entry, folder, others))
  const steps = (transformations as unknown[]).map(stepOf)
  const reader = steps.findIndex(([name]) => name in readers)
  if (reader === -1)
    throw new SluiceError('not-supported', 'The MLTable lists files and has no rows: it has no reader.', {
      hint: 'Add read_delimited, read_parquet or read_json_lines to its transformations.',
    })
  const [readerName, options] = steps[reader]!
  const read = await readers[readerName]!(chosen, fieldsOf(options), folder)
  const rest = steps.filter((_, at) => at !== reader)
  const partitioned = rest.find(([name]) => name === 'extract_columns_from_partition_format')
  let sql = partitioned === undefined ? read : partitionSql(read, formatTextOf(partitioned[1]))
  for (const [name, argument] of rest) {
    if (name === 'extract_columns_from_partition_format') continue
    const step = transformationSql[name]
    if (step === undefined)
      throw new SluiceError('not-supported', `MLTable: the transformation "${name}" is not read here.`, {
        hint: `Read are ${[...Object.keys(readers), ...Object.keys(transformationSql)].join(', ')}.`,
      })
    sql = step(sql, argument)
  }
  const hasPath = fieldsOf(options)['include_path_column'] === true
  const shown = hasPath ? `select * rename (${pathColumn} as "Path")` : `select * exclude (${pathColumn})`
  return { sql: `${shown} from (${sql})`, format: 'mltable', files: chosen }
}

/** A column of ours for as long as steps may need it; unlike anything a table has. */
const pathColumn = '"__sluice_path"'

function parseMltable(text: string): Fields {
  try {
    const document: unknown = parse(text)
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document as Fields
  } catch (error) {
    const line = error instanceof YAMLParseError ? `, line ${error.linePos?.[0].line ?? 1}` : ''
    throw new SluiceError('invalid-document', `MLTable${line}: ${messageOf(error).split('\n')[0]}`, { cause: error })
  }
  throw wrong('it must be a mapping')
}

function wrong(what: string): SluiceError {
  return new SluiceError('invalid-document', `The MLTable file cannot be used: ${what}.`)
}

function stepOf(step: unknown): readonly [name: string, argument: unknown] {
  if (typeof step === 'string') return [step, {}]
  const [entry] = Object.entries(fieldsOf(step))
  if (entry === undefined) throw wrong(`the transformation ${JSON.stringify(step)} has no name`)
  return entry
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function filesOf(entry: unknown, folder: string, files: readonly string[]): readonly string[] {
  const [[kind, text] = []] = Object.entries(fieldsOf(entry))
  if (kind === undefined || typeof text !== 'string' || !['file', 'folder', 'pattern'].includes(kind))
    throw wrong(`the path ${JSON.stringify(entry)} must be file:, folder: or pattern:`)
  const inside = posix.normalize(text.replace(/^\.\//, ''))
  if (/^[A-Za-z][\w+.-]+:/.test(text) || inside.startsWith('..') || posix.isAbsolute(inside)) {
    throw new SluiceError('not-supported', `MLTable: ${text} lies outside of the table's folder.`, {
      hint: 'Put the files beside the MLTable file and name them relative to it.',
    })
  }
  const place = join(folder, inside).replace(/\/+$/, '')
  const found =
    kind === 'pattern'
      ? files.filter((file) => posix.matchesGlob(relative(folder, file), inside))
      : files.filter((file) => file === place || (kind === 'folder' && file.startsWith(`${place}/`)))
  if (found.length === 0) throw new SluiceError('not-found', `MLTable: ${kind} ${text} matches no file.`)
  return found
}

const encodings: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  'utf-8': 'utf-8',
  'utf8 bom': 'utf-8',
  utf8bom: 'utf-8',
  ascii: 'utf-8',
  iso88591: 'latin-1',
  'iso-8859-1': 'latin-1',
  latin1: 'latin-1',
  'latin-1': 'latin-1',
  utf16: 'utf-16',
  'utf-16': 'utf-16',
}

type Read = (files: readonly string[], options: Fields, folder: string) => Promise<string> | string

const readers: Readonly<Record<string, Read>> = {
  read_delimited: async (files, options, folder) => {
    const header = options['header'] ?? 'all_files_same_headers'
    const encoding = String(options['encoding'] ?? 'utf8')
    if (encodings[encoding] === undefined)
      throw new SluiceError('not-supported', `MLTable: the encoding "${encoding}" is not read here.`)
    const settings = [
      `delim = ${sqlLiteral(String(options['delimiter'] ?? ','))}`,
      `header = ${header !== 'no_header'}`,
      `encoding = '${encodings[encoding]}'`,
      'sample_size = -1',
      'union_by_name = true',
      `nullstr = ${options['empty_as_string'] === true ? `'\\N'` : `''`}`,
      ...(options['infer_column_types'] === false ? ['all_varchar = true'] : []),
    ]
    if (header === 'no_header')
      settings.push(`names = ${sqlList(await numberedNames(files[0]!, String(options['delimiter'] ?? ',')))}`)
    const read =
      header === 'from_first_file' && files.length > 1
        ? laterFilesWithoutHeader(files, settings, folder)
        : readSql('csv', files, { settings, folder })
    const typed = overridesOf(options['infer_column_types'])
    return typed.length === 0 ? read : convertSql(read, typed)
  },
  read_parquet: (files, _, folder) => readSql('parquet', files, { settings: ['union_by_name = true'], folder }),
  read_json_lines: (files, options, folder) => {
    const isDropping = options['invalid_lines'] === 'drop'
    const settings = [
      `format = 'newline_delimited'`,
      'union_by_name = true',
      'sample_size = -1',
      `ignore_errors = ${isDropping}`,
    ]
    const read = readSql('json', files, { settings, folder })
    // A line that is no JSON object comes as a row without any value.
    return isDropping ? `${read} where concat_ws('', *columns(* exclude (filename))) <> ''` : read
  },
}

function readSql(
  format: string,
  files: readonly string[],
  { settings, folder }: { readonly settings: readonly string[]; readonly folder: string },
): string {
  const path = `filename[${folder.length + 2}:]`
  const read = `read_${format}(${sqlList(files)}, ${['filename = true', 'hive_partitioning = false', ...settings].join(', ')})`
  return `select * exclude (filename), ${path} as ${pathColumn} from ${read}`
}

function laterFilesWithoutHeader(files: readonly string[], settings: readonly string[], folder: string): string {
  const later = settings.map((setting) => (setting.startsWith('header') ? 'header = false' : setting))
  const first = readSql('csv', files.slice(0, 1), { settings, folder })
  return `${first} union all (${readSql('csv', files.slice(1), { settings: later, folder })})`
}

/** Column1, Column2, ... as the package calls what has no name; as many as the first line has. */
async function numberedNames(file: string, delimiter: string): Promise<readonly string[]> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1 << 20), 0, 1 << 20, 0)
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1)
    const width = line.replace(/"[^"]*"/g, '').split(delimiter).length
    return Array.from({ length: width }, (_, at) => `Column${at + 1}`)
  } finally {
    await handle.close()
  }
}

type Conversion = readonly [columns: readonly string[], type: unknown]

function overridesOf(infer: unknown): readonly Conversion[] {
  const overrides = fieldsOf(infer)['column_type_overrides']
  return Array.isArray(overrides) ? conversionsOf(overrides) : []
}

function conversionsOf(given: unknown): readonly Conversion[] {
  return (Array.isArray(given) ? given : [given]).map((one) => {
    const { columns, column_type: type } = fieldsOf(one)
    return [namesOf(columns), type]
  })
}

function namesOf(columns: unknown): readonly string[] {
  return (Array.isArray(columns) ? columns : [columns]).map(String)
}

function convertSql(sql: string, conversions: readonly Conversion[]): string {
  const parts = conversions.flatMap(([columns, type]) =>
    columns.map((name) => `${convertedSql(sqlName(name), type)} as ${sqlName(name)}`),
  )
  return `select * replace (${parts.join(', ')}) from (${sql})`
}

/** A column as another type; what does not fit becomes missing, as in the package. */
function convertedSql(name: string, type: unknown): string {
  const word = typeof type === 'string' ? type : (Object.keys(fieldsOf(type))[0] ?? '')
  const given = typeof type === 'string' ? {} : fieldsOf(fieldsOf(type)[word])
  switch (word) {
    case 'string':
    case 'stream_info':
      return `cast(${name} as varchar)`
    case 'int':
      return `coalesce(try_cast(cast(${name} as varchar) as bigint), try_cast(floor(try_cast(${name} as double)) as bigint))`
    case 'float':
      return `try_cast(${name} as double)`
    case 'boolean':
      return booleanSql(name, given)
    case 'datetime':
      return datetimeSql(name, given)
    default:
      throw wrong(`${JSON.stringify(type)} is no column type: use string, int, float, boolean or datetime`)
  }
}

function booleanSql(name: string, given: Fields): string {
  const words = (key: string): readonly string[] =>
    given[key] === undefined || given[key] === null ? [] : namesOf(given[key])
  const isGiven = words('true_values').length + words('false_values').length > 0
  const text = `cast(${name} as varchar)`
  const isOne = (values: readonly string[]): string =>
    `(list_contains(${sqlList(values)}::varchar[], ${text}) or list_contains(${sqlList(values)}::varchar[], lower(${text})))`
  const mismatch = String(given['mismatch_as'] ?? '').toLowerCase()
  const otherwise =
    mismatch === 'error'
      ? `error('${name} is neither true nor false')`
      : ['true', 'false'].includes(mismatch)
        ? mismatch
        : 'null'
  return (
    `case when ${name} is null then null when ${isOne(isGiven ? words('true_values') : ['true', 't', '1'])} then true ` +
    `when ${isOne(isGiven ? words('false_values') : ['false', 'f', '0'])} then false else ${otherwise} end`
  )
}

function datetimeSql(name: string, given: Fields): string {
  const formats = given['formats'] === undefined ? [] : namesOf(given['formats'])
  if (formats.length === 0) return `try_cast(${name} as timestamp)`
  return `try_strptime(cast(${name} as varchar), ${sqlList(formats)})`
}

const transformationSql: Readonly<Record<string, (sql: string, argument: unknown) => string>> = {
  keep_columns: (sql, argument) =>
    `select columns(c -> list_contains(${sqlList([...namesOf(argument), pathColumn.slice(1, -1)])}, c)) from (${sql})`,
  drop_columns: (sql, argument) =>
    `select columns(c -> not list_contains(${sqlList(namesOf(argument))}, c)) from (${sql})`,
  filter: (sql, argument) => `select * from (${sql}) where ${filterSql(String(argument))}`,
  take: (sql, argument) => `select * from (${sql}) limit ${countOf('take', argument)}`,
  skip: (sql, argument) => `select * from (${sql}) offset ${countOf('skip', argument)}`,
  convert_column_types: (sql, argument) => convertSql(sql, conversionsOf(argument)),
  take_random_sample: (sql, argument) => {
    const { probability, seed } = fieldsOf(argument)
    if (typeof probability !== 'number' || !(probability > 0 && probability <= 1))
      throw wrong(
        `take_random_sample: probability must be above 0 and at most 1, but is ${JSON.stringify(probability)}`,
      )
    const repeatable = Number.isInteger(seed) ? `, ${Math.abs(Number(seed))}` : ''
    return `select * from (${sql}) using sample ${probability * 100} percent (bernoulli${repeatable})`
  },
}

function countOf(name: string, argument: unknown): number {
  const count = fieldsOf(argument)['count'] ?? argument
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count
  throw wrong(`${name} must be a whole number, but is ${JSON.stringify(argument)}`)
}

function formatTextOf(argument: unknown): string {
  const text = fieldsOf(argument)['partition_format'] ?? argument
  if (typeof text === 'string') return text
  throw wrong(`the partition format must be text, but is ${JSON.stringify(argument)}`)
}

/** `/{Store}/{Brand}/*.csv` or `/{day:yyyy/MM/dd}/data.csv`: columns from the end of a file's path. */
function partitionSql(sql: string, format: string): string {
  const columns: string[] = []
  let pattern = /^[./]/.test(format) ? '' : '(?:^|/)'
  for (const part of format.split(/(\{[^{}]*\}|\*)/)) {
    const [, name, form = ''] = /^\{([^:{}]+)(?::([^{}]*))?\}$/.exec(part) ?? []
    if (part === '*' || name === '*') pattern += '[^/]*'
    else if (name === undefined) pattern += part.replace(/^\.(?=\/)/, '').replace(/[.+?^$()|[\]\\{}]/g, '\\$&')
    else {
      const isDate = /yyyy|MM|dd|HH|mm|ss/.test(form)
      pattern += isDate ? `(${form.replace(/yyyy|MM|dd|HH|mm|ss/g, (letters) => `\\d{${letters.length}}`)})` : '([^/]+)'
      columns.push(partitionColumn(name, { form, isDate, group: columns.length + 1 }))
    }
  }
  const place = `'/' || ${pathColumn}, ${sqlLiteral(`${pattern}$`)}`
  return `select *, ${columns.map((column) => column.replace('@', () => place)).join(', ')} from (${sql})`
}

function partitionColumn(
  name: string,
  { form, isDate, group }: { readonly form: string; readonly isDate: boolean; readonly group: number },
): string {
  const text = `nullif(regexp_extract(@, ${group}), '')`
  if (isDate) {
    const letters: Readonly<Record<string, string>> = { yyyy: '%Y', MM: '%m', dd: '%d', HH: '%H', mm: '%M', ss: '%S' }
    const python = form.replace(/yyyy|MM|dd|HH|mm|ss/g, (part) => letters[part]!)
    return `try_strptime(${text}, ${sqlLiteral(python)}) as ${sqlName(name)}`
  }
  const type = { int: 'bigint', float: 'double' }[form]
  return `${type === undefined ? text : `try_cast(${text} as ${type})`} as ${sqlName(name)}`
}
