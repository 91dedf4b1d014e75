import { type TableSearch, tableSearch } from '../../components/data-table/table-view.ts'

/** Which runs are shown, as the address says it. */
export interface RunsSearch extends TableSearch {
  /** In MLflow's language. */
  readonly filter?: string
  /** Absent: those that are not deleted. */
  readonly view?: 'deleted' | 'all'
  /** Columns that are the same in all loaded runs are left out. */
  readonly differ?: true
  /** Only runs that are under no other; those under them come when they are opened. */
  readonly nested?: true
  /** The param or tag whose values the runs are grouped by, e.g. `params.model`. */
  readonly group?: string
}

/** For `validateSearch`; what does not fit is left out. */
export function runsSearch(search: Readonly<Record<string, unknown>>): RunsSearch {
  const { filter, view, differ, nested, group } = search
  return {
    ...tableSearch(search),
    ...(typeof filter === 'string' && filter.trim() !== '' && { filter }),
    ...((view === 'deleted' || view === 'all') && { view }),
    ...(differ === true && { differ }),
    ...(nested === true && { nested }),
    ...(typeof group === 'string' && /^(params|tags)\../s.test(group) && { group }),
  }
}
