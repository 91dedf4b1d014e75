import type { ReactNode } from 'react'
import { useFormat } from '../../messages/format.ts'

interface Line {
  readonly id: string
  /** Drawn over the others, in the accent's colour. */
  readonly isMarked: boolean
  /** One for each axis; `undefined` where there is none. */
  readonly values: readonly unknown[]
}

interface ParallelCoordinatesProps {
  readonly label: string
  /** Names, from left to right. */
  readonly axes: readonly string[]
  readonly lines: readonly Line[]
  readonly onChoose: (id: string) => void
}

const size = { width: 900, height: 260, top: 34, bottom: 22, side: 60 }

/** Lines over parallel axes: numbers by their size, words in their order. The same stands in the table beside it. */
export function ParallelCoordinates({ label, axes, lines, onChoose }: ParallelCoordinatesProps): ReactNode {
  const format = useFormat()
  const scales = axes.map((_, index) => scaleOf(lines.map(({ values }) => values[index])))
  const x = (index: number): number =>
    axes.length === 1 ? size.width / 2 : size.side + (index * (size.width - 2 * size.side)) / (axes.length - 1)
  const ordered = [...lines].sort((one, other) => Number(one.isMarked) - Number(other.isMarked))
  const text = (value: unknown): string => (typeof value === 'number' ? format.number(value) : String(value))
  return (
    <svg className="coordinates" viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={label}>
      {ordered.map(({ id, isMarked, values }) => {
        const points = values.flatMap((value, index) => {
          const y = scales[index]!.place(value)
          return y === undefined ? [] : [`${x(index)},${y}`]
        })
        return (
          // The table has the same for the keyboard.
          <polyline
            key={id}
            className={isMarked ? 'coordinates-line coordinates-marked' : 'coordinates-line'}
            points={points.join(' ')}
            onClick={() => onChoose(id)}
          />
        )
      })}
      {axes.map((name, index) => (
        <g key={name}>
          <line className="coordinates-axis" x1={x(index)} x2={x(index)} y1={size.top} y2={size.height - size.bottom} />
          <text x={x(index)} y={14} textAnchor="middle" className="coordinates-name">
            {name}
          </text>
          <text x={x(index)} y={28} textAnchor="middle">
            {text(scales[index]!.high)}
          </text>
          <text x={x(index)} y={size.height - 6} textAnchor="middle">
            {text(scales[index]!.low)}
          </text>
        </g>
      ))}
    </svg>
  )
}

interface AxisScale {
  readonly low: unknown
  readonly high: unknown
  /** Pixels from the top. */
  readonly place: (value: unknown) => number | undefined
}

function scaleOf(values: readonly unknown[]): AxisScale {
  const [from, to] = [size.height - size.bottom, size.top]
  const known = values.filter((value) => value !== undefined)
  const numbers = known.filter((value) => typeof value === 'number')
  if (numbers.length === known.length && numbers.length > 0) {
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)]
    const place = (value: unknown): number | undefined => {
      if (typeof value !== 'number') return undefined
      return high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from)
    }
    return { low, high, place }
  }
  const words = [...new Set(known.map((value) => JSON.stringify(value)))].sort()
  const shown = (word: string | undefined): string => (word ?? '').replace(/^"|"$/g, '')
  return {
    low: shown(words[0]),
    high: shown(words.at(-1)),
    place: (value) => {
      if (value === undefined) return undefined
      const index = words.indexOf(JSON.stringify(value))
      return words.length === 1 ? (from + to) / 2 : from + (index / (words.length - 1)) * (to - from)
    },
  }
}
