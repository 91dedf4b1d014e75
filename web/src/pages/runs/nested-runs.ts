import { type OpenRows, useOpenRows } from './open-rows.ts'
import { type RunRow, type RunsQuery, searchNestedRuns } from './run-types.ts'
import type { RowTree } from '../../components/data-table/row-tree.ts'

const parent = 'tags.`mlflow.parentRunId`'

/** The runs of a query that are under no other. */
export function rootsOf(query: RunsQuery): RunsQuery {
  const filter = query.filter === undefined ? '' : `${query.filter} AND `
  return { ...query, filter: `${filter}${parent} IS NULL` }
}

interface NestedRuns {
  /** Those of open runs after them. */
  readonly rows: readonly RunRow[]
  readonly tree: RowTree<RunRow>
  readonly children: OpenRows
}

/** Runs as a tree: those that are open have all runs after them that are directly under them, whatever the filter. */
export function useNestedRuns(query: RunsQuery, roots: readonly RunRow[]): NestedRuns {
  const { filter: _filter, ...shown } = query
  const children = useOpenRows({
    form: JSON.stringify(shown),
    queryOf: (id) => ({ ...shown, filter: `${parent} = '${id}'` }),
    ask: searchNestedRuns,
  })
  const { rows, depths } = flattened(roots, children)
  return {
    rows,
    children,
    tree: {
      depth: ({ run_id: id }) => depths.get(id) ?? 0,
      isOpen: ({ run_id: id, children: count = 0 }) =>
        count === 0 && !children.isOpen(id) ? undefined : children.isOpen(id),
      onToggle: ({ run_id: id }) => children.toggle(id),
      onInSight: (seen) => children.onInSight(new Set(seen.map((run) => run.run_id))),
    },
  }
}

function flattened(
  roots: readonly RunRow[],
  { runsUnder }: OpenRows,
): { readonly rows: readonly RunRow[]; readonly depths: ReadonlyMap<string, number> } {
  const rows: RunRow[] = []
  const depths = new Map<string, number>()
  const add = (run: RunRow, depth: number): void => {
    // Pieces are of different moments: a run that was moved between them stands once.
    if (depths.has(run.run_id)) return
    depths.set(run.run_id, depth)
    rows.push(run)
    for (const child of runsUnder(run.run_id)) add(child, depth + 1)
  }
  for (const root of roots) add(root, 0)
  return { rows, depths }
}
