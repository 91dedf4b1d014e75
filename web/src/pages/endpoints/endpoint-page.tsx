import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { ChartsPanel } from './charts-panel.tsx'
import { ComparePanel } from './compare-panel.tsx'
import { DeploymentsPanel } from './deployments-panel.tsx'
import { EndpointState } from './endpoint-state.tsx'
import { KeysPanel } from './keys-panel.tsx'
import { LogsPanel } from './logs-panel.tsx'
import { endpointsMessages } from './messages.ts'
import { PayloadsPanel } from './payloads-panel.tsx'
import { RolloutPanel } from './rollout-panel.tsx'
import { type EndpointTab, endpointTabs } from './endpoint-tabs.ts'
import { TrafficPanel } from './traffic-panel.tsx'
import { sharesText } from './traffic-shares.ts'
import { TryPanel } from './try-panel.tsx'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import './endpoints.css'

type Endpoint = components['schemas']['Endpoint']

/** One endpoint: who answers, how that changes, and what was asked. */
export function EndpointPage(): ReactNode {
  const { name } = useParams({ from: '/endpoints/$name' })
  const endpoint = useQuery({
    ...restQuery('/api/v1/endpoints/{name}', { params: { path: { name } } }),
    // How busy workers are has no event.
    refetchInterval: 5000,
  })
  return (
    <Page
      title={name}
      aside={endpoint.data !== undefined && <EndpointState endpoint={endpoint.data} />}
      actions={endpoint.data !== undefined && <Actions endpoint={endpoint.data} />}
    >
      <Loaded query={endpoint} lines={8}>
        {(loaded) => <Content endpoint={loaded} />}
      </Loaded>
    </Page>
  )
}

function Actions({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const texts = useMessages(endpointsMessages)
  const navigate = useNavigate()
  const client = useQueryClient()
  const { name, version, previous_traffic: previous } = endpoint
  const hasPrevious = previous !== undefined && Object.keys(previous).length > 0
  const before = sharesText(previous ?? {}, texts.traffic.none)
  const rollBack = async (): Promise<void> => {
    const question = { title: texts.rollBack.title, body: texts.rollBack.body(before), action: texts.rollBack.button }
    if (!(await confirm(question))) return
    const call = rest.POST('/api/v1/endpoints/{name}/rollback', { params: { path: { name } }, body: { version } })
    await told(answerOf(call), texts.rollBack.done(before))
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints/{name}'] })
  }
  const remove = async (): Promise<void> => {
    const { button, title, body, done } = texts.remove
    if (!(await confirm({ title: title(name), body, action: button, isDangerous: true }))) return
    const call = rest.DELETE('/api/v1/endpoints/{name}', { params: { path: { name } } })
    if (!(await told(answerOf(call), done(name)))) return
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints'] })
    await navigate({ to: '/endpoints' })
  }
  return (
    <>
      <Button
        icon="refresh"
        disabled={!hasPrevious}
        {...(!hasPrevious && { title: texts.rollBack.nothing })}
        onClick={() => void rollBack()}
      >
        {texts.rollBack.button}
      </Button>
      <Button look="danger" onClick={() => void remove()}>
        {texts.remove.button}
      </Button>
    </>
  )
}

function Content({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const texts = useMessages(endpointsMessages)
  const { tab = 'traffic' } = useSearch({ from: '/endpoints/$name' })
  const navigate = useNavigate({ from: '/endpoints/$name' })
  return (
    <>
      <KeyValues
        entries={[
          [texts.scoringUri, <CopiedCode key="uri" text={endpoint.scoring_uri} />],
          [texts.columns.updated, <TimeAgo key="at" at={endpoint.updated_at} />],
        ]}
      />
      <Tabs
        tabs={endpointTabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={tab}
        onSelect={(id) => void navigate({ search: (old) => ({ ...old, tab: id }) })}
      >
        {panels[tab](endpoint)}
      </Tabs>
    </>
  )
}

const panels: Readonly<Record<EndpointTab, (endpoint: Endpoint) => ReactNode>> = {
  traffic: (endpoint) => (
    <div className="stack">
      <TrafficPanel key={`${endpoint.name} ${endpoint.version}`} endpoint={endpoint} />
      <DeploymentsPanel endpoint={endpoint} />
    </div>
  ),
  try: (endpoint) => <TryPanel endpoint={endpoint} />,
  rollout: (endpoint) => <RolloutPanel endpoint={endpoint} />,
  compare: (endpoint) => <ComparePanel endpoint={endpoint} />,
  charts: ({ name }) => <ChartsPanel name={name} />,
  logs: (endpoint) => <LogsPanel endpoint={endpoint} />,
  payloads: (endpoint) => <PayloadsPanel endpoint={endpoint} />,
  keys: (endpoint) => <KeysPanel endpoint={endpoint} />,
}
