import type { Environment, Settings } from '../config.ts'
import type { OpenServer, OpenServerOptions } from '../main.ts'
import type { Connection, Purpose } from './link/connection.ts'
import type { Terminal } from './terminal/terminal.ts'

/** What a command is given: what was typed, and what it may use. */
export interface Invocation {
  readonly arguments: readonly string[]
  readonly options: Options
  readonly settings: Settings
  readonly terminal: Terminal
  /** Results are written as JSON on standard output. */
  readonly json: boolean
  readonly workingFolder: string
  readonly environment: Environment
  /** The command that runs `sluice`, without arguments. */
  readonly program: readonly string[]
  readonly openServer: (options: OpenServerOptions) => Promise<OpenServer>
  /** Finds or makes the server; the caller closes the connection. */
  connect(purpose: Purpose): Promise<Connection>
}

/** The options of one command, by their long name without dashes. */
export interface Options {
  has(name: string): boolean
  text(name: string): string | undefined
  texts(name: string): readonly string[]
}

/** Does the work of a command and resolves with its exit code; throws a `SluiceError` for what a user can mend. */
export type Command = (invocation: Invocation) => Promise<number>

export interface OptionRow {
  /** As in help, e.g. `-f, --follow` or `--set <name=value>`. */
  readonly flags: string
  readonly sentence: string
  /** May be given several times. */
  readonly isRepeated?: boolean
}

/** One row of the command table. */
export interface CommandRow {
  /** Words after `sluice`, e.g. `job list`. */
  readonly name: string
  readonly summary: string
  /** As in help, e.g. `<file>`, `[folder]`, `<file...>`. */
  readonly arguments?: readonly (readonly [name: string, sentence: string])[]
  readonly options?: readonly OptionRow[]
  /** Takes the settings of a server as flags. */
  readonly startsServer?: boolean
  /** What the shell completes as its arguments. */
  readonly completes?: 'files' | readonly string[]
  readonly load: () => Promise<Command>
}

/** Runs `work` with a connection and closes it afterwards, however the work ended. */
export async function withConnection<Result>(
  invocation: Invocation,
  purpose: Purpose,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await invocation.connect(purpose)
  try {
    return await work(connection)
  } finally {
    await connection.close()
  }
}

/** Writes a value as JSON for programs. */
export function writeJson({ terminal }: Pick<Invocation, 'terminal'>, value: unknown): void {
  terminal.out(`${JSON.stringify(value, undefined, 2)}\n`)
}
