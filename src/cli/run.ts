import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { exitCode } from './exit-code.ts'
import { watchInterrupts } from './interrupt.ts'
import type { Connection } from './link/connection.ts'
import { lastLogLines } from './link/log-reader.ts'
import type { SubmittedJob } from './rest-types.ts'
import { hasEnded } from './rest-types.ts'
import { submissionOf } from './submission.ts'
import { warningText } from './terminal/error-text.ts'
import { outcomeOf, stepName } from './terminal/job-words.ts'
import { jobDisplay } from './terminal/live-display.ts'
import { summaryText } from './terminal/live-tree.ts'
import { printable } from './terminal/terminal.ts'
import type { Read, Watched } from './job-reader.ts'
import { changedSteps, shownSteps, watchJob } from './watch-job.ts'

/** Submits a file and watches the job; exit code 0 when it completed, 1 when not, 130 when it was left or canceled. */
export const run: Command = async (invocation) => {
  const submission = submissionOf(invocation)
  return submitAndWatch(invocation, (connection) => connection.client.post<SubmittedJob>('/api/v1/jobs', submission))
}

/** Submits the stored document of a job again and watches it. */
export const retry: Command = (invocation) => {
  const path = `/api/v1/jobs/${encodeURIComponent(invocation.arguments[0]!)}/retry`
  const { options } = invocation
  const from = options.texts('from')
  const body = { ...(options.has('failed') && { only_failed: true }), ...(from.length > 0 && { from }) }
  return submitAndWatch(invocation, (connection) => connection.client.post<SubmittedJob>(path, body))
}

/** Submits a job and watches it; `completed` has the last word on one that completed. */
export async function submitAndWatch(
  invocation: Invocation,
  submit: (connection: Connection) => Promise<SubmittedJob>,
  completed?: (connection: Connection, name: string) => Promise<number>,
): Promise<number> {
  // A job that nobody waits for needs a server that stays.
  const detach = invocation.options.has('detach')
  const connection = await invocation.connect(detach ? 'leave' : 'work')
  try {
    const job = await submitOnce(connection, submit)
    writeStream(invocation, { event: 'submitted', schema_version: 1, job })
    const { terminal, workingFolder } = invocation
    if (!invocation.json) terminal.err(warningText(job.warnings, { paint: terminal.paint, folder: workingFolder }))
    if (!detach) {
      const code = await watch(invocation, connection, job.name)
      return code === exitCode.ok && completed !== undefined ? await completed(connection, job.name) : code
    }
    if (!invocation.json) invocation.terminal.out(`${job.name}\n`)
    sayHowToReturn(invocation, job.name)
    return exitCode.ok
  } finally {
    await connection.close()
  }
}

/** A server may end between being found and being asked, e.g. that of another command; it has not seen the job then. */
async function submitOnce(
  connection: Connection,
  submit: (connection: Connection) => Promise<SubmittedJob>,
): Promise<SubmittedJob> {
  try {
    return await submit(connection)
  } catch (error) {
    const wasRefused = error instanceof SluiceError && (error.cause as NodeJS.ErrnoException)?.code === 'ECONNREFUSED'
    if (!wasRefused) throw error
    await connection.recover({ mayOpen: true })
    return submit(connection)
  }
}

/** How long the first Ctrl-C waits for a second before it detaches. */
const secondPressMs = 1000

/** How the user left: not at all, with the job to go on, with the job canceled, or without a further thought. */
type Leaving = 'no' | 'detach' | 'cancel' | 'quit' | 'terminated'

