import type { Series } from './align-series.ts'

/** What a `Chart` draws. */
export interface ChartProps {
  /** What is drawn, for screen readers and above the chart. */
  readonly label: string
  readonly series: readonly Series[]
  /** `time`: x is in epoch milliseconds. */
  readonly x?: 'number' | 'time'
  /** What x is, e.g. `step`. */
  readonly xLabel?: string
  /** Pixels; 220 when absent. */
  readonly height?: number
  readonly isLogarithmic?: boolean
  /** Charts with the same word show the cursor at the same x. */
  readonly syncWith?: string
  /** `bars` for counts by bin. */
  readonly kind?: 'lines' | 'bars' | 'points'
}
