import { isNumberType } from '../../components/answer-table.tsx'
import type { components } from '../../api.gen.ts'

export type Rows = components['schemas']['TableRows']
export type ChartKind = components['schemas']['Chart']['kind']

/** How an answer is drawn: columns by name. */
export interface ChartChoice {
  readonly kind: ChartKind
  readonly x: string
  readonly y: string
  /** A column whose every value is a line of its own. */
  readonly series?: string
}

export interface DrawnLine {
  readonly name: string
  readonly points: readonly (readonly [x: unknown, y: number])[]
}

/** The columns that a chart's values can come from. */
export function numberColumns({ columns }: Rows): readonly string[] {
  return columns.filter(({ type }) => isNumberType(type)).map(({ name }) => name)
}

/** The chart that suits an answer before anybody chose one; undefined where it has no numbers. */
export function usualChart(rows: Rows): ChartChoice | undefined {
  const numbers = numberColumns(rows)
  const x = rows.columns.find(({ name }) => !numbers.includes(name))?.name ?? numbers[0]
  const y = numbers.find((name) => name !== x) ?? numbers[0]
  if (x === undefined || y === undefined) return undefined
  const isTime = /DATE|TIME/.test(rows.columns.find(({ name }) => name === x)?.type ?? '')
  return { kind: isTime ? 'line' : numbers.includes(x) ? 'scatter' : 'bar', x, y }
}

/** The points of a chart, in the order of the rows. */
export function drawnLines({ columns, rows }: Rows, { x, y, series }: ChartChoice): readonly DrawnLine[] {
  const at = (name: string): number => columns.findIndex((column) => column.name === name)
  const [xAt, yAt, seriesAt] = [at(x), at(y), series === undefined ? undefined : at(series)]
  const lines = new Map<string, (readonly [unknown, number])[]>()
  for (const row of rows) {
    const value = row[yAt]
    if (typeof value !== 'number') continue
    const name = seriesAt === undefined ? y : String(row[seriesAt])
    const points = lines.get(name)
    if (points === undefined) lines.set(name, [[row[xAt], value]])
    else points.push([row[xAt], value])
  }
  return [...lines].map(([name, points]) => ({ name, points }))
}

/** `time` where every x is one, `number` where every x is a number; else they are words. */
export function axisOf(lines: readonly DrawnLine[]): 'time' | 'number' | 'words' {
  const all = lines.flatMap(({ points }) => points.map(([x]) => x))
  if (all.length === 0) return 'words'
  if (all.every((x) => typeof x === 'number')) return 'number'
  const isTime = (x: unknown): boolean => typeof x === 'string' && /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d.*)?$/.test(x)
  return all.every(isTime) ? 'time' : 'words'
}
