import { useState } from 'react'
import type { ReactNode } from 'react'
import { type ComparedLine, differs, numberOf } from './compared-values.ts'
import { runsMessages } from './messages.ts'
import type { RunValue } from './run-types.ts'
import { Button } from '../../components/button.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface CompareCoordinatesProps {
  readonly runs: readonly { readonly run_id: string; readonly name: string }[]
  readonly lines: readonly ComparedLine[]
}

/** Shares of an axis' length, 0 at its foot. */
interface Range {
  readonly low: number
  readonly high: number
}

const mostAxes = 10
const size = { width: 1000, height: 340, top: 36, bottom: 24, side: 70 }
const whole: Range = { low: 0, high: 1 }

/**
 * Each run a line over an axis for each param and metric that differs. Sliders narrow an axis; runs outside of it fade,
 * and those inside are named, each lighting up its line.
 */
export function CompareCoordinates({ runs, lines }: CompareCoordinatesProps): ReactNode {
  const texts = useMessages(runsMessages).compare
  const [ranges, setRanges] = useState<Readonly<Record<string, Range>>>({})
  const [pressed, setPressed] = useState<string>()
  const [pointed, setPointed] = useState<string>()
  const varied = lines.filter(differs)
  const params = varied.filter(({ kind }) => kind === 'params')
  const metrics = varied.filter(({ kind }) => kind === 'metrics')
  const paramCount = Math.min(params.length, Math.max(mostAxes - metrics.length, mostAxes / 2))
  const axes = [...params.slice(0, paramCount), ...metrics.slice(0, mostAxes - paramCount)].map(axisOf)
  if (axes.length < 2) return <p className="quiet">{texts.same}</p>
  const inRange = runs.filter((_, place) =>
    axes.every(({ id, places }) => {
      const { low, high } = ranges[id] ?? whole
      const at = places[place]
      // A run that lacks the value is out as soon as the axis is narrowed.
      return at === undefined ? low === 0 && high === 1 : at >= low && at <= high
    }),
  )
  const lit = pointed ?? pressed
  const kept = new Set(inRange.map(({ run_id: id }) => id))
  return (
    <div className="stack">
      <Picture axes={axes} runs={runs} kept={kept} {...(lit !== undefined && { lit })} />
      <div className="runs-ranges" role="group" aria-label={texts.ranges}>
        {axes.map((axis) => (
          <RangeSliders
            key={axis.id}
            axis={axis}
            range={ranges[axis.id] ?? whole}
            onRange={(range) => setRanges({ ...ranges, [axis.id]: range })}
          />
        ))}
      </div>
      <p className="quiet" role="status">
        {texts.kept(inRange.length, runs.length)}
      </p>
      <div className="row" role="group" aria-label={texts.lightUp}>
        {inRange.map(({ run_id: id, name }) => (
          <Button
            key={id}
            isSmall
            aria-pressed={pressed === id}
            onClick={() => setPressed(pressed === id ? undefined : id)}
            onMouseEnter={() => setPointed(id)}
            onMouseLeave={() => setPointed(undefined)}
          >
            {name}
          </Button>
        ))}
      </div>
    </div>
  )
}

interface Axis {
  readonly id: string
  readonly key: string
  /** Of each run a share of the axis' length; undefined where it has no value. */
  readonly places: readonly (number | undefined)[]
  readonly low: RunValue
  readonly high: RunValue
}

function axisOf({ id, key, values }: ComparedLine): Axis {
  const known = values.filter((value) => value !== null)
  const numbers = known.map(numberOf)
  if (numbers.every((number) => number !== undefined)) {
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)]
    const places = values.map((value) => {
      const number = numberOf(value)
      return number === undefined ? undefined : high === low ? 0.5 : (number - low) / (high - low)
    })
    return { id, key, places, low, high }
  }
  const words = [...new Set(known.map(String))].sort()
  const places = values.map((value) => {
    if (value === null) return undefined
    return words.length === 1 ? 0.5 : words.indexOf(String(value)) / (words.length - 1)
  })
  return { id, key, places, low: words[0] ?? '', high: words.at(-1) ?? '' }
}

interface PictureProps {
  readonly axes: readonly Axis[]
  readonly runs: CompareCoordinatesProps['runs']
  readonly kept: ReadonlySet<string>
  readonly lit?: string
}

function Picture({ axes, runs, kept, lit }: PictureProps): ReactNode {
  const texts = useMessages(runsMessages).compare
  const format = useFormat()
  const x = (index: number): number => size.side + (index * (size.width - 2 * size.side)) / (axes.length - 1)
  const y = (share: number): number => size.height - size.bottom - share * (size.height - size.top - size.bottom)
  const text = (value: RunValue): string =>
    typeof value === 'number' ? format.number(value) : String(value).slice(0, 18)
  return (
    <svg
      className="runs-coordinates"
      viewBox={`0 0 ${size.width} ${size.height}`}
      role="img"
      aria-label={texts.picture}
    >
      {runs.map(({ run_id: id, name }, place) => (
        <polyline
          key={id}
          className={id === lit ? 'is-lit' : kept.has(id) ? 'is-kept' : 'is-faded'}
          points={axes
            .flatMap(({ places }, index) => (places[place] === undefined ? [] : [`${x(index)},${y(places[place])}`]))
            .join(' ')}
        >
          <title>{name}</title>
        </polyline>
      ))}
      {axes.map(({ id, key, low, high }, index) => (
        <g key={id}>
          <line x1={x(index)} x2={x(index)} y1={size.top} y2={size.height - size.bottom} />
          <text x={x(index)} y={14} className="is-name">
            {key.slice(0, 20)}
          </text>
          <text x={x(index)} y={30}>
            {text(high)}
          </text>
          <text x={x(index)} y={size.height - 6}>
            {text(low)}
          </text>
        </g>
      ))}
    </svg>
  )
}

interface RangeSlidersProps {
  readonly axis: Axis
  readonly range: Range
  readonly onRange: (range: Range) => void
}

function RangeSliders({ axis, range: { low, high }, onRange }: RangeSlidersProps): ReactNode {
  const texts = useMessages(runsMessages).compare
  const slider = { type: 'range', min: 0, max: 1, step: 0.01 } as const
  return (
    <div>
      <span className="runs-axis-name" title={axis.key}>
        {axis.key}
      </span>
      <input
        {...slider}
        aria-label={texts.atLeast(axis.key)}
        value={low}
        onChange={({ target }) => onRange({ low: Math.min(Number(target.value), high), high })}
      />
      <input
        {...slider}
        aria-label={texts.atMost(axis.key)}
        value={high}
        onChange={({ target }) => onRange({ low, high: Math.max(Number(target.value), low) })}
      />
    </div>
  )
}
