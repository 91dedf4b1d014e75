import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { AliasBadges } from './alias-badges.tsx'
import { commentsQuery, postComment } from './comments-query.ts'
import { ComparePanel } from './compare-panel.tsx'
import { DeployDialog } from './deploy-dialog.tsx'
import { DeployedPanel } from './deployed-panel.tsx'
import { HistoryPanel } from './history-panel.tsx'
import { LineagePanel } from './lineage-panel.tsx'
import { modelsMessages } from './messages.ts'
import { type Model, tagsText } from './model-types.ts'
import { type ModelSearch, type ModelTab, modelTabs } from './model-search.ts'
import { VersionsPanel } from './versions-panel.tsx'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Comments } from '../../components/comments.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import './models.css'

const route = getRouteApi('/models/$name')

/** A registered model: its versions, who uses which of them and why, where they are from and where they answer. */
export function ModelPage(): ReactNode {
  const { name } = route.useParams()
  const model = useQuery(restQuery('/api/v1/models/{name}', { params: { path: { name }, query: { limit: 1000 } } }))
  return (
    <Page
      title={name}
      aside={model.data !== undefined && <AliasBadges aliases={model.data.aliases} />}
      actions={model.data !== undefined && <Actions model={model.data} />}
    >
      <Loaded query={model} lines={8}>
        {(found) => <Content model={found} />}
      </Loaded>
    </Page>
  )
}

function Actions({ model }: { readonly model: Model }): ReactNode {
  const texts = useMessages(modelsMessages)
  const navigate = useNavigate()
  const client = useQueryClient()
  const [isDeploying, setDeploying] = useState(false)
  const { name, versions } = model
  const remove = async (): Promise<void> => {
    const { button, title, body, done } = texts.remove
    if (!(await confirm({ title: title(name), body, action: button, isDangerous: true }))) return
    const call = rest.DELETE('/api/v1/models/{name}', { params: { path: { name } } })
    if (!(await told(answerOf(call), done(name)))) return
    await navigate({ to: '/models' })
    await client.invalidateQueries({ queryKey: ['mlflow', 'registered-models/search'] })
  }
  return (
    <>
      <Button look="primary" disabled={versions.length === 0} onClick={() => setDeploying(true)}>
        {texts.version.deploy}
      </Button>
      <Button look="danger" onClick={() => void remove()}>
        {texts.remove.button}
      </Button>
      {isDeploying && <DeployDialog model={model} onClose={() => setDeploying(false)} />}
    </>
  )
}

function Content({ model }: { readonly model: Model }): ReactNode {
  const texts = useMessages(modelsMessages)
  const format = useFormat()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/models/$name' })
  const { description, tags, versions } = model
  const { tab = 'versions' } = search
  const said = tagsText(tags)
  const show = (next: ModelSearch): void => void navigate({ search: (old) => ({ ...old, ...next }) })
  return (
    <>
      {description !== undefined && description !== '' && <p className="model-text">{description}</p>}
      <KeyValues
        entries={[
          [texts.head.created, <TimeAgo key="created" at={model.created_at} />],
          [texts.head.updated, <TimeAgo key="updated" at={model.updated_at} />],
          [texts.head.tags, said === '' ? undefined : said],
        ]}
      />
      <Tabs
        tabs={modelTabs.map((id) => ({
          id,
          label: texts.tabs[id],
          ...(id === 'versions' && { count: format.count(versions.length) }),
        }))}
        current={tab}
        onSelect={(id) => show({ tab: id })}
      >
        <TabPanel model={model} tab={tab} search={search} onShow={show} />
      </Tabs>
    </>
  )
}

interface TabPanelProps {
  readonly model: Model
  readonly tab: ModelTab
  readonly search: ModelSearch
  readonly onShow: (next: ModelSearch) => void
}

function TabPanel({ model, tab, search, onShow }: TabPanelProps): ReactNode {
  switch (tab) {
    case 'versions':
      return <VersionsPanel model={model} search={search} onShow={onShow} />
    case 'compare':
      return <ComparePanel model={model} search={search} onShow={onShow} />
    case 'history':
      return <HistoryPanel model={model} />
    case 'lineage':
      return <LineagePanel model={model} search={search} onShow={onShow} />
    case 'deployed':
      return <DeployedPanel model={model} />
    case 'comments':
      return (
        <Comments
          query={commentsQuery({ model: model.name })}
          send={(body) => postComment({ model: model.name }, body)}
        />
      )
  }
}
