/**
 * The story of a launch.
 *
 * An attempt's command runs under a launcher, a few lines of shell in a process group of its own, with the log as a
 * file. The launcher creates `claim` exclusively and writes its pid and start time into it BEFORE the command runs, and
 * appends the exit code and the CPU times after, ended by the line `end`. So any later server can tell, from the folder
 * alone:
 *
 *   no claim             never started; whoever creates the claim first decides that (`voidClaim`, or a late launcher)
 *   claim, process       running: watch it
 *   claim ends in `end`  ended with that code, also if no server was there to see
 *   claim, no process    vanished: killed with its launcher, or the machine went down
 *
 * A crash between any two of these writes leaves one of these four pictures, and a command starts at most once.
 *
 * Launchers are forked by one small shell (`Launcher` keeps it), because forking from a process of the server's size
 * costs several times the step (docs/decisions/0003). A launcher says its end on a pipe; whoever does not hear it still
 * finds the exit file.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Cgroups, makeCgroups, type ResourceLimits } from './cgroup.ts'
import { type ProcessIdentity, startFromStat } from './process-identity.ts'

/**
 * Node gives its coverage variable to every child, whatever environment is asked for: a step must not get it.
 *
 * Reads folders line by line and forks a launcher for each. `set -m` gives each a process group. Only positional
 * parameters are used after `launch` was sourced: any variable's name may be one of the command's own environment. What the
 * shell itself would say of a killed command, in words of its own lines, is kept out of the log. `disown`: bash remembers how
 * thousands of its children ended, and every child it forks frees that list first: 0.2 ms a step for the first thousand, 1 ms
 * after eight thousand.
 */
const forkingShell = `
unset NODE_V8_COVERAGE
set -m
while IFS= read -r REPLY; do (
  set -- "$REPLY"
  if [ -r /proc/self/stat ]; then read -r REPLY </proc/self/stat
  else REPLY=$(exec sh -c 'echo $PPID'); REPLY="ps $REPLY $(ps -o lstart= -p "$REPLY")"; fi
  set -C
  echo "$REPLY" >"$1/claim" || { echo "$1" >&3; exit 125; }
  set +C
  unset REPLY
  . "$1/launch" && exec 4>&2 2>/dev/null && "\${@:2}" 2>&4 3>&- 4>&-
  set -- "$1" $?
  { echo "$2"; times; echo end; } >>"$1/claim"
  echo "$1" >&3
) & disown; done 2>/dev/null
`

/** What one launch needs; every path is absolute. */
export interface Launch {
  /** The attempt's folder, which must exist. */
  readonly folder: string
  readonly workingFolder: string
  readonly logFile: string
  /** bash text. */
  readonly command: string
  readonly environment: Readonly<Record<string, string>>
  readonly limits?: ResourceLimits
}

/** Starts launchers and hears of their ends. */
export class Launcher {
  readonly #withoutCgroups: boolean
  #shell: ChildProcess | undefined
  readonly #waiting = new Map<string, () => void>()

  constructor(options: { readonly withoutCgroups: boolean }) {
    this.#withoutCgroups = options.withoutCgroups
  }

  /** Starts the shell that forks launchers, so that the first launch does not. */
  prepare(): void {
    this.#forkingShell()
  }

  /** Writes the launch into its folder and has it started; `ended` is called when the launcher says so, or never. */
  launch({ folder, workingFolder, logFile, command, environment, limits }: Launch, ended: () => void): void {
    const exports = Object.entries(environment).filter(([name]) => isAssignable(name))
    const others = Object.entries(environment).filter(([name]) => !isAssignable(name))
    const lines = [
      `exec </dev/null >>${quote(logFile)} 2>&1`,
      ...(limits === undefined ? [] : limitLines(limits, this.#withoutCgroups ? {} : makeCgroups(folder, limits))),
      `cd ${quote(workingFolder)} || exit`,
      ...exports.map(([name, value]) => `export ${name}=${quote(value)}`),
      `set -- "$1" ${[...otherVariables(others), commandWords(folder, command)].join(' ')}`,
    ]
    overwrite(join(folder, 'launch'), `${lines.join('\n')}\n`)
    this.#waiting.set(folder, ended)
    this.#forkingShell().stdin!.write(`${folder}\n`)
  }

  /** No longer interested in that launch. */
  forget(folder: string): void {
    this.#waiting.delete(folder)
  }

  /** Ends the forking shell and waits for it; launchers and their commands go on. */
  async close(): Promise<void> {
    this.#waiting.clear()
    const shell = this.#shell
    if (shell === undefined) return
    this.#shell = undefined
    const ended = new Promise((resolve) => shell.once('exit', resolve))
    shell.stdin!.end()
    await ended
    ;(shell.stdio[3] as Readable).destroy()
  }

  #forkingShell(): ChildProcess {
    if (this.#shell !== undefined) return this.#shell
    // Detached: a Ctrl-C in the server's terminal is not meant for steps.
    // `--norc`: with a socket for its input, bash takes itself for a remote shell and reads the user's .bashrc.
    const shell = spawn('bash', ['--norc', '-c', forkingShell], {
      cwd: '/',
      env: {},
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
      detached: true,
    })
    this.#shell = shell
    const forget = (): void => {
      if (this.#shell === shell) this.#shell = undefined
    }
    shell.on('exit', forget)
    // bash is missing or could not be started: nothing was claimed, so whoever waits finds that out.
    shell.on('error', forget)
    shell.stdin!.on('error', forget)
    let text = ''
    const ends = shell.stdio[3] as Readable
    ends.setEncoding('utf8')
    ends.on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n')
      text = lines.pop()!
      for (const folder of lines) {
        const ended = this.#waiting.get(folder)
        this.#waiting.delete(folder)
        ended?.()
      }
    })
    return shell
  }
}

/** Variables that bash has itself and refuses to assign. */
const readonlyVariables = new Set(['BASHOPTS', 'BASH_VERSINFO', 'EUID', 'PPID', 'SHELLOPTS', 'UID'])

function isAssignable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !readonlyVariables.has(name)
}

