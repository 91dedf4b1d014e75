import { type TableSearch, tableSearch } from '../../components/data-table/table-view.ts'

/** Which jobs the list shows, as its address says it. */
export interface JobsSearch extends TableSearch {
  /** Statuses, joined by commas. */
  readonly status?: string
  readonly experiment?: string
  /** A part of a name. */
  readonly text?: string
  /** `key` or `key=value`. */
  readonly tag?: string
  readonly archived?: 'only'
}

/** For `validateSearch`; what does not fit is left out. */
export function jobsSearch(search: Readonly<Record<string, unknown>>): JobsSearch {
  const { status, experiment, text, tag, archived } = search
  return {
    ...tableSearch(search),
    ...(isText(status) && { status }),
    ...(isText(experiment) && { experiment }),
    ...(isText(text) && { text }),
    ...(isText(tag) && { tag }),
    ...(archived === 'only' && { archived }),
  }
}

const jobTabs = ['graph', 'timeline', 'changes', 'trials', 'values', 'log', 'events', 'document', 'lineage'] as const
export type JobTab = (typeof jobTabs)[number]

/** What of a job is shown, as its address says it. */
export interface JobSearch {
  readonly tab?: JobTab
  /** Path of the step whose panel is open. */
  readonly step?: string
  /** Path of the round (iteration, item, trial) whose graph is shown. */
  readonly within?: string
}

/** For `validateSearch`; what does not fit is left out. */
export function jobSearch({ tab, step, within }: Readonly<Record<string, unknown>>): JobSearch {
  const known = jobTabs.find((each) => each === tab)
  return {
    ...(known !== undefined && { tab: known }),
    ...(isText(step) && { step }),
    ...(isText(within) && { within }),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
