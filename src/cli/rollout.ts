import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseDuration } from '../base/duration.ts'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { pathOf } from './endpoint.ts'
import { exitCode } from './exit-code.ts'
import { watchInterrupts } from './interrupt.ts'
import type { RestClient } from './link/rest-client.ts'
import type { Rollout } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

/** Starts a rollout; with --watch until it is over, exit code 1 unless it was promoted. */
export const rollOut: Command = async (invocation) => {
  const body = rolloutBody(invocation)
  return withConnection(invocation, 'work', async ({ client }) => {
    const rollout = await client.post<Rollout>(rolloutPath(invocation), body)
    if (invocation.options.has('watch')) return watch(invocation, client, rollout)
    if (!invocation.json && rollout.abort_on.length === 0 && rollout.ended_at === undefined)
      invocation.terminal.err('No --abort-on: it goes on by time alone.\n')
    return tell(invocation, rollout)
  })
}

/** Shows the newest rollout of an endpoint. */
export const rolloutStatus: Command = async (invocation) =>
  withConnection(invocation, 'work', async ({ client }) => {
    const rollout = await client.get<Rollout>(rolloutPath(invocation))
    return invocation.options.has('watch') ? watch(invocation, client, rollout) : tell(invocation, rollout)
  })

/** Ends a rollout and goes back to the traffic before. */
export const abortRollout: Command = (invocation) => end(invocation, 'abort')

/** Ends a rollout and gives the candidate all traffic. */
export const promoteRollout: Command = (invocation) => end(invocation, 'promote')

async function end(invocation: Invocation, how: 'abort' | 'promote'): Promise<number> {
  const reason = invocation.options.text('reason')
  const body = { ...(reason !== undefined && { reason }) }
  const path = `${rolloutPath(invocation)}/${how}`
  return tell(invocation, await withConnection(invocation, 'work', ({ client }) => client.post<Rollout>(path, body)))
}

function rolloutPath(invocation: Invocation): string {
  return `${pathOf(invocation)}/rollout`
}

function rolloutBody({ options, workingFolder }: Invocation): object {
  const [file, version, hold] = [options.text('file'), options.text('if-version'), options.text('hold')]
  const holdMs = hold === undefined ? undefined : parseDuration(hold)
  if (hold !== undefined && holdMs === undefined)
    throw new SluiceError('invalid-request', `--hold "${hold}" is no duration.`, {
      hint: 'For example: 30s, 10m, 1h30m.',
    })
  const texts = (['to', 'model', 'deployment'] as const).flatMap((name) => {
    const text = options.text(name)
    return text === undefined ? [] : [[name, text] as const]
  })
  const steps = options.text('steps')
  const least = options.text('min-requests')
  const abortOn = options.texts('abort-on').flatMap((text) => text.split(','))
  return {
    ...Object.fromEntries(texts),
    ...(file !== undefined && { file: resolve(workingFolder, file) }),
    ...(steps !== undefined && { steps: steps.split(',').map((step) => wholeNumber('--steps', step)) }),
    ...(holdMs !== undefined && { hold: holdMs / 1000 }),
    ...(least !== undefined && { min_requests: wholeNumber('--min-requests', least) }),
    ...(abortOn.length > 0 && { abort_on: abortOn }),
    ...(version !== undefined && { version: wholeNumber('--if-version', version) }),
  }
}

function wholeNumber(flag: string, text: string): number {
  if (/^\s*\d{1,9}%?\s*$/.test(text)) return Number.parseInt(text, 10)
  throw new SluiceError('invalid-request', `${flag} has "${text}", which is not a whole number.`)
}

async function watch(invocation: Invocation, client: RestClient, first: Rollout): Promise<number> {
  const { terminal, json } = invocation
  const stop = new AbortController()
  const interrupts = watchInterrupts({ press: () => stop.abort(), end: () => stop.abort() })
  try {
    let rollout = first
    let said = ''
    // Sequential: it is looked at until it is over.
    while (rollout.ended_at === undefined && !stop.signal.aborted) {
      const share = rollout.step === undefined ? '' : `${rollout.step} % `
      // The seconds that are left change at every look.
      const line = `${share}${rollout.status}: ${rollout.waits_for ?? ''}`.replace(/ for another \d+ s$/, '')
      if (line !== said) terminal.err(`${line}\n`)
      said = line
      await setTimeout(1000, undefined, { signal: stop.signal }).catch(() => undefined)
      rollout = await client.get<Rollout>(rolloutPath(invocation))
    }
    if (stop.signal.aborted && !json) terminal.err('It goes on without being watched.\n')
    const code = tell(invocation, rollout)
    if (stop.signal.aborted) return exitCode.interrupted
    return rollout.status === 'promoted' ? code : exitCode.failed
  } finally {
    interrupts.stop()
  }
}

function tell(invocation: Invocation, rollout: Rollout): number {
  if (invocation.json) {
    writeJson(invocation, rollout)
    return exitCode.ok
  }
  const fields: readonly (readonly [string, string])[] = [
    ['status', rollout.status],
    ['candidate', printable(rollout.candidate)],
    ['baseline', printable(rollout.baseline ?? '')],
    ['step', rollout.step === undefined ? '' : `${rollout.step} % of ${rollout.steps.join(', ')}`],
    ['holds', `${rollout.hold} s a step`],
    ['aborts on', rollout.abort_on.join(', ')],
    ['waits for', printable(rollout.waits_for ?? '')],
    ['reason', printable(rollout.reason ?? '')],
  ]
  const rows = Object.entries(rollout.counts ?? {}).map(([name, { requests, errors, p95 }]) => [
    ...[printable(name), String(requests), String(errors), p95 === undefined ? '' : `${(p95 * 1000).toFixed(1)} ms`],
  ])
  const text = textFields(fields.filter(([, value]) => value !== ''))
  invocation.terminal.out(
    rows.length === 0 ? text : `${text}\n${textTable(['this step', 'requests', 'errors', 'p95'], rows)}`,
  )
  return exitCode.ok
}
