import type { ReactNode } from 'react'
import { publishedMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { Badge, type Tone } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'

export type Pipeline = components['schemas']['PublishedPipeline']

const tones: Readonly<Record<Pipeline['status'], Tone>> = { enabled: 'good', disabled: 'warn', archived: 'quiet' }

/** Whether it starts jobs. */
export function PipelineState({ status }: { readonly status: Pipeline['status'] }): ReactNode {
  return <Badge tone={tones[status]}>{useMessages(publishedMessages).status[status]}</Badge>
}
