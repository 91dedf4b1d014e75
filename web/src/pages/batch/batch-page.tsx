import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { BatchDeployments } from './batch-deployments.tsx'
import { BatchJobs } from './batch-jobs.tsx'
import { InvokeForm } from './invoke-form.tsx'
import { batchMessages } from './messages.ts'
import { type BatchTab, batchTabs } from './batch-tabs.ts'
import type { components } from '../../api.gen.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

type BatchEndpoint = components['schemas']['BatchEndpoint']

const route = getRouteApi('/batch-endpoints/$name')

/** A batch endpoint: its jobs, scoring an input, and its deployments. */
export function BatchPage(): ReactNode {
  const { name } = route.useParams()
  const endpoint = useQuery(restQuery('/api/v1/batch-endpoints/{name}', { params: { path: { name } } }))
  return (
    <Page title={name} actions={endpoint.data !== undefined && <RemoveButton name={name} />}>
      <Loaded query={endpoint} lines={8}>
        {(found) => <Content endpoint={found} />}
      </Loaded>
    </Page>
  )
}

function RemoveButton({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(batchMessages)
  const navigate = useNavigate()
  const client = useQueryClient()
  const remove = async (): Promise<void> => {
    const question = { title: texts.removeTitle(name), body: texts.removeBody, action: texts.remove }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    const call = rest.DELETE('/api/v1/batch-endpoints/{name}', { params: { path: { name } } })
    if (!(await told(answerOf(call), texts.removed(name)))) return
    await navigate({ to: '/batch-endpoints' })
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/batch-endpoints'] })
  }
  return (
    <Button look="danger" onClick={() => void remove()}>
      {texts.remove}
    </Button>
  )
}

function Content({ endpoint }: { readonly endpoint: BatchEndpoint }): ReactNode {
  const texts = useMessages(batchMessages)
  const { tab = 'jobs' } = route.useSearch()
  const navigate = useNavigate({ from: '/batch-endpoints/$name' })
  return (
    <>
      {endpoint.description !== undefined && <p>{endpoint.description}</p>}
      <KeyValues
        entries={[
          [texts.columns.usual, endpoint.defaults.deployment_name ?? texts.noUsual],
          [texts.columns.updated, <TimeAgo key="at" at={endpoint.updated_at} />],
        ]}
      />
      <Tabs
        tabs={batchTabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={tab}
        onSelect={(id) => void navigate({ search: { tab: id } })}
      >
        {panels[tab](endpoint)}
      </Tabs>
    </>
  )
}

const panels: Readonly<Record<BatchTab, (endpoint: BatchEndpoint) => ReactNode>> = {
  jobs: ({ name }) => <BatchJobs name={name} />,
  invoke: (endpoint) => <InvokeForm endpoint={endpoint} />,
  deployments: (endpoint) => <BatchDeployments endpoint={endpoint} />,
}
