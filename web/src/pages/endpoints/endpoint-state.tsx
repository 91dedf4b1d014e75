import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { endpointsMessages } from './messages.ts'
import { Badge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Endpoint = components['schemas']['Endpoint']
type Deployment = components['schemas']['Deployment']

/** The state of a deployment in a word. */
export function DeploymentState({ deployment }: { readonly deployment: Deployment }): ReactNode {
  const texts = useMessages(endpointsMessages).state
  const { status, status_detail: detail } = deployment
  if (status === 'ready') return <Badge tone="good">{texts.ready}</Badge>
  if (status === 'failed')
    return (
      <span title={detail}>
        <Badge tone="bad">{texts.failed}</Badge>
      </span>
    )
  const word = status === 'creating' || status === 'updating' || status === 'deleting' ? texts[status] : status
  return <Badge tone="busy">{word}</Badge>
}

/** The worst of the deployments that take traffic. */
export function EndpointState({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const texts = useMessages(endpointsMessages).state
  const { deployments, traffic } = endpoint
  const serving = deployments.filter(({ name }) => (traffic[name] ?? 0) > 0)
  if (serving.some(({ status }) => status === 'failed')) return <Badge tone="bad">{texts.failed}</Badge>
  if (deployments.some(({ status }) => status !== 'ready' && status !== 'failed'))
    return <Badge tone="busy">{texts.busy}</Badge>
  return serving.length === 0 ? <Badge tone="quiet">{texts.idle}</Badge> : <Badge tone="good">{texts.ready}</Badge>
}
