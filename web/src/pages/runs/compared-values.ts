import type { operations } from '../../api.gen.ts'
import type { RunValue } from './run-types.ts'

export type Comparison = operations['postRunsCompare']['responses'][200]['content']['application/json']

/** A metric or param in each of the runs, in their order. */
export interface ComparedLine {
  /** E.g. `metrics.acc`. */
  readonly id: string
  readonly kind: 'metrics' | 'params' | 'tags'
  readonly key: string
  readonly values: readonly RunValue[]
}

/** Every key, metrics first; the runs' names stand above them already. */
export function comparedLines({ metrics, params, tags }: Comparison): readonly ComparedLine[] {
  const lines = (kind: ComparedLine['kind'], keys: Comparison['metrics']): readonly ComparedLine[] =>
    keys.map(({ key, values }) => ({ id: `${kind}.${key}`, kind, key, values }))
  return [
    ...lines('metrics', metrics),
    ...lines('params', params),
    ...lines(
      'tags',
      tags.filter(({ key }) => key !== 'mlflow.runName'),
    ),
  ]
}

/** Metrics, but not those of the machine, and params. */
export function loggedLines(comparison: Comparison): readonly ComparedLine[] {
  return comparedLines(comparison).filter(({ kind, key }) => kind !== 'tags' && !key.startsWith('system/'))
}

/** Whether the runs do not all have the same. */
export function differs({ values }: ComparedLine): boolean {
  return values.some((value) => value !== values[0])
}

/** A number for what is one, or a text that says one, as params are; undefined for the rest. */
export function numberOf(value: RunValue | undefined): number | undefined {
  if (value === null || value === undefined || value === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** Runs with names that tell them apart: two of one name have the beginning of their id beside it. */
export function labelledRuns({ runs }: Comparison): readonly { readonly run_id: string; readonly name: string }[] {
  return runs.map(({ run_id: id, name }) => {
    const isShared = runs.filter((run) => run.name === name).length > 1
    return { run_id: id, name: name === '' ? id : isShared ? `${name} (${id.slice(0, 6)})` : name }
  })
}
