import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { definitionOf } from './definition.ts'
import { UseText } from './facts-panel.tsx'
import { JobsPanel } from './jobs-panel.tsx'
import { componentsMessages } from './messages.ts'
import { Ports } from './ports-panel.tsx'
import { referenceWithoutVersion } from './use-of.ts'
import type { components } from '../../api.gen.ts'
import { useAssetList } from '../../api/asset-calls.ts'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { yamlText } from '../../components/code/yaml-text.ts'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type BuiltIn = components['schemas']['BuiltInAsset']

const route = getRouteApi('/components/$name')
const tabs = ['ports', 'jobs'] as const

/** A component of the program's own: nothing of it can be changed, and there is one version. */
export function BuiltInComponent({ name, registry }: { readonly name: string; readonly registry: string }): ReactNode {
  const texts = useMessages(componentsMessages)
  const list = useAssetList('components', { withArchived: false })
  return (
    <Page title={name} aside={<Badge tone="quiet">{texts.builtIn}</Badge>}>
      <Loaded query={list} lines={8}>
        {({ pages }) => {
          const own = pages.flatMap(({ built_in: builtIn = [] }) => builtIn)
          const found = own.find((each) => each.name === name && each.registry === registry)
          return found === undefined ? <EmptyState title={texts.noSuch(name)} body="" /> : <Content component={found} />
        }}
      </Loaded>
    </Page>
  )
}

function Content({ component }: { readonly component: BuiltIn }): ReactNode {
  const texts = useMessages(componentsMessages)
  const { tab = 'ports' } = route.useSearch()
  const navigate = useNavigate({ from: '/components/$name' })
  const { name, registry, reference, description, type } = component
  const definition = definitionOf(component)
  return (
    <>
      {description !== undefined && <p>{description}</p>}
      <KeyValues
        entries={[
          [texts.facts.reference, <CopiedCode key="reference" text={reference} />],
          [texts.columns.kind, type],
          [texts.facts.use, <UseText key="use" reference={referenceWithoutVersion(name, registry)} />],
        ]}
      />
      <Tabs
        tabs={tabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={tab === 'jobs' ? 'jobs' : 'ports'}
        onSelect={(id) => void navigate({ search: (old) => ({ ...old, tab: id }) })}
      >
        {tab === 'jobs' ? (
          <JobsPanel name={name} registry={registry} />
        ) : (
          <div className="stack">
            <Ports definition={definition} />
            <Panel title={texts.run.yaml}>
              <div className="panel-body stack">
                <p className="quiet">{texts.run.builtIn}</p>
                <CodeBlock label={texts.run.yaml} text={stepYaml(component)} language="yaml" />
              </div>
            </Panel>
          </div>
        )}
      </Tabs>
    </>
  )
}

/** A step that uses it, with an example of each input that it needs. */
function stepYaml({ name, reference, definition }: BuiltIn): string {
  const { inputs = {} } = definitionOf({ definition })
  const needed = Object.entries(inputs).filter(([, { optional, default: usual }]) => !optional && usual === undefined)
  const given = needed.map(([input, { type }]) => [input, { type, path: `./${input}.yml` }])
  return yamlText({ [name]: { component: reference, inputs: Object.fromEntries(given) as never } })
}
