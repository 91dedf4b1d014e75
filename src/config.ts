import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { SluiceError, messageOf } from './base/errors.ts'
import { isJsonObject } from './base/json.ts'
import type { JsonObject, JsonValue } from './base/json.ts'
import { logLevels } from './base/log.ts'
import type { LogLevel } from './base/log.ts'
import type { Budget } from './cost/budget.ts'
import { budgetsText, pricesText, readBudgets, readPrices } from './cost/read-budgets.ts'
import type { Prices } from './cost/usage.ts'
import type { CuratedTable } from './environments/curated.ts'

/*
 * Every setting there is, in one table: flags, SLUICE_* variables, the config file and the reference page are made from
 * it. The nearest wins: flag, variable, config file, default. This is the only file that reads process.env.
 */

/** The settings in force; paths are absolute. */
export interface Settings {
  readonly data: string
  readonly cache: string
  /** Absent: this machine's own store, through its server if one runs. */
  readonly url?: string
  /** What is shown to the server at `url`; a step gets one that speaks for its job. */
  readonly token?: string
  readonly host: string
  /** Absent: the port the store had last, else 7584, else any free one. 0: any free one. */
  readonly port?: number
  /** Absent: no gRPC. 0: any free one. */
  readonly grpcPort?: number
  /** Absent: SQLite in the data folder. Holds a password: never to be shown as it is. */
  readonly database?: string
  /** Absent: python3 from PATH. */
  readonly python?: string
  readonly slots: number
  readonly allowedHosts: readonly string[]
  /** Hosts that webhooks may call though they are private, and without TLS. */
  readonly webhookHosts: readonly string[]
  /** Whether MLflow's own pages are served at /mlflow, from the MLflow that the Python has. */
  readonly mlflowUi: 'on' | 'off'
  readonly logLevel: LogLevel
  /** Whether every request to an endpoint is a line in `logs/access.jsonl` of the data folder. */
  readonly accessLog: 'on' | 'off'
  /** Where spans of requests go; absent: nowhere. */
  readonly otlpEndpoint?: string
  readonly color: 'auto' | 'never'
  /** `smtps://USER:PASSWORD@HOST`: the server that takes mails about alerts. */
  readonly smtpUrl?: string
  /** What calls about alerts are signed with. Secret: never to be shown. */
  readonly alertWebhookSecret?: string
  /** Whom mails are from. */
  readonly smtpFrom: string
  /** Firings of schedules and triggers that `sluice gc` leaves: so many days, and of each the newest so many. */
  readonly firingsKeepDays: number
  readonly firingsKeepCount: number
  /** What seconds cost; absent: nothing is said in money. */
  readonly prices?: Prices
  /** Limits of what may be used. */
  readonly budgets: readonly Budget[]
  /** URIs that jobs name -> files or folders of this machine that stand for them. */
  readonly urlOverrides: Readonly<Record<string, string>>
  /** Names of curated environments; they win over the shipped table. */
  readonly environmentAliases: CuratedTable
}

export type SettingName = keyof Settings

export interface SettingRow {
  readonly kind: 'folder' | 'text' | 'integer' | 'list' | 'word' | 'files' | 'environments' | 'prices' | 'budgets'
  readonly min?: number
  readonly max?: number
  readonly words?: readonly string[]
  /** Commands that take the flag: every one, those that may start a server, or none. */
  readonly flag: 'every' | 'server' | 'none'
  readonly sentence: string
  readonly default?: (place: Place) => Settings[SettingName]
  /** How the default reads in help and docs. */
  readonly defaultText?: string
}

interface Place {
  readonly environment: Environment
  readonly home: string
}

/** Variables by name, e.g. a copy of the process's own. */
export type Environment = Readonly<Record<string, string>>