/** Watches a job until it ends; Ctrl-C once leaves it running in the background, twice cancels it, thrice just ends. */
export async function watch(invocation: Invocation, connection: Connection, name: string): Promise<number> {
  const { terminal } = invocation
  const display = jobDisplay(terminal)
  const left = new AbortController()
  const user: { leaving: Leaving } = { leaving: 'no' }
  let timer: NodeJS.Timeout | undefined
  const leave = (how: Leaving): void => {
    user.leaving = how
    left.abort()
  }
  const interrupts = watchInterrupts({
    press: (count) => {
      clearTimeout(timer)
      if (count === 1) {
        terminal.note('Leaving the job to go on by itself; press Ctrl-C again to cancel it.')
        timer = setTimeout(() => leave('detach'), secondPressMs)
      } else if (count === 2) {
        user.leaving = 'cancel'
        terminal.note('Canceling the job.')
        void cancel(connection, name)
      } else leave('quit')
    },
    // When the terminal is gone, the result is still wanted.
    end: (signal) => leave(signal === 'SIGHUP' ? 'detach' : 'terminated'),
  })
  try {
    const end = await watchJob({
      connection,
      name,
      display,
      signal: left.signal,
      showsLogs: terminal.isLive,
      onState: stateWriter(invocation),
    })
    display.clear()
    if (end !== undefined) {
      await report(invocation, connection, end)
      if (user.leaving === 'cancel') return exitCode.interrupted
      return end.job.status === 'Completed' ? exitCode.ok : exitCode.failed
    }
    // Whoever ends this process (sluice down among them) wants the store to be free.
    if (user.leaving === 'terminated') await connection.release()
    else await connection.handOver()
    sayHowToReturn(invocation, name)
    return exitCode.interrupted
  } finally {
    clearTimeout(timer)
    display.clear()
    interrupts.stop()
  }
}

async function cancel(connection: Connection, name: string): Promise<void> {
  // A failure shows as the job going on; the next Ctrl-C still ends the watching.
  await connection.client.post(`/api/v1/jobs/${encodeURIComponent(name)}/cancel`).catch(() => undefined)
}

function sayHowToReturn({ terminal }: Invocation, name: string): void {
  terminal.err(`The job goes on in the background. Look at it with:\n  sluice job show ${name} --watch\n`)
}

/** With --json: a line for every change of a step and of the job. */
function stateWriter(invocation: Invocation): (state: Read) => void {
  const told = new Map<string, string>()
  return (state) => {
    if (!invocation.json) return
    const { job } = state
    for (const step of changedSteps(state)) {
      const outcome = outcomeOf(step)
      if (told.get(step.name) === outcome) continue
      told.set(step.name, outcome)
      writeStream(invocation, { event: 'step', outcome, job: step })
    }
    if (hasEnded(job.status)) writeStream(invocation, { event: 'ended', outcome: outcomeOf(job), job })
  }
}

function writeStream({ json, terminal }: Invocation, line: unknown): void {
  if (json) terminal.out(`${JSON.stringify(line)}\n`)
}

async function report(invocation: Invocation, connection: Connection, state: Watched): Promise<void> {
  const { terminal, json } = invocation
  const { job } = state
  const steps = shownSteps(state)
  if (json) return
  terminal.out(summaryText(job, steps, terminal.isOutTerminal ? terminal.size().columns : Infinity))
  const failed = steps.filter(({ status, type }) => status === 'Failed' && type !== 'pipeline')
  for (const step of failed.slice(0, 3)) {
    // That the command failed is explained by its log, which follows.
    if (step.error?.hint !== undefined && step.error.code !== 'step-failed')
      terminal.err(`${terminal.paint('cyan', 'hint:')} ${printable(step.error.hint)}\n`)
    const lines = await lastLogLines(connection.client, step.name, 20).catch(() => [])
    if (lines.join('') === '') continue
    terminal.err(`The last lines of ${stepName(step)}:\n`)
    for (const line of lines) terminal.err(`  ${printable(line)}\n`)
  }
  if (!connection.isInProcess) terminal.err(`job:  ${connection.client.url}/api/v1/jobs/${job.name}\n`)
  // The only step of a job that is no pipeline has an empty name, which nothing asks for.
  // A loop or sweep fails because of a round, and that has the log.
  const culprit = failed.find(({ type }) => type === 'command') ?? failed[0]
  const ofStep = culprit?.step ? ` --step ${culprit.step}` : ''
  const next = failed.length > 0 ? `sluice job logs ${job.name}${ofStep}` : `sluice job show ${job.name}`
  terminal.err(`next: ${next}\n`)
}
