import type { TableSession } from '../../data/table-engine.ts'
import type { NewVerdict, SignalResult } from './signal-result.ts'
import {
  findWindows,
  openPair,
  type OpenPair,
  type SignalParts,
  type SignalWork,
  type TwoWindows,
} from './signal-tables.ts'

/** With fewer rows nothing is said of a distribution: anything may look like drift. */
export const fewestRows = 30

/** Both sides of a signal, opened. */
export interface JudgedPair {
  readonly session: TableSession
  readonly pair: OpenPair
  readonly windows: TwoWindows
}

/** Finds and opens both windows and judges them, if each has at least `fewest` rows. */
export async function judgePair(
  parts: SignalParts,
  work: SignalWork,
  { fewest, judge }: { readonly fewest: number; readonly judge: (pair: JudgedPair) => Promise<readonly NewVerdict[]> },
): Promise<SignalResult> {
  const windows = await findWindows(parts, work)
  const { production, reference, window, referenceWindow } = windows
  const common = { window, ...(referenceWindow !== undefined && { referenceWindow }) }
  if (production.source === undefined || reference.source === undefined) {
    const empty = production.source === undefined ? production : reference
    return { ...common, status: 'no-data', detail: `no rows of ${empty.from}`, verdicts: [] }
  }
  const readable = [...production.readable, ...reference.readable]
  return parts.tables.session({ readable }, async (session) => {
    const pair = await openPair(session, windows, work.signal)
    const rows = { production: pair.production.rowCount, reference: pair.reference.rowCount }
    if (Math.min(rows.production, rows.reference) < fewest) {
      const detail = `${rows.production} rows against ${rows.reference}: fewer than ${fewest} say nothing`
      return { ...common, status: 'no-data', detail, rows, verdicts: [] }
    }
    const verdicts = await judge({ session, pair, windows })
    return { ...common, status: 'computed', rows, detail: sidesText(windows), verdicts }
  })
}

/** What was compared, in words. */
function sidesText({ production, reference }: Pick<TwoWindows, 'production' | 'reference'>): string {
  const whole = [production, reference].filter(({ isWhole }) => isWhole)
  const which = whole.length === 2 ? 'both' : (whole[0]?.from ?? '')
  const note = whole.length === 0 ? '' : ` (${which} whole: no column is named that says the time)`
  return `${production.from} against ${reference.from}${note}`
}
