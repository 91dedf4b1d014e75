import type { components } from '../../api.gen.ts'

export type TimedVerdict = components['schemas']['TimedMonitorVerdict']

/** A line of the heat map: one metric of one feature, and what each run said of it. */
export interface HeatRow {
  readonly feature: string
  readonly metric: string
  readonly byRun: ReadonlyMap<string, TimedVerdict>
  readonly newest: TimedVerdict
}

/** A column: a run, and for which time it was. */
export interface HeatColumn {
  readonly run: string
  readonly atMs: number
}

/** How close to its threshold a value is; `none` where there is no threshold or no value. */
export type HeatLevel = 'none' | 'far' | 'some' | 'near' | 'chance' | 'breach' | 'twice'

/** Runs that are drawn; earlier ones are in the table of runs. */
const mostColumns = 60

/**
 * Verdicts, the newest first, as rows and columns. Rows: in breach now first, by how far they are beyond their
 * threshold. Columns: oldest first; of two runs for one time the newer.
 */
export function heatMapOf(
  verdicts: readonly TimedVerdict[],
  { isCutShort }: { readonly isCutShort: boolean },
): { readonly rows: readonly HeatRow[]; readonly columns: readonly HeatColumn[] } {
  const runs = new Map<string, HeatColumn>()
  const times = new Set<number>()
  for (const { run, nominal_time: time } of verdicts) {
    const atMs = Date.parse(time)
    if (runs.has(run) || times.has(atMs)) continue
    times.add(atMs)
    runs.set(run, { run, atMs })
  }
  // Of the oldest run some verdicts may be missing: an empty cell would say that it was not computed.
  const whole = isCutShort && runs.size > 1 ? [...runs.values()].slice(0, -1) : [...runs.values()]
  const columns = whole.sort((left, right) => left.atMs - right.atMs).slice(-mostColumns)
  const shown = new Set(columns.map(({ run }) => run))
  const rows = new Map<string, { newest: TimedVerdict; byRun: Map<string, TimedVerdict> }>()
  for (const verdict of verdicts) {
    if (!shown.has(verdict.run)) continue
    const key = JSON.stringify([verdict.feature, verdict.metric])
    const row = rows.get(key) ?? { newest: verdict, byRun: new Map<string, TimedVerdict>() }
    if (Date.parse(verdict.nominal_time) > Date.parse(row.newest.nominal_time)) row.newest = verdict
    row.byRun.set(verdict.run, verdict)
    rows.set(key, row)
  }
  return {
    columns,
    rows: [...rows.values()]
      .map(({ newest, byRun }) => ({ feature: newest.feature, metric: newest.metric, newest, byRun }))
      .sort((left, right) => weightOf(right.newest) - weightOf(left.newest)),
  }
}

export function levelOf(verdict: TimedVerdict): HeatLevel {
  const share = shareOfThreshold(verdict)
  if (verdict.is_breach) return share !== undefined && share >= 2 ? 'twice' : 'breach'
  if (share === undefined) return 'none'
  if (share >= 1) return 'chance'
  return share >= 2 / 3 ? 'near' : share >= 1 / 3 ? 'some' : 'far'
}

/** 1 at the threshold, more beyond it. */
function shareOfThreshold({ effect, threshold, breaches_when: when }: TimedVerdict): number | undefined {
  if (effect === null || threshold === undefined) return undefined
  const [value, limit] = when === 'below' ? [threshold, effect] : [effect, threshold]
  if (limit === 0) return value === 0 ? 0 : 2
  return Math.max(0, value / limit)
}

function weightOf(verdict: TimedVerdict): number {
  const share = Math.min(shareOfThreshold(verdict) ?? 0, 1e6)
  return verdict.is_breach ? 1e6 + share : share
}
