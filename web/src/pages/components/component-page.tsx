import { useQuery } from '@tanstack/react-query'
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
import { type AssetWithVersions, mergedVersions, useAssetVersions } from '../../api/asset-calls.ts'
import { restQuery } from '../../api/rest-client.ts'
import { ArchiveButton } from '../../components/archive-button.tsx'
import { AssetVersions } from '../../components/asset-versions.tsx'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { definitionYaml } from '../../components/code/definition-yaml.ts'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { VersionChoice } from '../../components/version-choice.tsx'
import { assetsMessages } from '../../messages/assets.ts'
import { useMessages } from '../../messages/catalogue.ts'

const route = getRouteApi('/components/$name')

/** One component: what it takes and gives, who uses it, what changed, and a job of it alone. */
export function ComponentPage(): ReactNode {
  const { name } = route.useParams()
  const { registry } = route.useSearch()
  return registry === undefined ? <RegisteredPage name={name} /> : <BuiltInComponent name={name} registry={registry} />
}

function RegisteredPage({ name }: { readonly name: string }): ReactNode {
  const shared = useMessages(assetsMessages)
  const versions = useAssetVersions('components', name)
  const asset = mergedVersions(versions.data)
  return (
    <Page
      title={name}
      aside={asset?.is_archived === true && <Badge tone="quiet">{shared.archived}</Badge>}
      actions={asset !== undefined && <ArchiveButton plural="components" name={name} isArchived={asset.is_archived} />}
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

interface ContentProps {
  readonly asset: AssetWithVersions
  readonly onMore?: () => void
  readonly isLoadingMore: boolean
}

function Content({ asset, onMore, isLoadingMore }: ContentProps): ReactNode {
  const texts = useMessages(componentsMessages)
  const shared = useMessages(assetsMessages)
  const { tab = 'ports', version: wanted } = route.useSearch()
  const navigate = useNavigate({ from: '/components/$name' })
  const { name, versions } = asset
  const shown = wanted ?? asset.latest_version ?? versions[0]?.version
  if (shown === undefined) return <EmptyState title={shared.allArchived} body={shared.allArchivedBody} />
  const numbers = versions.map(({ version }) => version)
  return (
    <>
      {asset.description !== undefined && <p>{asset.description}</p>}
      <VersionChoice
        label={shared.version}
        versions={numbers}
        value={shown}
        onChange={(chosen) => void navigate({ search: (old) => ({ ...old, version: chosen }) })}
      />
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
          <AssetVersions
            plural="components"
            asset={asset}
            isLoadingMore={isLoadingMore}
            onOpen={(version) => void navigate({ search: { version } })}
            {...(onMore !== undefined && { onMore })}
          />
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
