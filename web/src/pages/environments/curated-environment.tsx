import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { BuildButton } from './build-button.tsx'
import { BuildPanel } from './build-panel.tsx'
import { StateFacts } from './facts-panel.tsx'
import { environmentsMessages } from './messages.ts'
import { PackagesPanel } from './packages-panel.tsx'
import { UsePanel } from './use-panel.tsx'
import type { components } from '../../api.gen.ts'
import { useAssetList } from '../../api/asset-calls.ts'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { type YamlValue, yamlText } from '../../components/code/yaml-text.ts'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useMessages } from '../../messages/catalogue.ts'

const route = getRouteApi('/environments/$name')
const tabs = ['packages', 'build', 'use', 'yaml'] as const
type Tab = (typeof tabs)[number]

interface CuratedProps {
  readonly name: string
  readonly registry: string
}

/** One that the program or its configuration stands for: there is nothing to change, and one version. */
export function CuratedEnvironment({ name, registry }: CuratedProps): ReactNode {
  const texts = useMessages(environmentsMessages)
  const list = useAssetList('environments', { withArchived: false })
  return (
    <Page
      title={name}
      aside={<Badge tone="quiet">{texts.curated}</Badge>}
      actions={<BuildButton name={name} version="@latest" registry={registry} />}
    >
      <Loaded query={list} lines={8}>
        {({ pages }) => {
          const curated = pages.flatMap(({ built_in: builtIn = [] }) => builtIn)
          const found = curated.find((each) => each.name === name && each.registry === registry)
          return found === undefined ? (
            <EmptyState title={texts.noSuch(name)} body="" />
          ) : (
            <Content environment={found} />
          )
        }}
      </Loaded>
    </Page>
  )
}

function Content({ environment }: { readonly environment: components['schemas']['BuiltInAsset'] }): ReactNode {
  const texts = useMessages(environmentsMessages)
  const { tab = 'packages' } = route.useSearch()
  const navigate = useNavigate({ from: '/environments/$name' })
  const { name, registry, reference, definition } = environment
  const shown = { name, registry, version: '@latest' }
  const current: Tab = tabs.find((each) => each === tab) ?? 'packages'
  return (
    <>
      <StateFacts {...shown} reference={reference} />
      <Tabs
        tabs={tabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={current}
        onSelect={(id) => void navigate({ search: (old) => ({ ...old, tab: id }) })}
      >
        {current === 'packages' && <PackagesPanel {...shown} />}
        {current === 'build' && <BuildPanel {...shown} />}
        {current === 'use' && <UsePanel reference={`azureml://registries/${registry}/environments/${name}`} />}
        {current === 'yaml' && (
          <CodeBlock
            label={texts.tabs.yaml}
            text={yamlText(definition as Readonly<Record<string, YamlValue>>)}
            language="yaml"
          />
        )}
      </Tabs>
    </>
  )
}
