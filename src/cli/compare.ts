import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { messageOf, SluiceError } from '../base/errors.ts'
import { parseDuration } from '../base/duration.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { pathOf } from './endpoint.ts'
import { exitCode } from './exit-code.ts'
import type { Comparison } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'

/** Compares two deployments of an endpoint. */
export const compareDeployments: Command = async (invocation) => {
  const path = `${pathOf(invocation)}/comparison?${comparisonQuery(invocation)}`
  const comparison = await withConnection(invocation, 'work', ({ client }) => client.get<Comparison>(path))
  if (invocation.json) writeJson(invocation, comparison)
  else invocation.terminal.out(comparisonText(comparison))
  return exitCode.ok
}

/** Tells what came of requests, from a file of JSON lines or one JSON array. */
export const reportOutcomes: Command = async (invocation) => {
  const [, file] = invocation.arguments
  const items = parseOutcomes(await readOutcomes(resolve(invocation.workingFolder, file!)), file!)
  const stored = { stored_count: 0, unknown_count: 0 }
  await withConnection(invocation, 'work', async ({ client }) => {
    // Sequential: one call takes ten thousand.
    for (let start = 0; start < items.length; start += 10_000) {
      const part = await client.post<typeof stored>(
        `${pathOf(invocation)}/outcomes`,
        items.slice(start, start + 10_000),
      )
      stored.stored_count += part.stored_count
      stored.unknown_count += part.unknown_count
    }
  })
  if (invocation.json) writeJson(invocation, stored)
  else {
    invocation.terminal.err(`Stored ${stored.stored_count} outcomes.\n`)
    if (stored.unknown_count > 0)
      invocation.terminal.err(`${stored.unknown_count} request ids are not among the recorded requests.\n`)
  }
  return exitCode.ok
}

async function readOutcomes(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new SluiceError('input-not-found', `The outcomes cannot be read: ${messageOf(cause)}.`, { cause })
  }
}

function parseOutcomes(text: string, file: string): readonly unknown[] {
  if (text.trimStart().startsWith('[')) return parseJson(text, file) as readonly unknown[]
  return text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseJson(line, `${file}:${index + 1}`)]))
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new SluiceError('invalid-request', `${where} is not JSON: ${messageOf(cause)}.`, {
      cause,
      hint: 'Outcomes are JSON lines, e.g. {"request_id": "...", "revenue": 3.5}, or one array of such.',
    })
  }
}

function comparisonQuery({ options }: Invocation): URLSearchParams {
  const query = new URLSearchParams()
  for (const name of ['baseline', 'candidate', 'covariate']) {
    const text = options.text(name)
    if (text !== undefined) query.set(name, text)
  }
  const metrics = options.texts('metric')
  if (metrics.length > 0) query.set('metrics', metrics.join(','))
  const margins = options.texts('margin')
  if (margins.length > 0) query.set('margins', margins.join(','))
  const since = options.text('since')
  if (since !== undefined) query.set('since', sinceTime(since))
  return query
}

/** A time, or so long ago. */
function sinceTime(text: string): string {
  const ago = parseDuration(text)
  const ms = ago === undefined ? Date.parse(text) : Date.now() - ago
  if (Number.isFinite(ms)) return new Date(ms).toISOString()
  throw new SluiceError('invalid-request', `--since "${text}" is neither a time nor a duration.`, {
    hint: 'For example: 2h, 7d, 2026-03-01T00:00:00Z.',
  })
}

const units: Readonly<Record<string, (value: number) => string>> = {
  latency: (value) => `${value.toFixed(2)} ms`,
  error: (value) => `${(value * 100).toFixed(2)} %`,
}

const percent = (value: number): string => `${(value * 100).toFixed(2)} %`
const number = (value: number): string => value.toPrecision(4)
const times = (value: number): string => `${value.toFixed(2)}x`

function comparisonText({ baseline, candidate, metrics, mirrored, split, dropped_count }: Comparison): string {
  const shown = (name: string, value: number): string => (units[name] ?? ((number) => number.toPrecision(5)))(value)
  const between = (name: string, interval: { low: number; high: number } | undefined): string =>
    interval === undefined ? '' : `${shown(name, interval.low)} .. ${shown(name, interval.high)}`
  const rows = metrics.map((metric) => [
    printable(metric.name),
    ...[metric.baseline, metric.candidate].map(({ value, count }) => `${shown(metric.name, value)} (${count})`),
    between(metric.name, metric.interval),
    shown(metric.name, metric.margin),
    metric.verdict,
  ])
  const names = [baseline, candidate].map(({ deployment }) => printable(deployment))
  const parts = [
    rows.length === 0
      ? 'Neither metric has requests of both deployments yet.\n'
      : textTable(['metric', ...names, 'difference', 'margin', `${names[1]} is`], rows),
  ]
  if (mirrored !== undefined) {
    const { count, compared_count, equal_count, largest_difference, answered_by: by } = mirrored
    const { agreement, mean_difference: mean, latency_ratio: ratio } = mirrored
    const figures = [
      ...(agreement === undefined ? [] : [['same answer', agreement, percent] as const]),
      ...(mean === undefined ? [] : [['difference of numbers', mean, number] as const]),
      ...(ratio === undefined ? [] : [['time of the copy', ratio, times] as const]),
    ].map(([name, { value, interval }, shownAs]) => [
      ...[name, shownAs(value)],
      interval === undefined ? '' : `${shownAs(interval.low)} .. ${shownAs(interval.high)}`,
    ])
    parts.push(
      `${count} requests copied: ${equal_count} of ${compared_count} answers the same, largest difference ${largest_difference}\n` +
        `Answered by both ${by.both}, by the original only ${by.original}, by the copy only ${by.copy}, by neither ${by.neither}\n`,
      ...(figures.length === 0 ? [] : [textTable(['pairs', 'figure', 'interval'], figures)]),
      textTable(
        ['copied requests', 'difference', 'interval', `${names[1]} is`],
        mirrored.metrics.map(({ name, difference, interval, verdict }) => [
          ...[name, shown(name, difference.value), between(name, interval), verdict],
        ]),
      ),
    )
  }
  if (split?.is_off === true)
    parts.push(
      `The split is off (p = ${split.p_value.toPrecision(2)}): ${JSON.stringify(split.counts)}. Trust no verdict.\n`,
    )
  if (dropped_count > 0) parts.push(`${dropped_count} requests could not be noted.\n`)
  return parts.join('\n')
}
