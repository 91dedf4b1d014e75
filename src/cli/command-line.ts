import { join } from 'node:path'
import type { Command as CommanderCommand } from 'commander'
import { SluiceError, errorBody } from '../base/errors.ts'
import { lineLog } from '../base/line-log.ts'
import { flagOf, packageRoot, packageVersion, processEnvironment, settingTable, settings } from '../config.ts'
import type { Environment, SettingName } from '../config.ts'
import type { OpenServer, OpenServerOptions } from '../main.ts'
import { respell } from './azure-spelling.ts'
import type { CommandRow, Invocation, Options } from './command.ts'
import { commandTable, groupSummaries } from './command-table.ts'
import { exitCode, exitCodeOf } from './exit-code.ts'
import { errorText } from './terminal/error-text.ts'
import type { Terminal } from './terminal/terminal.ts'
import { plain, processTerminal } from './terminal/terminal.ts'

/** What the command line is given by the process; tests give their own. */
export interface Surroundings {
  readonly environment?: Environment
  readonly workingFolder?: string
  readonly terminal?: Terminal
  readonly program?: readonly string[]
  readonly openServer?: (options: OpenServerOptions) => Promise<OpenServer>
}

/** Runs one command line (without `node` and the script) and resolves with its exit code; never throws. */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings = {}): Promise<number> {
  const { environment = processEnvironment() } = surroundings
  const terminal = surroundings.terminal ?? ownTerminal(environment)
  const workingFolder = surroundings.workingFolder ?? process.cwd()
  const asksForJson = args.includes('--json')
  const fail = (thrown: unknown): number => {
    // A program that asked for JSON gets JSON, on the stream it reads.
    if (asksForJson) terminal.out(`${JSON.stringify(errorBody(thrown))}\n`)
    else terminal.err(errorText(thrown, { paint: terminal.paint, folder: workingFolder }))
    return exitCodeOf(thrown)
  }
  // Completion is asked for at every start of a shell: without the parser it takes half the time.
  if (args[0] === 'completion' && args.length === 2 && !args[1]!.startsWith('-')) {
    const { completionScript } = await import('./completion.ts')
    try {
      terminal.out(completionScript(args[1]!, { commandTable, groupSummaries }))
      return exitCode.ok
    } catch (error) {
      return fail(error)
    }
  }
  let code: number = exitCode.ok
  const run = async (row: CommandRow, typed: Typed): Promise<void> => {
    try {
      const command = await row.load()
      code = await command(invocationOf(typed, { ...surroundings, environment, terminal, workingFolder }))
    } catch (error) {
      code = fail(error)
    }
  }
  const respelt = respell(args)
  if (respelt.note !== undefined) terminal.err(`${respelt.note}\n`)
  const { CommanderError } = await import('commander')
  const program = await programOf({ terminal, writesErrors: !asksForJson, args }, run)
  if (args.length === 0) {
    program.outputHelp({ error: true })
    return exitCode.invalid
  }
  try {
    await program.parseAsync(pairsAfterSet(filesBeforeOptions(respelt.args)), { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) return fail(error)
    if (error.exitCode === 0) return exitCode.ok
    // Commander has told people already.
    if (asksForJson) fail(new SluiceError('invalid-request', error.message.replace(/^error: /, '')))
    return exitCode.invalid
  }
}

/** Values of a repeated option; given once without one, it means all of them. */
function collect(value: string, before: readonly string[] | true | undefined): readonly string[] | true {
  return before === true ? true : [...(before ?? []), value]
}

/** Options whose value may be left out, e.g. `--no-reuse`. */
const optionalValues = new Set(
  commandTable.flatMap(({ options = [] }) =>
    options.flatMap(({ flags }) => (flags.includes('[') ? [/--[a-z-]+/.exec(flags)![0]] : [])),
  ),
)

/** In `--no-reuse pipeline.yml` the file is no value of the option: it is put before it. */
function filesBeforeOptions(args: readonly string[]): string[] {
  const ordered = [...args]
  for (let index = ordered.length - 2; index >= 0; index--) {
    const [option, next] = ordered.slice(index, index + 2) as [string, string]
    if (optionalValues.has(option) && /[/\\]|\.ya?ml$/i.test(next)) ordered.splice(index, 2, next, option)
  }
  return ordered
}

/** `--set a=1 b=2`, as az takes it: what looks like another pair right after one belongs to the option too. */
function pairsAfterSet(args: readonly string[]): string[] {
  let isAfterPair = false
  return args.flatMap((word, index) => {
    const isValue = args[index - 1] === '--set'
    const isFurther = isAfterPair && /^[\w.[\]-]+=/.test(word) && !word.startsWith('-')
    isAfterPair = isValue || isFurther
    return isFurther ? ['--set', word] : [word]
  })
}

function ownTerminal(environment: Environment): Terminal {
  // A reader such as `head` that has seen enough ends the command, without a word.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const color = environment['NO_COLOR'] || environment['SLUICE_COLOR'] === 'never' ? 'never' : 'auto'
  return processTerminal({ color, terminalType: environment['TERM'] })
}

interface Typed {
  readonly arguments: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
}

type Given = Surroundings & Required<Pick<Surroundings, 'environment' | 'terminal' | 'workingFolder'>>

function invocationOf({ arguments: typedArguments, options: typed }: Typed, given: Given): Invocation {
  const { environment, terminal, workingFolder } = given
  const flags: Partial<Record<SettingName, string>> = {}
  for (const name of Object.keys(settingTable) as SettingName[])
    if (typeof typed[name] === 'string') flags[name] = typed[name]
  const current = settings({ flags, environment, workingFolder })
  const program = given.program ?? [process.execPath, join(packageRoot(), 'bin', 'sluice.mjs')]
  const openServer =
    given.openServer ?? (async (options: OpenServerOptions) => (await import('../main.ts')).openServer(options))
  return {
    arguments: typedArguments,
    options: optionsOf(typed),
    settings: current,
    terminal: current.color === 'never' ? { ...terminal, paint: plain } : terminal,
    json: typed['json'] === true,
    workingFolder,
    environment,
    program,
    openServer,
    connect: async (purpose) => {
      const { connect } = await import('./link/connection.ts')
      // A command is not a server: what it does shows by itself, what goes wrong on the way must be said.
      const level = current.logLevel === 'info' ? 'warn' : current.logLevel
      const log = lineLog({ level, write: (line) => terminal.note(line.trimEnd()), now: Date.now })
      return connect({ settings: current, environment, program, openServer, purpose, log })
    },
  }
}

function optionsOf(typed: Readonly<Record<string, unknown>>): Options {
  // Commander keeps `--page-token` as `pageToken`.
  const valueOf = (name: string): unknown => typed[name.replace(/-./g, (dash) => dash[1]!.toUpperCase())]
  return {
    has: (name) => valueOf(name) === true,
    text: (name) => {
      const value = valueOf(name)
      return typeof value === 'string' ? value : undefined
    },
    texts: (name) => {
      const value = valueOf(name)
      return Array.isArray(value) ? (value as string[]) : []
    },
  }
}

async function programOf(
  {
    terminal,
    writesErrors,
    args,
  }: { readonly terminal: Terminal; readonly writesErrors: boolean; readonly args: readonly string[] },
  run: (row: CommandRow, typed: Typed) => Promise<void>,
): Promise<CommanderCommand> {
  const { Command, Option } = await import('commander')
  const program = new Command('sluice')
    .description('Self-hosted MLOps: pipelines, tracking, registry, serving.')
    .option('--json', 'Writes results as JSON.')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => writesErrors && terminal.err(text),
      getOutHelpWidth: () => Math.min(terminal.size().columns, 120),
      getErrHelpWidth: () => Math.min(terminal.size().columns, 120),
    })
    .exitOverride()
    .showHelpAfterError('(sluice --help shows all commands)')
  // Commands about assets have a --version of their own, which the parser would take for this one.
  if (!takesVersion(args)) program.version(`sluice ${packageVersion()}`, '-V, --version')
  const settingOptions = (wanted: 'every' | 'server') =>
    (Object.keys(settingTable) as SettingName[]).flatMap((name) => {
      const { flag, sentence, defaultText } = settingTable[name]
      if (flag !== wanted) return []
      const text = defaultText === undefined ? sentence : `${sentence} (default: ${defaultText})`
      return [new Option(`${flagOf(name)} <${flagOf(name).slice(2)}>`, text)]
    })
  for (const option of settingOptions('every')) program.addOption(option)
  const groups = new Map<string, CommanderCommand>()
  for (const row of commandTable) {
    const [first, second] = row.name.split(' ') as [string, string?]
    let parent = program
    if (second !== undefined) {
      parent = groups.get(first) ?? program.command(first).description(groupSummaries[first] ?? '')
      groups.set(first, parent)
    }
    const command = parent.command(second ?? first).description(row.summary)
    for (const [name, sentence] of row.arguments ?? []) command.argument(name, sentence)
    for (const { flags, sentence, isRepeated = false } of row.options ?? []) {
      const option = new Option(flags, sentence)
      // To commander `--no-x` is the opposite of `--x`; to us it is an option like any other.
      option.negate = false
      if (isRepeated) option.argParser(collect)
      command.addOption(option)
    }
    if (row.startsServer === true) for (const option of settingOptions('server')) command.addOption(option)
    command.action(() => run(row, { arguments: command.args, options: command.optsWithGlobals() }))
  }
  return program
}

/** Flags may stand before the command, so its two words are looked for wherever they are. */
function takesVersion(args: readonly string[]): boolean {
  const names = new Set(args.slice(1).map((second, index) => `${args[index]!} ${second}`))
  return commandTable.some(
    ({ name, options }) => names.has(name) && options?.some(({ flags }) => flags.includes('--version')) === true,
  )
}
