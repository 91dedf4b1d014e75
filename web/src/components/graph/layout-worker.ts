import { graphlib, layout } from '@dagrejs/dagre'
import type { LayoutRequest, Positions } from './layout.ts'

/** Runs in a worker: receives a `LayoutRequest`, answers with `Positions`. */
addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  const graph = new graphlib.Graph()
  graph.setGraph({ rankdir: data.direction === 'down' ? 'TB' : 'LR', nodesep: 24, ranksep: 44 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of data.nodes) graph.setNode(id, { width, height })
  for (const { from, to } of data.edges) if (graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to)
  layout(graph)
  const positions: Positions = Object.fromEntries(
    data.nodes.map(({ id, width, height }) => {
      // Dagre places centres.
      const { x, y } = graph.node(id) as { readonly x: number; readonly y: number }
      return [id, { x: x - width / 2, y: y - height / 2 }]
    }),
  )
  postMessage(positions)
})
