import { type TableSearch, tableSearch } from '../../components/data-table/table-view.ts'

export const triggerKinds = ['cron', 'recurrence', 'trigger', 'monitor'] as const
export type TriggerKind = (typeof triggerKinds)[number]

export const triggerStates = ['enabled', 'paused', 'ended'] as const

/** What the list shows, as its address says it. */
export interface TriggersSearch extends TableSearch {
  /** A part of a name, of when it fires or of what it starts. */
  readonly text?: string
  readonly kind?: TriggerKind
  readonly state?: (typeof triggerStates)[number]
  /** One is being written. */
  readonly new?: 'schedule' | 'trigger'
}

/** For `validateSearch`; what does not fit is left out. */
export function triggersSearch(search: Readonly<Record<string, unknown>>): TriggersSearch {
  const { text } = search
  const kind = triggerKinds.find((each) => each === search['kind'])
  const state = triggerStates.find((each) => each === search['state'])
  const written = (['schedule', 'trigger'] as const).find((each) => each === search['new'])
  return {
    ...tableSearch(search),
    // An address turns what looks like a number into one, and a schedule may be called 7.
    ...((typeof text === 'string' || typeof text === 'number') && text !== '' && { text: String(text) }),
    ...(kind !== undefined && { kind }),
    ...(state !== undefined && { state }),
    ...(written !== undefined && { new: written }),
  }
}

export const triggerTabs = ['next', 'history', 'backfill', 'webhook', 'document'] as const
export type TriggerTab = (typeof triggerTabs)[number]

export const historyParts = ['all', 'started', 'not'] as const
export type HistoryPart = (typeof historyParts)[number]

/** What of one is shown, as its address says it. */
export interface TriggerSearch {
  readonly tab?: TriggerTab
  /** Which firings of the history. */
  readonly part?: HistoryPart
}

/** For `validateSearch`; what does not fit is left out. */
export function triggerSearch(search: Readonly<Record<string, unknown>>): TriggerSearch {
  const tab = triggerTabs.find((each) => each === search['tab'])
  const part = historyParts.find((each) => each === search['part'])
  return { ...(tab !== undefined && { tab }), ...(part !== undefined && { part }) }
}
