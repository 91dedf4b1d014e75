import type { components } from '../../api.gen.ts'
import type { TableView } from '../../components/data-table/column.ts'
import type { TriggerKind, TriggersSearch } from './trigger-search.ts'
import { type NextTime, type Started, startedBy, startedOnBreach, type Trigger } from './trigger-types.ts'

type Monitor = components['schemas']['Monitor']

/** A schedule, a trigger or a monitor, in one list. */
export interface TriggerRow {
  /** Unique among all three. */
  readonly id: string
  readonly kind: TriggerKind
  readonly name: string
  readonly status: Trigger['status']
  readonly when: string
  readonly starts?: Started
  readonly next?: Pick<NextTime, 'time'> & Partial<NextTime>
  readonly problem?: string
}

export function triggerRow(trigger: Trigger): TriggerRow {
  const { kind: family, name, status, when, next, problem } = trigger
  const kind = family === 'trigger' ? family : trigger.trigger['type'] === 'cron' ? 'cron' : 'recurrence'
  return {
    ...{ id: `${family} ${name}`, kind, name, status, when, starts: startedBy(trigger) },
    ...(next[0] !== undefined && { next: next[0] }),
    ...(problem !== undefined && { problem }),
  }
}

export function monitorRow({ name, status, when, next, on_breach: onBreach }: Monitor): TriggerRow {
  return {
    ...{ id: `monitor ${name}`, kind: 'monitor', name, status, when },
    ...(onBreach !== undefined && { starts: startedOnBreach(onBreach.run) }),
    ...(next[0] !== undefined && status === 'enabled' && { next: { time: next[0] } }),
  }
}

/** The rows that the address asks for, in its order; by name where it says none. */
export function shownRows(
  rows: readonly TriggerRow[],
  { text = '', kind, state }: TriggersSearch,
  sort: TableView['sort'],
): readonly TriggerRow[] {
  const wanted = text.toLowerCase()
  const fits = ({ name, when, starts }: TriggerRow): boolean =>
    [name, when, starts?.text ?? ''].some((each) => each.toLowerCase().includes(wanted))
  const found = rows.filter(
    (row) => (kind === undefined || row.kind === kind) && (state === undefined || row.status === state) && fits(row),
  )
  const sign = sort?.descending === true ? -1 : 1
  // What never fires again comes last, whichever way the times are sorted.
  const timeOf = (row: TriggerRow): number => (row.next === undefined ? sign * Infinity : Date.parse(row.next.time))
  return found.sort((left, right) => {
    const byTime = sort?.column === 'next' ? timeOf(left) - timeOf(right) : 0
    return sign * (byTime || left.name.localeCompare(right.name))
  })
}
