import { Type } from '@sinclair/typebox'
import { SluiceError } from '../../base/errors.ts'
import type { ViewType } from '../../tracking/entities.ts'
import type { RunColumn } from '../../tracking/search/run-table.ts'
import { words } from './messages.ts'

/** The store's word for each. */
export const views = { active: 'ACTIVE_ONLY', deleted: 'DELETED_ONLY', all: 'ALL' } as const satisfies Record<
  string,
  ViewType
>

/** Which runs. */
export const filterFields = {
  experiment_ids: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }),
  filter: Type.Optional(
    Type.String({ description: "In MLflow's language, e.g. metrics.acc > 0.9 and params.lr = '0.1'." }),
  ),
  view: Type.Optional(words(['active', 'deleted', 'all'])),
}
const columnPattern = /^(metrics|params|tags)\.(.+)$/s
const columnKinds = { metrics: 'metric', params: 'parameter', tags: 'tag' } as const

/** The metric, param or tag that a column names; throws `invalid-request` for what names none. */
export function columnOf(column: string): RunColumn {
  const [, kind, key] = columnPattern.exec(column) ?? []
  if (kind !== undefined && key !== undefined) return { kind: columnKinds[kind as keyof typeof columnKinds], key }
  throw new SluiceError('invalid-request', `${JSON.stringify(column.slice(0, 100))} is no column of a table of runs.`, {
    hint: 'Name them like metrics.acc, params.lr or tags.team; what follows the first dot is the name as it was logged.',
  })
}
