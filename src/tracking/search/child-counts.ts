import { sql } from 'kysely'
import type { Database } from '../../database/database.ts'
import { experimentNumbers } from '../experiment-store.ts'
import { parentTag } from '../job-runs.ts'
import { pieces } from '../tables.ts'
import { lifecycleIn } from './lifecycle.ts'
import { indexedLength, indexedText, oneOf } from './run-conditions.ts'
import type { RunQuery } from './run-search.ts'

export interface ChildQuery extends Pick<RunQuery, 'experimentIds' | 'view'> {
  readonly runIds: readonly string[]
}

/**
 * How many runs of these experiments are directly under each of some runs, in their order; 0 for one that has none or is
 * unknown. The index of tags is read once, by the runs' ids, whatever the number of other runs.
 */
export async function countChildren(
  database: Database,
  { experimentIds, runIds, view = 'ACTIVE_ONLY' }: ChildQuery,
): Promise<readonly number[]> {
  const experiments = experimentNumbers(experimentIds)
  const counts = new Map<string, number>()
  const parents = [...new Set(runIds)].filter((id) => id.length <= indexedLength)
  for (const piece of experiments.length === 0 ? [] : pieces(parents)) {
    // Sequential: one connection reads.
    const { rows } = await sql<{ parent: string; children: number }>`
      select pair.value as parent, count(*) as children
      from run_tag as pair join run on run.run_id = pair.run_id
      where pair.key = ${parentTag}
        and ${indexedText(database.dialect, sql.ref('pair.value'))} in (${sql.join(piece.map((id) => sql`${id}`))})
        and ${oneOf(sql.ref('run.experiment_id'), experiments)} and ${lifecycleIn(view, sql.ref('run.deleted_ms'))}
      group by pair.value
    `.execute(database.read)
    for (const { parent, children } of rows) counts.set(parent, Number(children))
  }
  return runIds.map((id) => counts.get(id) ?? 0)
}
