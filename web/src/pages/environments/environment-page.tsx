import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { BuildPanel } from './build-panel.tsx'
import { BuildButton } from './build-button.tsx'
import { ComparePanel } from './compare-panel.tsx'
import { CuratedEnvironment } from './curated-environment.tsx'
import { DefinitionPanel } from './definition-panel.tsx'
import { environmentTabs } from './environment-tabs.ts'
import { FactsPanel } from './facts-panel.tsx'
import { environmentsMessages } from './messages.ts'
import { PackagesPanel } from './packages-panel.tsx'
import { UsePanel } from './use-panel.tsx'
import { type AssetWithVersions, mergedVersions, useAssetVersions } from '../../api/asset-calls.ts'
import { ArchiveButton } from '../../components/archive-button.tsx'
import { AssetVersions } from '../../components/asset-versions.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { VersionChoice } from '../../components/version-choice.tsx'
import { assetsMessages } from '../../messages/assets.ts'
import { useMessages } from '../../messages/catalogue.ts'
import './environments.css'

const route = getRouteApi('/environments/$name')

/** One environment: its exact packages, whether it is built, and what runs in it. */
export function EnvironmentPage(): ReactNode {
  const { name } = route.useParams()
  const { registry } = route.useSearch()
  return registry === undefined ? (
    <RegisteredPage name={name} />
  ) : (
    <CuratedEnvironment name={name} registry={registry} />
  )
}

function RegisteredPage({ name }: { readonly name: string }): ReactNode {
  const shared = useMessages(assetsMessages)
  const { version: wanted } = route.useSearch()
  const pages = useAssetVersions('environments', name)
  const asset = mergedVersions(pages.data)
  const shown = wanted ?? asset?.latest_version ?? asset?.versions[0]?.version
  return (
    <Page
      title={name}
      aside={asset?.is_archived === true && <Badge tone="quiet">{shared.archived}</Badge>}
      actions={
        asset !== undefined && (
          <>
            {shown !== undefined && <BuildButton name={name} version={shown} />}
            <ArchiveButton plural="environments" name={name} isArchived={asset.is_archived} />
          </>
        )
      }
    >
      <Loaded query={{ ...pages, data: asset }} lines={8}>
        {(loaded) =>
          shown === undefined ? (
            <EmptyState title={shared.allArchived} body={shared.allArchivedBody} />
          ) : (
            <Content
              asset={loaded}
              version={shown}
              isLoadingMore={pages.isFetchingNextPage}
              {...(pages.hasNextPage && { onMore: () => void pages.fetchNextPage() })}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

interface ContentProps {
  readonly asset: AssetWithVersions
  readonly version: string
  readonly onMore?: () => void
  readonly isLoadingMore: boolean
}

function Content({ asset, version, onMore, isLoadingMore }: ContentProps): ReactNode {
  const texts = useMessages(environmentsMessages)
  const shared = useMessages(assetsMessages)
  const { tab = 'packages' } = route.useSearch()
  const navigate = useNavigate({ from: '/environments/$name' })
  const { name } = asset
  const versions = asset.versions.map((each) => each.version)
  const shown = { name, version }
  return (
    <>
      {asset.description !== undefined && <p>{asset.description}</p>}
      <VersionChoice
        label={shared.version}
        versions={versions}
        value={version}
        onChange={(chosen) => void navigate({ search: (old) => ({ ...old, version: chosen }) })}
      />
      <FactsPanel name={name} version={version} />
      <Tabs
        tabs={environmentTabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={tab}
        onSelect={(id) => void navigate({ search: (old) => ({ ...old, tab: id }) })}
      >
        {tab === 'packages' && <PackagesPanel {...shown} />}
        {tab === 'build' && <BuildPanel {...shown} />}
        {tab === 'use' && <UsePanel reference={`azureml:${name}`} />}
        {tab === 'compare' && <ComparePanel name={name} version={version} versions={versions} />}
        {tab === 'yaml' && <DefinitionPanel name={name} version={version} />}
        {tab === 'versions' && (
          <AssetVersions
            plural="environments"
            asset={asset}
            isLoadingMore={isLoadingMore}
            onOpen={(opened) => void navigate({ search: { version: opened } })}
            {...(onMore !== undefined && { onMore })}
          />
        )}
      </Tabs>
    </>
  )
}
