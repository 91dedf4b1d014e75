import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { jobsMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Graph } from '../../components/graph/graph.tsx'
import type { GraphEdge, GraphNode } from '../../components/graph/graph-props.ts'
import { Loaded } from '../../components/loaded.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Lineage = components['schemas']['Lineage']

/** What a job was made of: its code, environment, data, and where those come from. */
export function JobLineage({ job }: { readonly job: string }): ReactNode {
  const texts = useMessages(jobsMessages).lineage
  const lineage = useQuery(restQuery('/api/v1/lineage/jobs/{name}', { params: { path: { name: job } } }))
  return (
    <Loaded query={lineage} lines={6}>
      {(found) => {
        const { nodes, edges } = graphOf(found)
        return <Graph label={texts.label} nodes={nodes} edges={edges} direction="right" height={520} />
      }}
    </Loaded>
  )
}

/** The tree of origins as a graph: what two things were made of is there once. */
function graphOf(root: Lineage): { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] } {
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  const visit = ({ kind, name, role, from }: Lineage): string => {
    const id = `${kind} ${name}`
    nodes.set(id, { id, label: shortName(name), kind, ...(role !== undefined && { detail: role }) })
    for (const source of from) {
      const sourceId = visit(source)
      edges.set(`${sourceId}>${id}`, { from: sourceId, to: id })
    }
    return id
  }
  visit(root)
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}

function shortName(name: string): string {
  return /^[0-9a-f]{64}$/.test(name) ? `${name.slice(0, 12)}…` : name
}
