import { SluiceError } from '../../base/errors.ts'
import { sqlName } from '../../data/sql-text.ts'
import type { OpenTable } from '../../data/table-columns.ts'
import type { TableSession } from '../../data/table-engine.ts'
import type { SignalSpec } from '../../spec/monitors/monitor-document.ts'
import type { NewVerdict, SignalResult } from './signal-result.ts'
import { findWindows, openShaped, type SignalParts, type SignalWork } from './signal-tables.ts'

/** By how much more than in the window before, where nobody says how many tokens there may be. */
const usualIncrease = 0.5

/** Columns that hold counts of tokens, by what they count; in `usage` the names that language models answer with. */
const counted = {
  prompt: ['prompt_token_count', 'prompt_tokens', 'input_tokens'],
  completion: ['completion_token_count', 'completion_tokens', 'output_tokens'],
  total: ['total_token_count', 'total_tokens'],
} as const
type Counted = keyof typeof counted

/** Tokens of requests, as the columns of the production data (or the JSON in its column `usage`) count them. */
export async function tokenSignal(parts: SignalParts, work: SignalWork): Promise<SignalResult> {
  const { signal } = work
  const windows = await findWindows(parts, work)
  const { production, reference, window, referenceWindow } = windows
  if (production.source === undefined)
    return { window, status: 'no-data', detail: `no rows of ${production.from}`, verdicts: [] }
  const hasPast = reference.source !== undefined && !production.isWhole
  const readable = [...production.readable, ...(hasPast ? reference.readable : [])]
  return parts.tables.session({ readable: [...new Set(readable)] }, async (session) => {
    const table = await openShaped(session, 'production', { rows: production, signal })
    const now = await sumsOf(session, table, signal)
    if (now === undefined)
      throw new SluiceError('invalid-request', `No column of ${production.from} counts tokens.`, {
        hint: `Name them by data_column_names: {total_token_count: COLUMN}; found are ${counted.total.join(', ')} and usage.`,
      })
    const past = hasPast
      ? await sumsOf(session, await openShaped(session, 'reference', { rows: reference, signal }), signal)
      : undefined
    const verdicts = Object.entries(now).flatMap(([metric, value]) =>
      verdictOf(signal, { metric, value, before: past?.[metric] }),
    )
    return {
      ...{ window, status: 'computed', detail: production.from, verdicts },
      rows: { production: table.rowCount },
      ...(past !== undefined && referenceWindow !== undefined && { referenceWindow }),
    }
  })
}

async function sumsOf(
  session: TableSession,
  table: OpenTable,
  signal: SignalSpec,
): Promise<Readonly<Record<string, number>> | undefined> {
  const columns = table.columns.map(({ name }) => name)
  const said = signal.production[0]?.columns ?? {}
  const found = (Object.keys(counted) as Counted[]).flatMap((kind): readonly (readonly [Counted, string])[] => {
    const [usual] = counted[kind]
    const named = said[usual] ?? counted[kind].find((name) => columns.includes(name))
    if (named !== undefined && columns.includes(named))
      return [[kind, `try_cast(${sqlName(named)}::varchar as double)`]]
    if (!columns.includes('usage')) return []
    const paths = counted[kind].map((name) => `json_extract_string(usage::varchar, '$.${name}')`)
    return [[kind, `try_cast(coalesce(${paths.join(', ')}) as double)`]]
  })
  const has = (kind: Counted): string | undefined => found.find(([one]) => one === kind)?.[1]
  const [prompt, completion] = [has('prompt'), has('completion')]
  const parts = Object.fromEntries(found) as Partial<Record<Counted, string>>
  // Who counts both counts the total.
  if (prompt !== undefined && completion !== undefined)
    parts.total = `coalesce(${parts.total ?? 'null'}, ${prompt} + ${completion})`
  const kinds = Object.keys(parts) as Counted[]
  if (kinds.length === 0) return undefined
  const sums = kinds.map((kind) => `sum(${parts[kind]}), avg(${parts[kind]})`)
  const { rows } = await session.run(`select ${sums.join(', ')} from ${table.name}`)
  return Object.fromEntries(
    kinds.flatMap((kind, at) => [
      [`${kind}_token_count`, Number(rows[0]![2 * at] ?? 0)],
      [`${kind}_token_count_per_request`, Number(rows[0]![2 * at + 1] ?? 0)],
    ]),
  )
}

function verdictOf(
  { thresholds }: SignalSpec,
  { metric, value, before }: { readonly metric: string; readonly value: number; readonly before: number | undefined },
): NewVerdict {
  const said = thresholds.find((one) => one.metric === metric)?.threshold
  const isPerRequest = metric.endsWith('_per_request')
  // More requests are no anomaly of the model: by itself only what one request takes is judged.
  const usual =
    thresholds.length === 0 && isPerRequest && before !== undefined && before > 0
      ? before * (1 + usualIncrease)
      : undefined
  const threshold = said ?? usual
  return {
    feature: '',
    metric,
    effect: value,
    isBreach: threshold !== undefined && value > threshold,
    detail: {
      breachesWhen: 'exceeds',
      ...(before !== undefined && { moved: { of: metric, from: before, to: value } }),
    },
    ...(threshold !== undefined && { threshold }),
  }
}
