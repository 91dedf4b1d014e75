import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { modelsMessages } from './messages.ts'
import { type Model, usualVersion } from './model-types.ts'
import { type Place, usePlaces } from './places.ts'
import type { ModelSearch } from './model-search.ts'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Graph } from '../../components/graph/graph.tsx'
import type { GraphEdge, GraphNode } from '../../components/graph/graph-props.ts'
import { Loaded } from '../../components/loaded.tsx'
import { type ObjectKind, useOpenObject } from '../../components/object-link.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Lineage = components['schemas']['Lineage']

interface LineageProps {
  readonly model: Model
  readonly search: ModelSearch
  readonly onShow: (next: ModelSearch) => void
}

/** From the data by the run to the version, and on to the endpoints that answer with it. */
export function LineagePanel({ model, search, onShow }: LineageProps): ReactNode {
  const all = useMessages(modelsMessages)
  const wanted = search.version ?? usualVersion(model)
  if (wanted === undefined) return <EmptyState title={all.versions.none} body={all.versions.noneBody} />
  return (
    <div className="stack">
      <label className="row">
        {all.lineage.version}
        <select className="field" value={wanted} onChange={({ target }) => onShow({ version: target.value })}>
          {model.versions.map(({ version }) => (
            <option key={version}>{version}</option>
          ))}
        </select>
      </label>
      <VersionLineage name={model.name} version={wanted} />
    </div>
  )
}

function VersionLineage({ name, version }: { readonly name: string; readonly version: string }): ReactNode {
  const texts = useMessages(modelsMessages).lineage
  const open = useOpenObject()
  const lineage = useQuery(
    restQuery('/api/v1/lineage/models/{name}/{version}', { params: { path: { name, version } } }),
  )
  const { places } = usePlaces(name)
  return (
    <Loaded query={lineage} lines={6}>
      {(found) => {
        const { nodes, edges, targets } = graphOf(
          found,
          places.filter((place) => place.version === version),
        )
        return (
          <Graph
            label={texts.label(version)}
            nodes={nodes}
            edges={edges}
            direction="right"
            height={440}
            onSelect={(id) => {
              const target = targets.get(id)
              if (target !== undefined) open(target.kind, target.name)?.()
            }}
          />
        )
      }}
    </Loaded>
  )
}

interface Target {
  readonly kind: ObjectKind
  readonly name: string
}

/** The tree of origins with what was deployed of its root; what two things were made of is there once. */
function graphOf(
  root: Lineage,
  places: readonly Place[],
): {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly targets: ReadonlyMap<string, Target>
} {
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  const targets = new Map<string, Target>()
  const visit = ({ kind, name, role, from }: Lineage): string => {
    const id = `${kind} ${name}`
    nodes.set(id, { id, label: shortName(name), kind, ...(role !== undefined && { detail: role }) })
    if (kind === 'run' || kind === 'job') targets.set(id, { kind, name })
    const data = kind === 'data' ? /^azureml:([^:]+):/.exec(name)?.[1] : undefined
    if (data !== undefined) targets.set(id, { kind: 'data', name: data })
    for (const source of from) {
      const sourceId = visit(source)
      edges.set(`${sourceId}>${id}`, { from: sourceId, to: id })
    }
    return id
  }
  const top = visit(root)
  for (const { kind, endpoint, deployment } of places) {
    const id = `${kind} ${endpoint} ${deployment}`
    nodes.set(id, { id, label: `${endpoint} / ${deployment}`, kind })
    edges.set(`${top}>${id}`, { from: top, to: id })
    targets.set(id, { kind, name: endpoint })
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], targets }
}

function shortName(name: string): string {
  return /^[0-9a-f]{32,64}$/.test(name) ? `${name.slice(0, 12)}…` : name
}
