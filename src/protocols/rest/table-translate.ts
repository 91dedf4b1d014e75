import type { DiffOptions } from '../../data/table-diff.ts'
import type { DiffRequest } from './table-messages.ts'

/** What a request asks of a comparison. */
export function toDiffOptions(options: Omit<DiffRequest, 'reference' | 'current'>): DiffOptions {
  const { columns, number_metric: numberMetric, category_metric: categoryMetric, threshold, mode } = options
  return {
    ...(columns !== undefined && { columns }),
    ...(numberMetric !== undefined && { numberMetric }),
    ...(categoryMetric !== undefined && { categoryMetric }),
    ...(threshold !== undefined && { threshold }),
    ...(mode !== undefined && { mode }),
  }
}

/** The keys of a result of ours as the wire has them; column names are values in it, never keys. */
export function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase)
  if (typeof value !== 'object' || value === null) return value
  const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [snake(key), snakeCase(one)]))
}
