import { open, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import { readMltable } from './mltable-source.ts'
import { sqlList } from './sql-text.ts'
import type { TableFormat, TableSource } from './table-format.ts'

/**
 * The rows of a file or folder: csv, tsv, parquet, JSON lines or one JSON array, also compressed (gz, zst), one file or
 * a folder of them, `key=value` folders as columns; a folder with an MLTable file as that file says. A file whose name
 * does not tell is looked into. Columns are joined by name. Types are those that every row has.
 *
 * Throws `not-found`, `not-supported` for a folder of several formats or a file that is no table, `invalid-document` for
 * an MLTable file.
 */
export async function tableSource(path: string): Promise<TableSource> {
  const found = await stat(path).catch((error: unknown) => {
    throw new SluiceError('not-found', `There is nothing at ${path}.`, { cause: error })
  })
  if (found.isFile()) {
    if (basename(path) === 'MLTable')
      throw new SluiceError('invalid-path', `${path} is the description of a table.`, { hint: 'Give its folder.' })
    return ofFiles([path], await formatOf(path))
  }
  const files = await filesBelow(path)
  const description = files.find((file) => file === join(path, 'MLTable'))
  if (description !== undefined) return readMltable(path, files)
  if (files.length === 0) throw new SluiceError('not-found', `The folder ${path} has no files.`)
  const formats = new Map<TableFormat, string>()
  // Sequential: most files tell by their name.
  for (const file of files) formats.set(await formatOf(file), file)
  if (formats.size > 1) {
    const examples = [...formats].map(([format, file]) => `${format} (${file.slice(path.length + 1)})`).join(', ')
    throw new SluiceError('not-supported', `The folder ${path} has files of several formats: ${examples}.`, {
      hint: 'Give one of its files or folders, or describe the table by an MLTable file.',
    })
  }
  return ofFiles(files, [...formats.keys()][0]!)
}

function ofFiles(files: readonly string[], format: TableFormat): TableSource {
  const partitions = files.every((file) => /\/[^/=]+=[^/]*\//.test(file))
  const options = `union_by_name = true, hive_partitioning = ${partitions}`
  // Looking at every row before choosing a type: a late "n/a" makes a column text, and fails nothing.
  const sample = format === 'parquet' ? '' : ', sample_size = -1'
  return { sql: `select * from read_${format}(${sqlList(files)}, ${options}${sample})`, format, files }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const isHidden = (path: string): boolean => /(^|\/)[._]/.test(path.slice(folder.length))
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isHidden(file))
    .sort((a, b) => (a < b ? -1 : 1))
}

const formatsByEnding: Readonly<Record<string, TableFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  parquet: 'parquet',
  pq: 'parquet',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
}

async function formatOf(file: string): Promise<TableFormat> {
  const [, ending = ''] = /\.([a-z]+)(?:\.(?:gz|zst))?$/i.exec(basename(file)) ?? []
  return formatsByEnding[ending.toLowerCase()] ?? (await lookedAt(file))
}

/** By the first bytes: Parquet's mark, a JSON value, else text without zero bytes is delimited. */
async function lookedAt(file: string): Promise<TableFormat> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0)
    const start = buffer.subarray(0, bytesRead)
    if (start.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet'
    if (start.includes(0)) throw new SluiceError('not-supported', `${file} is no csv, parquet or JSON lines file.`)
    return /^\s*[[{]/.test(start.toString('utf8')) ? 'json' : 'csv'
  } finally {
    await handle.close()
  }
}
