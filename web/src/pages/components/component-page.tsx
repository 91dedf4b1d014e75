import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { BuiltInComponent } from './built-in-component.tsx'
import { ComparePanel } from './compare-panel.tsx'
import { componentTabs } from './component-tabs.ts'
import { FactsPanel } from './facts-panel.tsx'
import { JobsPanel } from './jobs-panel.tsx'
import { componentsMessages } from './messages.ts'
import { PortsPanel } from './ports-panel.tsx'
import { RunForm } from './run-form.tsx'
import { VersionsPanel } from './versions-panel.tsx'
import { type AssetWithVersions, setArchived, useAssetVersions } from '../../api/asset-calls.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { definitionYaml } from '../../components/code/definition-yaml.ts'
import { confirm } from '../../components/confirm.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import './components.css'

const route = getRouteApi('/components/$name')

/** One component: what it takes and gives, who uses it, what changed, and a job of it alone. */
export function ComponentPage(): ReactNode {
  const { name } = route.useParams()
  const { registry } = route.useSearch()
  return registry === undefined ? <RegisteredPage name={name} /> : <BuiltInComponent name={name} registry={registry} />
}

function RegisteredPage({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(componentsMessages)
  const versions = useAssetVersions('components', name)
  const asset = versions.data && merged(versions.data.pages)
  return (
    <Page
      title={name}
      aside={asset?.is_archived === true && <Badge tone="quiet">{texts.archived}</Badge>}
      actions={asset !== undefined && <Actions name={name} isArchived={asset.is_archived} />}
    >
      <Loaded query={{ ...versions, data: asset }} lines={8}>
        {(loaded) => (
          <Content
            asset={loaded}
            {...(versions.hasNextPage && { onMore: () => void versions.fetchNextPage() })}
            isLoadingMore={versions.isFetchingNextPage}
          />
        )}
      </Loaded>
    </Page>
  )
}

function merged(pages: readonly AssetWithVersions[]): AssetWithVersions | undefined {
  const [first] = pages
  return first && { ...first, versions: pages.flatMap(({ versions }) => versions) }
}

function Actions({ name, isArchived }: { readonly name: string; readonly isArchived: boolean }): ReactNode {
  const texts = useMessages(componentsMessages).versions
  const client = useQueryClient()
  const change = async (): Promise<void> => {
    const question = { title: texts.archiveTitle(name), body: texts.archiveBody, action: texts.archive }
    if (!isArchived && !(await confirm(question))) return
    const said = isArchived ? texts.restoredDone(name) : texts.archivedDone(name)
    await told(setArchived({ plural: 'components', name }, !isArchived), said)
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/components/{name}'] })
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/components'] })
  }
  return <Button onClick={() => void change()}>{isArchived ? texts.restore : texts.archive}</Button>
}

interface ContentProps {
  readonly asset: AssetWithVersions
  readonly onMore?: () => void
  readonly isLoadingMore: boolean
}

function Content({ asset, onMore, isLoadingMore }: ContentProps): ReactNode {
  const texts = useMessages(componentsMessages)
  const { tab = 'ports', version: wanted } = route.useSearch()
  const navigate = useNavigate({ from: '/components/$name' })
  const { name, versions } = asset
  const shown = wanted ?? asset.latest_version ?? versions[0]?.version
  if (shown === undefined) return <EmptyState title={texts.allArchived} body={texts.allArchivedBody} />
  const numbers = versions.map(({ version }) => version)
  return (
    <>
      {asset.description !== undefined && <p>{asset.description}</p>}
      <label className="row">
        {texts.version}
        <select
          className="field"
          value={shown}
          onChange={({ target }) => void navigate({ search: (old) => ({ ...old, version: target.value }) })}
        >
          {[...new Set([...numbers, shown])].map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <FactsPanel name={name} version={shown} />
      <Tabs
        tabs={componentTabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={tab}
        onSelect={(id) => void navigate({ search: (old) => ({ ...old, tab: id }) })}
      >
        {tab === 'ports' && <PortsPanel name={name} version={shown} />}
        {tab === 'run' && <RunForm key={shown} name={name} version={shown} />}
        {tab === 'jobs' && <JobsPanel name={name} version={shown} />}
        {tab === 'yaml' && <YamlPanel name={name} version={shown} />}
        {tab === 'compare' && <ComparePanel name={name} version={shown} versions={numbers} />}
        {tab === 'versions' && (
          <VersionsPanel asset={asset} isLoadingMore={isLoadingMore} {...(onMore !== undefined && { onMore })} />
        )}
      </Tabs>
    </>
  )
}

function YamlPanel({ name, version }: { readonly name: string; readonly version: string }): ReactNode {
  const found = useQuery(
    restQuery('/api/v1/components/{name}/versions/{version}', { params: { path: { name, version } } }),
  )
  return (
    <Loaded query={found} lines={10}>
      {(loaded) => <CodeBlock label="YAML" text={definitionYaml(loaded)} language="yaml" maxHeight={640} />}
    </Loaded>
  )
}
