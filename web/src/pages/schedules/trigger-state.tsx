import type { ReactNode } from 'react'
import { schedulesMessages } from './messages.ts'
import type { Firing, Trigger } from './trigger-types.ts'
import { Badge, type Tone } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'

const tones: Readonly<Record<Trigger['status'], Tone>> = { enabled: 'good', paused: 'warn', ended: 'quiet' }

/** Whether it fires by itself. */
export function TriggerState({ status }: Pick<Trigger, 'status'>): ReactNode {
  return <Badge tone={tones[status]}>{useMessages(schedulesMessages).status[status]}</Badge>
}

const firingTones: Readonly<Record<Firing['status'], Tone>> = {
  pending: 'busy',
  submitted: 'good',
  skipped: 'quiet',
  failed: 'bad',
}

/** What became of a time or an event, before its job. */
export function FiringState({ status }: Pick<Firing, 'status'>): ReactNode {
  return <Badge tone={firingTones[status]}>{useMessages(schedulesMessages).history.status[status]}</Badge>
}
