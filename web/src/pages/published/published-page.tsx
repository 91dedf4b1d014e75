import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { publishedMessages } from './messages.ts'
import { PipelineJobs } from './pipeline-jobs.tsx'
import { PipelineKeys } from './pipeline-keys.tsx'
import { PipelineState } from './pipeline-state.tsx'
import { PipelineVersions } from './pipeline-versions.tsx'
import { type PublishedTab, publishedTabs } from './published-tabs.ts'
import { StartForm } from './start-form.tsx'
import { useSetEnabled } from './use-set-enabled.ts'
import type { components } from '../../api.gen.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

type Published = components['schemas']['PublishedPipelineWithVersions']

const route = getRouteApi('/published/$name')

/** A published pipeline: starting its jobs, the ones it started, its versions and keys. */
export function PublishedPage(): ReactNode {
  const { name } = route.useParams()
  const pipeline = useQuery(restQuery('/api/v1/published-pipelines/{name}', { params: { path: { name } } }))
  return (
    <Page
      title={name}
      aside={pipeline.data !== undefined && <PipelineState status={pipeline.data.status} />}
      actions={pipeline.data !== undefined && <Actions pipeline={pipeline.data} />}
    >
      <Loaded query={pipeline} lines={8}>
        {(found) => <Content pipeline={found} />}
      </Loaded>
    </Page>
  )
}

function Actions({ pipeline: { name, status } }: { readonly pipeline: Published }): ReactNode {
  const texts = useMessages(publishedMessages)
  const navigate = useNavigate()
  const client = useQueryClient()
  const setEnabled = useSetEnabled(name)
  const isEnabled = status === 'enabled'
  const remove = async (): Promise<void> => {
    const question = { title: texts.removeTitle(name), body: texts.removeBody, action: texts.remove }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    const call = rest.DELETE('/api/v1/published-pipelines/{name}', { params: { path: { name } } })
    if (!(await told(answerOf(call), texts.removed(name)))) return
    await navigate({ to: '/published' })
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/published-pipelines'] })
  }
  return (
    <>
      <Button onClick={() => void setEnabled(!isEnabled)}>{isEnabled ? texts.disable : texts.enable}</Button>
      <Button look="danger" onClick={() => void remove()}>
        {texts.remove}
      </Button>
    </>
  )
}

function Content({ pipeline }: { readonly pipeline: Published }): ReactNode {
  const texts = useMessages(publishedMessages)
  const { tab = 'start' } = route.useSearch()
  const navigate = useNavigate({ from: '/published/$name' })
  const address = addressOf(pipeline)
  return (
    <>
      {pipeline.description !== undefined && <p>{pipeline.description}</p>}
      <KeyValues entries={[[texts.address, <CopiedCode key="address" text={address} />]]} />
      <Tabs
        tabs={publishedTabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={tab}
        onSelect={(id) => void navigate({ search: { tab: id } })}
      >
        {panels[tab](pipeline)}
      </Tabs>
    </>
  )
}

const panels: Readonly<Record<PublishedTab, (pipeline: Published) => ReactNode>> = {
  start: (pipeline) => <StartForm pipeline={pipeline} address={addressOf(pipeline)} />,
  jobs: ({ name }) => <PipelineJobs name={name} />,
  versions: (pipeline) => <PipelineVersions pipeline={pipeline} />,
  keys: ({ name }) => <PipelineKeys name={name} />,
}

/** Where whichever version is the newest enabled one answers. */
function addressOf({ submit_url: url }: Published): string {
  return url.replace(/\/versions\/[^/]+\/jobs$/, '/jobs')
}
