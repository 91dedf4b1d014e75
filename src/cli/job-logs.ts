import { setTimeout } from 'node:timers/promises'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection } from './command.ts'
import { exitCode } from './exit-code.ts'
import { watchInterrupts } from './interrupt.ts'
import { lastLogLines, readLog } from './link/log-reader.ts'
import type { RestClient } from './link/rest-client.ts'
import type { Job } from './rest-types.ts'
import { hasEnded } from './rest-types.ts'
import { stepName } from './terminal/job-words.ts'
import { printable } from './terminal/terminal.ts'
import type { Watched } from './job-reader.ts'
import { JobReader, readJob } from './job-reader.ts'

/** Prints a log, or the logs of all steps with their names before each line; with --follow until the job has ended. */
export const jobLogs: Command = async (invocation) => {
  const { options, arguments: typed } = invocation
  const follow = options.has('follow')
  return withConnection(invocation, follow ? 'work' : 'look', async ({ client }) => {
    const state = await readJob(client, typed[0]!)
    const step = options.text('step')
    const target = step === undefined ? state.job : findStep(state, step)
    const stop = new AbortController()
    const interrupts = watchInterrupts({ press: () => stop.abort(), end: () => stop.abort() })
    try {
      const printing: Printing = { client, invocation, follow, signal: stop.signal }
      const tail = options.text('tail')
      if (tail !== undefined) await printTail(printing, target, lineCount(tail))
      else if (target.type === 'command') await printLog(printing, target.name, '')
      else await printSteps(printing, target)
      return stop.signal.aborted ? exitCode.interrupted : exitCode.ok
    } finally {
      interrupts.stop()
    }
  })
}

function findStep({ job, steps }: Watched, path: string): Job {
  const found = steps.find(({ step }) => step === path)
  if (found !== undefined) return found
  const paths = steps.map(({ step }) => step ?? '')
  throw new SluiceError('not-found', `The job ${job.name} has no step "${path}".`, {
    ...(paths.length > 0 && { hint: `It has: ${paths.slice(0, 20).join(', ')}` }),
  })
}

interface Printing {
  readonly client: RestClient
  readonly invocation: Invocation
  readonly follow: boolean
  readonly signal: AbortSignal
}

/** Logs of steps, each line with its step's name; followed, those of several steps as they come. */
async function printSteps(printing: Printing, pipeline: Job): Promise<void> {
  const { client, follow, signal } = printing
  const started = new Map<string, Promise<void>>()
  const reader = new JobReader(pipeline.name)
  // Sequential: the list of steps says which logs have begun.
  for (;;) {
    const { job, changed } = await reader.read(client)
    for (const step of changed) {
      if (!hasLog(step) || started.has(step.name)) continue
      const printed = printLog(printing, step.name, `[${stepName(step)}] `)
      started.set(step.name, printed)
      if (!follow) await printed
    }
    if (!follow || hasEnded(job.status) || signal.aborted) break
    await setTimeout(pollMs, undefined, { signal }).catch(() => undefined)
  }
  await Promise.all(started.values())
}

/** The last lines alone; those of a pipeline step by step. */
async function printTail({ client, invocation }: Printing, target: Job, count: number): Promise<void> {
  const steps = target.type === 'command' ? [target] : (await readJob(client, target.name)).steps.filter(hasLog)
  // Sequential: the logs are printed one after the other.
  for (const step of steps) {
    const writer = lineWriter(invocation, target.type === 'command' ? '' : `[${stepName(step)}] `)
    const lines = await lastLogLines(client, step.name, count)
    if (lines.join('') !== '') writer.write(`${lines.join('\n')}\n`)
  }
}

function lineCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new SluiceError('invalid-request', `--tail is ${JSON.stringify(text)}; expected a number of lines.`)
}

function hasLog({ type, attempts }: Job): boolean {
  return type === 'command' && attempts > 0
}

const pollMs = 300

async function printLog(printing: Printing, name: string, prefix: string): Promise<void> {
  const writer = lineWriter(printing.invocation, prefix)
  const offset = await streamLog(printing, name, writer)
  await pollLog(printing, name, { writer, offset })
  writer.end()
}

/** Follows the log as a stream; resolves with where polling has to go on, also when the stream never came. */
async function streamLog({ client, follow, signal }: Printing, name: string, writer: LineWriter): Promise<number> {
  let offset = 0
  if (!follow) return offset
  try {
    const path = `/api/v1/jobs/${encodeURIComponent(name)}/log/stream`
    for await (const { event, data } of client.events(path, { signal })) {
      if (event === 'end') break
      const { text, next_offset: next } = data as { text: string; next_offset: number }
      writer.write(text)
      offset = next
    }
  } catch (error) {
    if (!(error instanceof SluiceError) || !['server-unreachable', 'not-supported'].includes(error.code)) throw error
  }
  return offset
}

async function pollLog(
  { client, follow, signal }: Printing,
  name: string,
  { writer, offset: start }: { readonly writer: LineWriter; readonly offset: number },
): Promise<void> {
  const decoder = new TextDecoder()
  let offset = start
  while (!signal.aborted) {
    const { bytes, nextOffset, isComplete } = await readLog(client, name, offset)
    offset = nextOffset
    writer.write(decoder.decode(bytes, { stream: true }))
    if (isComplete || (!follow && bytes.length === 0)) break
    if (bytes.length === 0) await setTimeout(pollMs, undefined, { signal }).catch(() => undefined)
  }
  writer.write(decoder.decode())
}

interface LineWriter {
  write(text: string): void
  /** Writes what has no line end yet. */
  end(): void
}

/** A longer line is written in pieces, so that a line of a gigabyte takes no more memory than others. */
const longestLine = 64 * 1024

/** Writes whole lines with their prefix, so that logs of several steps do not mix within a line. */
function lineWriter({ terminal, json }: Invocation, prefix: string): LineWriter {
  let rest = ''
  /** `isCut`: the line goes on in the next piece. */
  const show = (line: string, isCut: boolean): string => {
    if (json) {
      const step = prefix === '' ? {} : { step: prefix.slice(1, -2) }
      return `${JSON.stringify({ ...step, line, ...(isCut && { is_cut: true }) })}\n`
    }
    // A file or a pipe gets the bytes as they are; a terminal is protected from them.
    const text = terminal.isOutTerminal ? printable(line, { keepColors: true }) : line
    // Steps take turns by the line: a piece of one must not run into another's.
    return `${prefix}${text}${isCut && prefix === '' ? '' : '\n'}`
  }
  return {
    write: (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      if (lines.length > 0) terminal.out(lines.map((line) => show(line, false)).join(''))
      if (rest.length <= longestLine) return
      terminal.out(show(rest, true))
      rest = ''
    },
    end: () => {
      if (rest !== '') terminal.out(show(rest, false))
      rest = ''
    },
  }
}
