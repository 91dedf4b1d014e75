/** One line: `y[i]` at `x[i]`; x grows. `null` leaves a gap. */
export interface Series {
  readonly name: string
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
}

/** One column of x that all series share, and one of y for each; what a series lacks is `undefined` (no gap). */
export interface AlignedSeries {
  readonly x: readonly number[]
  readonly y: readonly (readonly (number | null | undefined)[])[]
}

/** Brings series with x of their own onto one x. */
export function alignSeries(series: readonly Series[]): AlignedSeries {
  const first = series[0]
  if (first === undefined) return { x: [], y: [] }
  const isSame = series.every(({ x }) => x.length === first.x.length && x.every((each, i) => each === first.x[i]))
  if (isSame) return { x: first.x, y: series.map(({ y }) => y.map(finite)) }
  const x = [...new Set(series.flatMap((each) => each.x))].sort((left, right) => left - right)
  const place = new Map(x.map((each, index) => [each, index]))
  const y = series.map((each) => {
    const column = new Array<number | null | undefined>(x.length).fill(undefined)
    each.x.forEach((at, index) => {
      column[place.get(at)!] = finite(each.y[index] ?? null)
    })
    return column
  })
  return { x, y }
}

// NaN and infinity are gaps in a line; the table names them.
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}
