import { spawn } from 'node:child_process'
import type { Variables } from './child-environment.ts'

export interface ChildCommand {
  readonly command: string
  readonly arguments: readonly string[]
  readonly environment: Variables
  readonly folder: string
  /** Text for standard input; none when absent. */
  readonly input?: string
  /** Gets every line of standard error and output as it comes. */
  readonly onLine?: (line: string) => void
  /** Ends the child and everything it started. */
  readonly signal: AbortSignal
}

export interface ChildEnd {
  /** Undefined when it was killed or could not be started. */
  readonly exitCode?: number
  readonly output: string
  readonly errors: string
}

/** A runaway child may not fill our memory; what a tool says of its failure stands at the end. */
const keptCharacters = 4_000_000

/**
 * Runs a program with an argument list (never a shell) in a process group of its own, and resolves when it has ended,
 * also when it could not be started. After `signal` the whole group gets SIGTERM, two seconds later SIGKILL.
 */
export function runChild(command: ChildCommand): Promise<ChildEnd> {
  return new Promise((resolve) => {
    if (command.signal.aborted) return resolve({ output: '', errors: 'stopped' })
    const child = spawn(command.command, command.arguments, {
      cwd: command.folder,
      env: command.environment,
      stdio: 'pipe',
      detached: true,
    })
    const output = collect(child.stdout, command.onLine)
    const errors = collect(child.stderr, command.onLine)
    const stop = (): void => {
      signalGroup(child.pid, 'SIGTERM')
      setTimeout(() => signalGroup(child.pid, 'SIGKILL'), 2000).unref()
    }
    command.signal.addEventListener('abort', stop, { once: true })
    const end = (result: ChildEnd): void => {
      command.signal.removeEventListener('abort', stop)
      resolve(result)
    }
    child.on('error', (error) => end({ output: '', errors: error.message }))
    child.on('close', (exitCode) =>
      end({ ...(exitCode !== null && { exitCode }), output: output.text(), errors: errors.text() }),
    )
    // A child that ends without reading its input breaks the pipe; its exit code says why.
    child.stdin.on('error', () => undefined)
    child.stdin.end(command.input ?? '')
  })
}

function collect(stream: NodeJS.ReadableStream, onLine?: (line: string) => void): { text(): string } {
  let text = ''
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-keptCharacters)
    const lines = (rest + chunk).split(/\r\n|\n|\r/)
    rest = lines.pop()!
    for (const line of lines) if (line.trim() !== '') onLine?.(line)
  })
  stream.on('end', () => {
    if (rest.trim() !== '') onLine?.(rest)
  })
  return { text: () => text }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // The group has ended.
  }
}
