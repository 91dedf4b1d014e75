import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { ComparePanel } from './compare-panel.tsx'
import { dataMessages } from './messages.ts'
import { ProfilePanel } from './profile-panel.tsx'
import { assetTabs } from './asset-tabs.ts'
import { RowsPanel } from './rows-panel.tsx'
import { TestsPanel } from './tests-panel.tsx'
import { restQuery } from '../../api/rest-client.ts'
import { CopiedCode } from '../../components/copied-code.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { VersionChoice } from '../../components/version-choice.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'
import './data.css'

type Asset = components['schemas']['AssetWithVersions']
type Version = components['schemas']['AssetVersion']

/** One data asset: what is in a version, and what changed between two. */
export function AssetPage(): ReactNode {
  const { name } = useParams({ from: '/data/$name' })
  const texts = useMessages(dataMessages)
  const asset = useQuery(restQuery('/api/v1/data/{name}', { params: { path: { name } } }))
  return (
    <Page
      title={name}
      {...(asset.data?.is_archived === true && { aside: <Badge tone="quiet">{texts.archived}</Badge> })}
      {...(asset.isSuccess && { actions: <QueryLink name={name} /> })}
    >
      <Loaded query={asset} lines={8}>
        {(loaded) => <Content asset={loaded} />}
      </Loaded>
    </Page>
  )
}

/** Leads to the page of queries, with the first rows of the asset asked for. */
function QueryLink({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(dataMessages)
  const { version } = useSearch({ from: '/data/$name' })
  const table = name.replaceAll(/\W/g, '_')
  const source = version === undefined ? `azureml:${name}@latest` : `azureml:${name}:${version}`
  return (
    <Link
      className="button"
      to="/queries"
      search={{ sql: `select *\nfrom "${table}"\nlimit 100`, inputs: { [table]: source } }}
    >
      {texts.query}
    </Link>
  )
}

function Content({ asset }: { readonly asset: Asset }): ReactNode {
  const texts = useMessages(dataMessages)
  const format = useFormat()
  const { tab = 'profile', version: wanted } = useSearch({ from: '/data/$name' })
  const navigate = useNavigate({ from: '/data/$name' })
  const { versions } = asset
  const version = versions.find((each) => each.version === wanted) ?? versions[0]
  if (version === undefined) return null
  return (
    <>
      {asset.description !== undefined && <p className="quiet">{asset.description}</p>}
      <VersionChoice
        label={texts.version}
        versions={versions.map((each) => each.version)}
        value={version.version}
        onChange={(chosen) => void navigate({ search: (old) => ({ ...old, version: chosen }) })}
      />
      <Facts version={version} />
      <Tabs
        tabs={assetTabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={tab}
        onSelect={(id) => void navigate({ search: (old) => ({ ...old, tab: id }) })}
      >
        {tab === 'profile' && <ProfilePanel name={asset.name} version={version.version} />}
        {tab === 'rows' && <RowsPanel source={referenceOf(version)} />}
        {tab === 'compare' && <ComparePanel asset={asset} version={version} />}
        {tab === 'tests' && <TestsPanel asset={asset} version={version.version} />}
        {tab === 'versions' && (
          <DataTable
            label={texts.tabs.versions}
            columns={versionColumns(texts, format)}
            rows={versions}
            rowId={(each) => each.version}
            onOpen={(each) => void navigate({ search: { tab: 'profile', version: each.version } })}
          />
        )}
      </Tabs>
    </>
  )
}

function Facts({ version }: { readonly version: Version }): ReactNode {
  const texts = useMessages(dataMessages)
  const format = useFormat()
  const { content, source, tags, labels, type } = version
  const reference = referenceOf(version)
  const tagged = Object.entries(tags).map(([key, value]) => (value === '' ? key : `${key}: ${value}`))
  return (
    <KeyValues
      entries={[
        [texts.reference, <CopiedCode key="reference" text={reference} />],
        [texts.columns.type, type],
        [texts.size, content && format.bytes(content.size_bytes)],
        [texts.source, source],
        [
          texts.created,
          <span key="created">
            <TimeAgo at={version.created_at} /> <span className="quiet">{texts.by(version.created_by)}</span>
          </span>,
        ],
        [texts.tags, tagged.length === 0 ? undefined : tagged.join(', ')],
        [texts.labels, labels.length === 0 ? undefined : labels.join(', ')],
      ]}
    />
  )
}

function referenceOf({ name, version }: Version): string {
  return `azureml:${name}:${version}`
}

function versionColumns(texts: Translation<typeof dataMessages.en>, format: Format): readonly Column<Version>[] {
  return [
    { id: 'version', label: texts.version, width: 120, isPinned: true, cell: ({ version }) => version },
    { id: 'type', label: texts.columns.type, width: 110, cell: ({ type }) => type },
    {
      id: 'size',
      label: texts.size,
      width: 110,
      align: 'end',
      cell: ({ content }) => content && format.bytes(content.size_bytes),
    },
    { id: 'source', label: texts.source, width: 380, cell: ({ source }) => source },
    { id: 'labels', label: texts.labels, width: 140, cell: ({ labels }) => labels.join(', ') },
    { id: 'created', label: texts.created, width: 150, cell: ({ created_at: at }) => <TimeAgo at={at} /> },
  ]
}
