import { SluiceError } from '../base/errors.ts'
import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Page } from './rest-types.ts'
import { textTable } from './terminal/text-table.ts'
import type { Backfill, NextTime } from './trigger-types.ts'
import { pathOf } from './trigger.ts'

/** Shows the times to come. */
export const nextTimes: Command = async (invocation) => {
  const count = invocation.arguments[1] ?? '10'
  if (!/^[1-9]\d{0,3}$/.test(count) || Number(count) > 1000)
    throw new SluiceError('invalid-request', `"${count}" is no number of times.`, { hint: 'Give 1 to 1000.' })
  const page = await withConnection(invocation, 'work', ({ client }) =>
    client.get<Page<NextTime>>(`${pathOf(invocation, 'schedule')}/next?limit=${count}`),
  )
  if (invocation.json) writeJson(invocation, page)
  else if (page.items.length === 0) invocation.terminal.err('It never fires again: its end has passed.\n')
  else
    invocation.terminal.out(
      textTable(
        ['local time', 'UTC', ''],
        page.items.map(({ local_time: local, time, note }) => [local, time, note ?? '']),
      ),
    )
  return exitCode.ok
}

/** Starts a job for every time of a span that has none, or shows which those are. */
export const backfill: Command = async (invocation) => {
  const { options, terminal } = invocation
  const isPreview = options.has('preview')
  const body = {
    from: momentOf('--from', options.text('from')),
    to: momentOf('--to', options.text('to')),
    preview: isPreview,
  }
  const found = await withConnection(invocation, isPreview ? 'work' : 'stay', ({ client }) =>
    client.post<Backfill>(`${pathOf(invocation, 'schedule')}/backfill`, body),
  )
  if (invocation.json) writeJson(invocation, found)
  else {
    const words = {
      submit: isPreview ? 'would start a job' : 'starts a job',
      submitted: 'has a job',
      pending: 'is waiting',
    }
    terminal.out(
      textTable(
        ['time', ''],
        found.items.map((one) => [one.local_time, words[one.verdict]]),
      ),
    )
    const count = `${found.submitted} of ${found.items.length} times`
    terminal.err(
      isPreview ? `${count} would start a job; leave --preview out to start them.\n` : `${count} start a job.\n`,
    )
  }
  return exitCode.ok
}

/** A day begins at midnight UTC; a time without an offset is UTC too. */
function momentOf(flag: string, text: string | undefined): string {
  const atMs =
    text === undefined
      ? NaN
      : Date.parse(/T.*([zZ]|[-+]\d{2}:?\d{2})$|^\d{4}-\d{2}-\d{2}$/.test(text) ? text : `${text}Z`)
  if (Number.isFinite(atMs)) return new Date(atMs).toISOString()
  const problem = text === undefined ? `${flag} does not say a time.` : `${flag} cannot be "${text}".`
  throw new SluiceError('invalid-request', problem, { hint: 'Write 2026-03-01 or 2026-03-01T09:00:00+01:00.' })
}
