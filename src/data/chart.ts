import { SluiceError } from '../base/errors.ts'
import type { TableRows, TableValue } from './table-engine-messages.ts'

export const chartKinds = ['line', 'area', 'bar', 'scatter', 'pie'] as const

/** How an answer is drawn: columns by name. */
export interface Chart {
  readonly kind: (typeof chartKinds)[number]
  readonly title?: string
  readonly x: string
  /** Each is a series. */
  readonly y: readonly string[]
  /** Each of its values is a series; with it there is one `y`. */
  readonly series?: string
}

/** A chart with its points. */
export interface DrawnChart extends Chart {
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [TableValue, number])[] }[]
  /** The answer has more rows than are drawn. */
  readonly isCut: boolean
}

/** Throws `invalid-request` for a chart of columns that the answer has not, or that hold no numbers. */
export function checkChart({ x, y, series }: Chart, columns: TableRows['columns']): void {
  const types = new Map(columns.map(({ name, type }) => [name, type]))
  for (const name of [x, ...y, ...(series === undefined ? [] : [series])])
    if (!types.has(name))
      throw new SluiceError('invalid-request', `The chart shows "${name}", which is no column of the answer.`, {
        hint: `It has ${columns.map((column) => column.name).join(', ')}.`,
      })
  const words = y.find((name) => !/INT|DOUBLE|FLOAT|DECIMAL/.test(types.get(name)!))
  if (words !== undefined)
    throw new SluiceError('invalid-request', `The chart's y is "${words}", which is ${types.get(words)}: no number.`)
  if (series !== undefined && y.length > 1)
    throw new SluiceError('invalid-request', `The chart has series by "${series}" and ${y.length} columns as y.`, {
      hint: 'Give one y, or no series.',
    })
}

/** Gives a chart its points, in the order of the rows; those without a number are left out. */
export function drawChart(chart: Chart, { columns, rows }: TableRows, isCut: boolean): DrawnChart {
  const at = (name: string): number => columns.findIndex((column) => column.name === name)
  const [x, series] = [at(chart.x), chart.series === undefined ? undefined : at(chart.series)]
  const lines = new Map<string, [TableValue, number][]>()
  for (const name of chart.y) {
    const y = at(name)
    if (series === undefined) lines.set(name, [])
    for (const row of rows) {
      const value = row[y]
      if (typeof value !== 'number' || !Number.isFinite(value)) continue
      const line = series === undefined ? name : String(row[series] ?? '')
      const points = lines.get(line)
      if (points === undefined) lines.set(line, [[row[x]!, value]])
      else points.push([row[x]!, value])
    }
  }
  return { ...chart, lines: [...lines].map(([name, points]) => ({ name, points })), isCut }
}
