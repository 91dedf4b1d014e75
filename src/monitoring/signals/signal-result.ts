import type { SignalOutcome, Verdict } from '../monitor.ts'

/** A verdict without its history. */
export type NewVerdict = Omit<Verdict, 'signal' | 'sinceMs'>

/** What computing a signal came to. */
export interface SignalResult extends Pick<SignalOutcome, 'window' | 'referenceWindow' | 'rows' | 'detail'> {
  readonly status: 'computed' | 'no-data'
  readonly verdicts: readonly NewVerdict[]
}
