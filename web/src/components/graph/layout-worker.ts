import { graphlib, layout } from '@dagrejs/dagre'
import { orderLayers } from './layer-order.ts'
import type { LayoutRequest, Positions } from './layout.ts'

/** More than these, and the best ranks would take seconds, and dagre's order half a second. */
const manyNodes = 200

/** Runs in a worker: receives a `LayoutRequest`, answers with `Positions`. */
addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  const graph = new graphlib.Graph()
  const isLarge = data.nodes.length > manyNodes
  // Tight ranks are as good as the best where steps come in layers.
  const ranker = isLarge ? 'tight-tree' : 'network-simplex'
  graph.setGraph({ rankdir: data.direction === 'down' ? 'TB' : 'LR', nodesep: 24, ranksep: 44, ranker })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of data.nodes) graph.setNode(id, { width, height })
  for (const { from, to } of data.edges) if (graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to)
  layout(graph, isLarge ? { customOrder: orderLayers } : {})
  const positions: Positions = Object.fromEntries(
    data.nodes.map(({ id, width, height }) => {
      // Dagre places centres.
      const { x, y } = graph.node(id) as { readonly x: number; readonly y: number }
      return [id, { x: x - width / 2, y: y - height / 2 }]
    }),
  )
  postMessage(positions)
})
