import type { ReactNode } from 'react'
import { homeMessages } from './messages.ts'
import { firesWithin, isTroubled } from './attention.ts'
import type { components } from '../../api.gen.ts'
import { useNow } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Schemas = components['schemas']

interface HomeFiguresProps {
  readonly status: Schemas['Status'] | undefined
  readonly failed: readonly Schemas['Job'][] | undefined
  readonly endpoints: readonly Schemas['Endpoint'][] | undefined
  readonly schedules: readonly Schemas['Trigger'][] | undefined
  readonly alerts: readonly Schemas['Alert'][] | undefined
}

const dayMs = 86_400_000

/** The numbers to look at first. */
export function HomeFigures({ status, failed, endpoints, schedules, alerts }: HomeFiguresProps): ReactNode {
  const texts = useMessages(homeMessages).figures
  const now = useNow()
  const failedToday = failed?.filter(({ ended_at: at }) => at !== undefined && now - Date.parse(at) < dayMs).length
  const troubled = endpoints?.filter(isTroubled).length
  const unseen = alerts?.filter((alert) => alert.status === 'open').length
  const upcoming = schedules === undefined ? undefined : firesWithin(schedules, { fromMs: now, forMs: dayMs }).length
  return (
    <ul className="home-figures">
      <Figure value={status?.jobs.running} label={texts.running} />
      <Figure value={status?.jobs.queued} label={texts.queued} />
      <Figure
        value={failedToday}
        label={texts.failedToday}
        isBad={(failedToday ?? 0) > 0}
        isOpen={failed?.length === failedToday && failedToday === 6}
      />
      <Figure value={troubled} label={texts.troubled} isBad={(troubled ?? 0) > 0} />
      <Figure value={unseen} label={texts.alerts} isBad={(unseen ?? 0) > 0} />
      <Figure value={upcoming} label={texts.upcoming} />
    </ul>
  )
}

interface FigureProps {
  /** Absent: on its way. */
  readonly value: number | undefined
  readonly label: string
  readonly isBad?: boolean
  /** There may be more. */
  readonly isOpen?: boolean
}

function Figure({ value, label, isBad = false, isOpen = false }: FigureProps): ReactNode {
  const format = useFormat()
  return (
    <li className="panel home-figure">
      <span className={isBad ? 'home-number home-number-bad' : 'home-number'}>
        {isBad && <span aria-hidden="true">! </span>}
        {value === undefined ? '…' : format.count(value)}
        {isOpen && '+'}
      </span>
      <span className="quiet">{label}</span>
    </li>
  )
}
