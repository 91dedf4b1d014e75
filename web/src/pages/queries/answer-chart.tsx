import type { ReactNode } from 'react'
import { axisOf, type ChartKind, type DrawnLine } from './drawn-lines.ts'
import { Chart } from '../../components/chart/chart.tsx'
import type { Series } from '../../components/chart/align-series.ts'
import { useFormat } from '../../messages/format.ts'

interface AnswerChartProps {
  /** What is drawn, for screen readers and above it. */
  readonly label: string
  readonly kind: ChartKind
  readonly lines: readonly DrawnLine[]
  readonly xLabel: string
}

const kinds = { line: 'lines', area: 'lines', bar: 'bars', scatter: 'points', pie: 'bars' } as const
/** More bars than these are not told apart. */
const mostBars = 60

/** A chart of an answer: along numbers or times as a plot, along words as bars under each other. */
export function AnswerChart({ label, kind, lines, xLabel }: AnswerChartProps): ReactNode {
  const axis = axisOf(lines)
  if (axis === 'words' || kind === 'pie') return <WordBars label={label} lines={lines} isShare={kind === 'pie'} />
  return (
    <Chart
      label={label}
      kind={kinds[kind]}
      x={axis}
      xLabel={xLabel}
      height={320}
      series={lines.map((line) => seriesOf(line, axis))}
    />
  )
}

function seriesOf({ name, points }: DrawnLine, axis: 'time' | 'number'): Series {
  const placed = points.map(([x, y]) => [axis === 'time' ? timeOf(String(x)) : Number(x), y] as const)
  placed.sort(([left], [right]) => left - right)
  return { name, x: placed.map(([x]) => x), y: placed.map(([, y]) => y) }
}

/** A timestamp of DuckDB has no zone: it is read as UTC, in which it was written. */
function timeOf(text: string): number {
  const iso = text.replace(' ', 'T')
  return Date.parse(/T/.test(iso) && !/(Z|[+-]\d\d(:?\d\d)?)$/.test(iso) ? `${iso}Z` : iso)
}

interface WordBarsProps extends Pick<AnswerChartProps, 'label' | 'lines'> {
  /** Each as its share of the whole. */
  readonly isShare: boolean
}

function WordBars({ label, lines, isShare }: WordBarsProps): ReactNode {
  const format = useFormat()
  const bars = lines.flatMap(({ name, points }, line) =>
    points.map(([x, y]) => ({ x: x === null ? '–' : String(x), y, name, line })),
  )
  const shown = bars.slice(0, mostBars)
  const most = Math.max(...shown.map(({ y }) => Math.abs(y)), Number.MIN_VALUE)
  const sum = bars.reduce((total, { y }) => total + y, 0)
  return (
    <figure className="answer-bars" aria-label={label}>
      <figcaption>{label}</figcaption>
      <ul>
        {shown.map(({ x, y, name, line }, index) => (
          <li key={index}>
            <span className="answer-bar-name">{lines.length > 1 ? `${x} · ${name}` : x}</span>
            <span className="answer-bar-track" aria-hidden="true">
              <span
                className={`answer-bar answer-bar-${(line % 8) + 1}${y < 0 ? ' negative' : ''}`}
                style={{ width: `${(100 * Math.abs(y)) / most}%` }}
              />
            </span>
            <span>{isShare && sum > 0 ? format.percent(y / sum) : format.number(y)}</span>
          </li>
        ))}
      </ul>
      {bars.length > shown.length && <p className="quiet">+{format.count(bars.length - shown.length)}</p>}
    </figure>
  )
}
