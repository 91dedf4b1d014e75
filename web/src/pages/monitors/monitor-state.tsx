import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { monitorsMessages } from './messages.ts'
import { Badge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Monitor = components['schemas']['Monitor']

/** How what a monitor watches is, in a word: the worst first. */
export function MonitorState({ monitor }: { readonly monitor: Monitor }): ReactNode {
  const texts = useMessages(monitorsMessages).state
  const { alerts, status, last_run: last } = monitor
  if (alerts.some((alert) => alert.status === 'open')) return <Badge tone="bad">{texts.breach}</Badge>
  if (alerts.length > 0) return <Badge tone="warn">{texts.seen}</Badge>
  if (status !== 'enabled') return <Badge tone="quiet">{texts[status]}</Badge>
  if (last === undefined) return <Badge tone="quiet">{texts.never}</Badge>
  if (last.status === 'failed' || last.signals.some((signal) => signal.status === 'failed'))
    return <Badge tone="bad">{texts.failed}</Badge>
  return <Badge tone="good">{texts.well}</Badge>
}
