import type { ReactNode } from 'react'
import { tracesMessages } from './messages.ts'
import type { TraceRow } from './trace-types.ts'
import { Badge, type Tone } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'

const tones: Readonly<Record<TraceRow['state'], Tone>> = {
  OK: 'good',
  ERROR: 'bad',
  IN_PROGRESS: 'busy',
  STATE_UNSPECIFIED: 'quiet',
}

/** How a trace ended, or that it has not. */
export function TraceState({ state }: { readonly state: TraceRow['state'] }): ReactNode {
  return <Badge tone={tones[state]}>{useMessages(tracesMessages).states[state]}</Badge>
}
