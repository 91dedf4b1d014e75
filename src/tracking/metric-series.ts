import { SluiceError } from '../base/errors.ts'
import type { Database, Tables } from '../database/database.ts'
import { readPieces, type AxisRange, type PointRow } from './metric-history.ts'
import { trackingTables } from './tables.ts'

/** What a chart of a metric asks: a curve of at most `points` places along `axis`. */
export interface SeriesQuery {
  readonly runId: string
  readonly key: string
  /** 1 to 10,000: usually the chart's width in pixels. */
  readonly points: number
  readonly axis: 'step' | 'time'
  /** Both ends included; steps or epoch milliseconds. */
  readonly from?: number
  readonly to?: number
}

/** Everything logged between two places of the axis. A peak is never lost: `min` and `max` are of all points there. */
interface SeriesPoint {
  readonly from: number
  readonly to: number
  readonly count: number
  /** How many of them are NaN; `min`, `max` and `last` are of the others, and absent where there are none. */
  readonly nanCount: number
  readonly min?: number
  readonly max?: number
  /** The value at the greatest place of the axis. */
  readonly last?: number
}

export interface Series {
  readonly count: number
  readonly points: readonly SeriesPoint[]
}

const maxPoints = 10_000
/** The curve of a metric, read in its stored order and gathered per place. Throws `invalid-request` for a bad width. */
export async function readSeries({ read }: Database, query: SeriesQuery): Promise<Series> {
  if (!Number.isInteger(query.points) || query.points < 1 || query.points > maxPoints) {
    throw new SluiceError('invalid-request', `A series has 1 to ${maxPoints} points, not ${query.points}.`)
  }
  const ends = await endsOf(read, query)
  if (ends === undefined) return { count: 0, points: [] }
  const places = new Places(ends, query.points)
  const { runId, key, axis } = query
  for await (const rows of readPieces(read, { runId, key, within: rangeOf(query) })) {
    for (const row of rows) places.add(axis === 'step' ? row.step : row.timestamp_ms, row)
  }
  return places.series()
}

function rangeOf({ axis, from, to }: SeriesQuery): AxisRange {
  const [first, last] = [from ?? Number.MIN_SAFE_INTEGER, to ?? Number.MAX_SAFE_INTEGER]
  return { axis: axis === 'step' ? 'step' : 'timestamp_ms', from: first, to: last }
}

interface Ends {
  readonly from: number
  readonly to: number
}

async function endsOf(tables: Tables, query: SeriesQuery): Promise<Ends | undefined> {
  const { axis, from: first, to: last } = rangeOf(query)
  const row = await trackingTables(tables)
    .selectFrom('metric')
    .select((eb) => [eb.fn.min(axis).as('from'), eb.fn.max(axis).as('to')])
    .where('run_id', '=', query.runId)
    .where('key', '=', query.key)
    .where(axis, '>=', first)
    .where(axis, '<=', last)
    .executeTakeFirst()
  // Of no rows both are null, whatever the types say.
  const from: number | null = row?.from ?? null
  return from === null || row === undefined ? undefined : { from, to: row.to }
}

interface Place {
  count: number
  nanCount: number
  min: number
  max: number
  last: number
  lastAt: number
}

/** The axis cut into equal places, each with what was logged there. */
class Places {
  readonly #ends: Ends
  readonly #width: number
  readonly #places: (Place | undefined)[]
  #count = 0

  constructor(ends: Ends, count: number) {
    this.#ends = ends
    this.#width = (ends.to - ends.from + 1) / count
    this.#places = new Array<Place | undefined>(count).fill(undefined)
  }

  add(at: number, { value, is_nan }: PointRow): void {
    const index = Math.min(this.#places.length - 1, Math.floor((at - this.#ends.from) / this.#width))
    const place = (this.#places[index] ??= {
      count: 0,
      nanCount: 0,
      min: Infinity,
      max: -Infinity,
      last: Number.NaN,
      lastAt: -Infinity,
    })
    this.#count++
    place.count++
    if (is_nan === 1) {
      place.nanCount++
      return
    }
    if (value < place.min) place.min = value
    if (value > place.max) place.max = value
    if (at >= place.lastAt) {
      place.last = value
      place.lastAt = at
    }
  }

  series(): Series {
    const points = this.#places.flatMap((place, index): readonly SeriesPoint[] => {
      if (place === undefined) return []
      const { count, nanCount, min, max, last } = place
      const from = Math.ceil(this.#ends.from + index * this.#width)
      const to = Math.max(from, Math.ceil(this.#ends.from + (index + 1) * this.#width) - 1)
      return [{ from, to, count, nanCount, ...(count > nanCount && { min, max, last }) }]
    })
    return { count: this.#count, points }
  }
}