/** The one table. Names here are camelCase; `flagOf`, `variableOf` and `keyOf` give the other spellings. */
export const settingTable: Readonly<Record<SettingName, SettingRow>> = {
  data: {
    kind: 'folder',
    flag: 'every',
    sentence: 'Folder of the store: jobs, models, artifacts, environments.',
    default: ({ environment, home }) =>
      join(environment['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'sluiceworks'),
    defaultText: '$XDG_DATA_HOME/sluiceworks, or ~/.local/share/sluiceworks',
  },
  cache: {
    kind: 'folder',
    flag: 'none',
    sentence: 'Folder of what can be made again: tools, downloaded packages, compiled code.',
    default: ({ environment, home }) => join(environment['XDG_CACHE_HOME'] || join(home, '.cache'), 'sluiceworks'),
    defaultText: '$XDG_CACHE_HOME/sluiceworks, or ~/.cache/sluiceworks',
  },
  url: {
    kind: 'text',
    flag: 'every',
    sentence: 'Address of a server elsewhere, instead of the store of this machine.',
  },
  token: {
    kind: 'text',
    flag: 'none',
    sentence: 'Token shown to the server that the address names; a step gets one that speaks for its job.',
  },
  host: {
    kind: 'text',
    flag: 'server',
    sentence: 'Address the server listens on; beyond this machine only with authentication.',
    default: () => '127.0.0.1',
    defaultText: '127.0.0.1',
  },
  port: {
    kind: 'integer',
    min: 0,
    max: 65535,
    flag: 'server',
    sentence: 'Port the server listens on; 0 for any free one.',
    defaultText: 'the one the store had last, else 7584',
  },
  grpcPort: {
    kind: 'integer',
    min: 0,
    max: 65535,
    flag: 'server',
    sentence: 'Port for the Open Inference Protocol over gRPC, on this machine only; 0 for any free one.',
    defaultText: 'none: no gRPC',
  },
  database: {
    kind: 'text',
    flag: 'server',
    sentence: 'PostgreSQL address (postgres://...) instead of SQLite in the data folder.',
  },
  python: {
    kind: 'text',
    flag: 'server',
    sentence: 'Python interpreter that environments are made with.',
    defaultText: 'python3 from PATH',
  },
  slots: {
    kind: 'integer',
    min: 1,
    max: 4096,
    flag: 'server',
    sentence: 'How many steps run at once on this machine; one with several processes takes as many.',
    default: () => availableParallelism(),
    defaultText: 'the number of processors',
  },
  allowedHosts: {
    kind: 'list',
    flag: 'server',
    sentence: 'Further names the server may be called by, comma-separated, e.g. behind a proxy.',
    default: () => [],
    defaultText: 'none: only localhost',
  },
  webhookHosts: {
    kind: 'list',
    flag: 'server',
    sentence: 'Hosts that webhooks may call although they are private or local, and also over http.',
    default: () => [],
    defaultText: 'none: only https to public addresses',
  },
  smtpUrl: {
    kind: 'text',
    flag: 'none',
    sentence: 'Mail server for alerts of monitors: smtp://HOST:587, or smtps://USER:PASSWORD@HOST.',
    defaultText: 'none: no mails',
  },
  smtpFrom: {
    kind: 'text',
    flag: 'none',
    sentence: 'Whom mails about alerts are from.',
    default: () => 'Sluiceworks <sluiceworks@localhost>',
    defaultText: 'Sluiceworks <sluiceworks@localhost>',
  },
  alertWebhookSecret: {
    kind: 'text',
    flag: 'none',
    sentence: 'What calls about alerts are signed with, as Standard Webhooks says; whsec_ and base64, or any text.',
    defaultText: 'none: they are not signed',
  },
  mlflowUi: {
    kind: 'word',
    words: ['on', 'off'],
    flag: 'none',
    sentence: "Whether MLflow's own web pages are served at /mlflow, from the MLflow installed in the Python above.",
    default: () => 'off',
    defaultText: 'off',
  },
  logLevel: {
    kind: 'word',
    words: logLevels,
    flag: 'server',
    sentence: `How much the server says on standard error: ${logLevels.join(', ')}.`,
    default: () => 'info',
    defaultText: 'info',
  },
  accessLog: {
    kind: 'word',
    words: ['on', 'off'],
    flag: 'server',
    sentence: 'Whether every request to an endpoint is written to logs/access.jsonl in the data folder.',
    default: () => 'off',
    defaultText: 'off',
  },
  otlpEndpoint: {
    kind: 'text',
    flag: 'server',
    sentence: 'OpenTelemetry collector that gets a span of every request to an endpoint, e.g. http://127.0.0.1:4318.',
    default: ({ environment }) => environment['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined,
    defaultText: 'OTEL_EXPORTER_OTLP_ENDPOINT, else none',
  },
  color: {
    kind: 'word',
    words: ['auto', 'never'],
    flag: 'none',
    sentence: 'Whether colours are used on a terminal; NO_COLOR says never.',
    default: ({ environment }) => (environment['NO_COLOR'] ? 'never' : 'auto'),
    defaultText: 'auto',
  },
  firingsKeepDays: {
    kind: 'integer',
    min: 2,
    max: 36_500,
    flag: 'none',
    sentence: 'For how many days sluice gc leaves the firings of schedules and triggers.',
    default: () => 90,
    defaultText: '90',
  },
  firingsKeepCount: {
    kind: 'integer',
    min: 0,
    max: 100_000_000,
    flag: 'none',
    sentence: 'How many firings of each schedule and trigger sluice gc leaves; those of the last two days always.',
    default: () => 1000,
    defaultText: '1000',
  },
  prices: {
    kind: 'prices',
    flag: 'none',
    sentence:
      'What a second costs: {"currency": "EUR", "cpu_second": 0.00001, "gb_second": 0.000001, "gpu_second": 0.0005}.',
    defaultText: 'none: cost is told in seconds',
  },
  budgets: {
    kind: 'budgets',
    flag: 'none',
    sentence:
      'Limits: [{"name": "NAME", "scope": "all|each-job|experiment:NAME|endpoint:NAME", "window": "day|week|month|year|ever", "of": "cost|cpu_seconds|gb_seconds|gpu_seconds|wall_seconds", "warn_at": 80, "stop_at": 100}].',
    default: () => [],
    defaultText: 'none',
  },
  urlOverrides: {
    kind: 'files',
    flag: 'none',
    sentence:
      'Files that stand for URLs in jobs: {"https://host/a.csv": "/data/a.csv"}; a key that ends in / stands for all below it.',
    default: () => ({}),
    defaultText: 'none',
  },
  environmentAliases: {
    kind: 'environments',
    flag: 'none',
    sentence:
      'What names of curated environments mean: {"NAME": {"python": "3.11", "requirements": ["numpy<3"], "based_on": "NAME"}}.',
    default: () => ({}),
    defaultText: 'the shipped table alone',
  },
}

/** The process's own variables. */
export function processEnvironment(): Environment {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value
  return environment
}

/**
 * The settings in force. Throws `invalid-setting` naming the value, where it came from and what is expected; all wrong
 * settings at once.
 */
export function settings({
  flags = {},
  environment = processEnvironment(),
  home = homedir(),
  workingFolder = process.cwd(),
}: {
  /** Texts by setting name, as given on the command line. */
  readonly flags?: Readonly<Partial<Record<SettingName, string>>>
  readonly environment?: Environment
  readonly home?: string
  readonly workingFolder?: string
} = {}): Settings {
  const place: Place = { environment, home }
  const file = configFile(place)
  const content = readConfigFile(file)
  const mistakes: string[] = unknownKeys(content, file)
  const found: Partial<Record<SettingName, Settings[SettingName]>> = {}
  for (const [name, row] of Object.entries(settingTable) as [SettingName, SettingRow][]) {
    const given = firstGiven(name, { flags, environment, content, file, workingFolder })
    if (given === undefined) {
      const value = row.default?.(place)
      if (value !== undefined) found[name] = value
      continue
    }
    try {
      const value = parseSetting(row, given)
      if (value === undefined) mistakes.push(`${given.from} is ${JSON.stringify(given.value)}; ${expectation(row)}.`)
      else found[name] = value
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      mistakes.push(`${given.from} ${error.message}.`)
    }
  }
  const unpriced = found.prices === undefined && (found.budgets as readonly Budget[] | undefined)?.find(isOfCost)
  if (unpriced)
    mistakes.push(`Budget "${unpriced.name}" is of cost, and there are no prices; give prices, or another "of".`)
  if (mistakes.length > 0) throw toError(mistakes)
  return found as unknown as Settings
}

function isOfCost({ of }: Budget): boolean {
  return of === 'cost'
}

function toError(mistakes: readonly string[]): SluiceError {
  if (mistakes.length === 1) return new SluiceError('invalid-setting', mistakes[0]!)
  return new SluiceError('invalid-setting', `${mistakes.length} settings are wrong.`, {
    diagnostics: mistakes.map((message) => ({ message })),
  })
}

/** `allowedHosts` as a flag: `--allowed-hosts`. */
export function flagOf(name: SettingName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** `allowedHosts` in the config file: `allowed_hosts`. */
export function keyOf(name: SettingName): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `allowedHosts` as a variable: `SLUICE_ALLOWED_HOSTS`. */
export function variableOf(name: SettingName): string {
  return `SLUICE_${keyOf(name).toUpperCase()}`
}

/** The variables that give a child `sluice` the same settings; passwords stay out of its arguments. */
export function settingsEnvironment(current: Settings): Environment {
  const environment: Record<string, string> = {}
  for (const name of Object.keys(settingTable) as SettingName[]) {
    const value = current[name]
    if (name === 'prices' && current.prices !== undefined) environment[variableOf(name)] = pricesText(current.prices)
    else if (name === 'budgets') environment[variableOf(name)] = budgetsText(current.budgets)
    else if (value !== undefined) environment[variableOf(name)] = variableText(value)
  }
  return environment
}

function variableText(value: Settings[SettingName]): string {
  if (Array.isArray(value)) return value.join(',')
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value as Settings['urlOverrides'] | CuratedTable).map(([name, member]) => {
    if (typeof member === 'string') return [name, member] as const
    const { basedOn, ...rest } = member
    return [name, { ...rest, ...(basedOn !== undefined && { based_on: basedOn }) }] as const
  })
  return entries.length === 0 ? '' : JSON.stringify(Object.fromEntries(entries))
}

interface Given {
  readonly value: JsonValue
  readonly from: string
  /** Relative folders are relative to it. */
  readonly folder: string
}

interface Sources {
  readonly flags: Readonly<Partial<Record<SettingName, string>>>
  readonly environment: Environment
  readonly content: JsonObject
  readonly file: string
  readonly workingFolder: string
}

function firstGiven(name: SettingName, sources: Sources): Given | undefined {
  const { flags, environment, content, file, workingFolder } = sources
  const flag = flags[name]
  if (flag !== undefined) return { value: flag, from: flagOf(name), folder: workingFolder }
  const variable = environment[variableOf(name)]
  // An empty variable is as good as none, as everywhere in Unix.
  if (variable !== undefined && variable !== '')
    return { value: variable, from: variableOf(name), folder: workingFolder }
  const key = keyOf(name)
  const value = Object.hasOwn(content, key) ? content[key] : undefined
  return value === undefined ? undefined : { value, from: `"${key}" in ${file}`, folder: dirname(file) }
}

function parseSetting(row: SettingRow, { value, folder }: Given): Settings[SettingName] | undefined {
  const text = typeof value === 'number' ? String(value) : value
  if (row.kind === 'list') {
    if (Array.isArray(text)) return text.every((item) => typeof item === 'string') ? (text as string[]) : undefined
    if (typeof text !== 'string') return undefined
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }
  if (row.kind === 'prices') return readPrices(typeof text === 'string' ? parseObject(text) : text)
  if (row.kind === 'budgets') return readBudgets(typeof text === 'string' ? parseObject(text) : text)
  if (row.kind === 'files' || row.kind === 'environments') {
    const table = typeof text === 'string' ? parseObject(text) : text
    if (!isJsonObject(table)) return undefined
    return row.kind === 'files' ? parseFiles(table, folder) : parseEnvironments(table)
  }
  if (typeof text !== 'string' || text === '') return undefined
  if (row.kind === 'folder') return resolve(folder, text)
  if (row.kind === 'word') return row.words!.includes(text) ? (text as LogLevel) : undefined
  if (row.kind === 'text') return text
  if (!/^\d{1,9}$/.test(text)) return undefined
  const number = Number(text)
  return number >= row.min! && number <= row.max! ? number : undefined
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function parseFiles(table: JsonObject, folder: string): Settings['urlOverrides'] | undefined {
  const entries = Object.entries(table).map(([url, path]) => [url, path] as const)
  if (!entries.every((entry): entry is readonly [string, string] => typeof entry[1] === 'string' && entry[1] !== ''))
    return undefined
  return Object.fromEntries(entries.map(([url, path]) => [url, resolve(folder, path)]))
}

function parseEnvironments(table: JsonObject): CuratedTable | undefined {
  const aliases: Record<string, CuratedTable[string]> = {}
  for (const [name, value] of Object.entries(table)) {
    if (!isJsonObject(value)) return undefined
    const { python, based_on: basedOn, requirements, ...others } = value
    const isText = [python, basedOn].every((text) => text === undefined || typeof text === 'string')
    const isList =
      requirements === undefined ||
      (Array.isArray(requirements) && requirements.every((line: unknown) => typeof line === 'string'))
    if (!isText || !isList || Object.keys(others).length > 0) return undefined
    aliases[name] = {
      ...(python !== undefined && { python: python as string }),
      ...(basedOn !== undefined && { basedOn: basedOn as string }),
      ...(requirements !== undefined && { requirements: requirements as readonly string[] }),
    }
  }
  return aliases
}

function expectation(row: SettingRow): string {
  switch (row.kind) {
    case 'folder':
      return 'expected a folder'
    case 'text':
      return 'expected a text'
    case 'files':
      return 'expected a JSON object of URLs and paths'
    case 'prices':
    case 'budgets':
      return 'expected JSON'
    case 'environments':
      return 'expected a JSON object of names, each with python, requirements or based_on'
    case 'list':
      return 'expected texts separated by commas'
    case 'word':
      return `expected one of ${row.words!.join(', ')}`
    case 'integer':
      return `expected a whole number from ${row.min} to ${row.max}`
  }
}

function configFile({ environment, home }: Place): string {
  return join(environment['XDG_CONFIG_HOME'] || join(home, '.config'), 'sluiceworks', 'config.json')
}

function readConfigFile(file: string): JsonObject {
  if (!existsSync(file)) return {}
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new SluiceError('invalid-setting', `The config file ${file} is not JSON: ${messageOf(cause)}.`, { cause })
  }
  if (isJsonObject(content)) return content
  throw new SluiceError('invalid-setting', `The config file ${file} is not a JSON object.`)
}

function unknownKeys(content: JsonObject, file: string): string[] {
  const known = (Object.keys(settingTable) as SettingName[]).map(keyOf)
  return Object.keys(content)
    .filter((key) => !known.includes(key))
    .map((key) => `"${key}" in ${file} is not a setting; there are ${known.join(', ')}.`)
}

/** Folder of this package, from the source tree and from the bundle alike: where `package.json`, `python/` and `examples/` are. */
export function packageRoot(start: string = import.meta.dirname): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file) && nameIn(file) === 'sluiceworks') return folder
    if (folder === dirname(folder))
      throw new SluiceError('internal', `No folder above ${start} holds the package sluiceworks; install it again.`)
  }
}

function nameIn(packageFile: string): unknown {
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { name?: unknown }).name
}

/** The version of this package, e.g. `0.1.0`. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version
}