/** An environment may hold names that no shell can assign (`my.setting`); the program `env` can. */
function otherVariables(variables: readonly (readonly [string, string])[]): readonly string[] {
  return variables.length === 0 ? [] : ['env', '--', ...variables.map(([name, value]) => quote(`${name}=${value}`))]
}

/** Writes over what a recycled folder has there: ext4 writes a file to the disk at once when it was cut to nothing first. */
function overwrite(path: string, text: string): void {
  const bytes = Buffer.from(text)
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o600)
  try {
    writeSync(descriptor, bytes, 0, bytes.length, 0)
    ftruncateSync(descriptor, bytes.length)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * The launcher enters its control groups. Without one for memory each process gets a bound for what it allocates
 * (RLIMIT_DATA), so that one that wants far more at once is refused it before anybody looks: twice the limit, since what is
 * asked for but never touched counts there. Not RLIMIT_AS: threads, JVMs and
 * CUDA reserve address space they never use. Not RLIMIT_NPROC: it counts all of the user's processes, and none of root's.
 */
function limitLines(limits: ResourceLimits, cgroups: Cgroups): readonly string[] {
  const lines = Object.values(cgroups).map((path) => `{ echo 0 >${quote(join(path, 'cgroup.procs'))}; } 2>/dev/null`)
  if (cgroups.memory !== undefined || limits.memoryBytes === undefined) return lines
  return [...lines, `ulimit -d ${Math.ceil((2 * limits.memoryBytes) / 1024)} 2>/dev/null`]
}

/** One argument of a program may have 128 KiB on Linux; a longer command is a file. */
const maxArgumentBytes = 100_000

function commandWords(folder: string, command: string): string {
  if (Buffer.byteLength(command) <= maxArgumentBytes) return `bash -c ${quote(command)}`
  const file = join(folder, 'command.sh')
  writeFileSync(file, command)
  return `bash ${quote(file)}`
}

/** One word of shell text, whatever it holds; NUL cannot be in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Who holds the claim: a launcher's identity, `void` when a server decided that it must not start, or nobody yet. */
export function readClaim(folder: string): ProcessIdentity | 'void' | undefined {
  const text = readIfThere(join(folder, 'claim'))
  if (text === undefined) return undefined
  if (text === 'void\n') return 'void'
  const [first, ...more] = text.split('\n')
  // A launcher that was killed between creating and writing its claim has not run the command.
  if (more.length === 0) return { pid: -1, start: '' }
  const bySystem = /^ps (\d+) (.*)$/.exec(first!)
  if (bySystem !== null) return { pid: Number(bySystem[1]), start: bySystem[2]!.trim() }
  return { pid: Number.parseInt(first!, 10), start: startFromStat(first!) ?? '' }
}

/** Takes the claim so that no launcher can run any more; false when a launcher was faster. */
export function voidClaim(folder: string): boolean {
  try {
    writeFileSync(join(folder, 'claim'), 'void\n', { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** What a finished launcher left; undefined while it runs or when it was killed. */
export function readExit(folder: string): { readonly exitCode: number; readonly cpuMs: number } | undefined {
  const text = readIfThere(join(folder, 'claim'))
  if (text === undefined || !text.endsWith('\nend\n')) return undefined
  const [, code, ...times] = text.split('\n')
  return { exitCode: Number(code), cpuMs: parseTimes(times) }
}

/** Milliseconds of the shell's \`times\` (POSIX): two lines of user and system time, own and children's. */
function parseTimes(lines: readonly string[]): number {
  let total = 0
  for (const [, minutes, seconds] of lines.join(' ').matchAll(/(\d+)m(\d+[.,]\d+)s/g)) {
    total += Number(minutes) * 60_000 + Number(seconds!.replace(',', '.')) * 1000
  }
  return Math.round(total)
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
