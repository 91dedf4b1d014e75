import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  MiniMap,
  type Node,
  type NodeHandle,
  type NodeProps,
  Position,
  ReactFlow,
  useStore,
  type XYPosition,
} from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import type { GraphNode, GraphProps } from './graph-props.ts'
import { layoutGraph, type Positions, prepareLayout } from './layout.ts'
import { Skeleton } from '../page-states.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

// Who loads this is about to show a graph.
prepareLayout()

type StepNode = Node<{ readonly node: GraphNode; readonly direction: 'down' | 'right' }, 'step'>

const size = { width: 208, height: 58 }
const middle = { x: size.width / 2, y: size.height / 2 }
/** Where lines end and begin: told, since to measure it would take a second round of drawing. */
const handles = {
  down: [
    handleAt('target', Position.Top, { ...middle, y: 0 }),
    handleAt('source', Position.Bottom, { ...middle, y: size.height }),
  ],
  right: [
    handleAt('target', Position.Left, { ...middle, x: 0 }),
    handleAt('source', Position.Right, { ...middle, x: size.width }),
  ],
}
/** More than these, and only those in sight are drawn, and plainer. */
const manyNodes = 200

/** The canvas of a `Graph`; loaded when the first is shown. */
export default function Canvas({ nodes, edges, direction = 'down', selected, onSelect, label }: GraphProps): ReactNode {
  const texts = useMessages(shellMessages).graph
  const shape = JSON.stringify([nodes.map(({ id }) => id), edges.map(({ from, to }) => [from, to]), direction])
  const positions = useLayout(shape)
  if (positions === undefined) return <Skeleton lines={6} />
  const isLarge = nodes.length > manyNodes
  const drawn: StepNode[] = nodes.map((node) => ({
    id: node.id,
    type: 'step',
    position: positions[node.id] ?? { x: 0, y: 0 },
    data: { node, direction },
    selected: node.id === selected,
    ariaLabel: [node.label, node.status, node.detail].filter(Boolean).join(', '),
    handles: handles[direction],
    measured: size,
    ...size,
  }))
  const lines: Edge[] = edges.map(({ from, to, label: text }) => ({
    id: `${from}>${to}>${text ?? ''}`,
    source: from,
    target: to,
    ...(text !== undefined && { label: text }),
    // Of many lines each arrow head costs as much to paint as the line.
    ...(isLarge ? { type: 'straight' } : { markerEnd: { type: MarkerType.ArrowClosed } }),
    focusable: false,
  }))
  return (
    <ReactFlow
      nodes={drawn}
      edges={lines}
      nodeTypes={nodeTypes}
      aria-label={label}
      fitView
      fitViewOptions={{ maxZoom: 1, padding: 0.12 }}
      minZoom={0.1}
      nodesDraggable={false}
      nodesConnectable={false}
      onlyRenderVisibleElements={isLarge}
      className={isLarge ? 'graph-large' : ''}
      onNodeClick={(_event, node) => onSelect?.(node.id)}
      onSelectionChange={({ nodes: [first] }) => {
        if (first !== undefined && first.id !== selected) onSelect?.(first.id)
      }}
      ariaLabelConfig={{
        'controls.ariaLabel': label,
        'controls.zoomIn.ariaLabel': texts.zoomIn,
        'controls.zoomOut.ariaLabel': texts.zoomOut,
        'controls.fitView.ariaLabel': texts.fit,
        'minimap.ariaLabel': texts.minimap,
      }}
    >
      <Background gap={20} />
      <Controls showInteractive={false} />
      {nodes.length > 12 && <MiniMap pannable zoomable />}
    </ReactFlow>
  )
}

/** Positions of the graph that `shape` describes; undefined until the first layout is there. */
function useLayout(shape: string): Positions | undefined {
  const [positions, setPositions] = useState<Positions>()
  useEffect(() => {
    const [ids, edges, direction] = JSON.parse(shape) as [string[], [string, string][], 'down' | 'right']
    const laidOut = layoutGraph({
      nodes: ids.map((id) => ({ id, ...size })),
      edges: edges.map(([from, to]) => ({ from, to })),
      direction,
    })
    laidOut.positions.then(setPositions, () => setPositions(inRows(ids)))
    return () => laidOut.stop()
  }, [shape])
  return positions
}

function handleAt(type: 'source' | 'target', position: Position, { x, y }: XYPosition): NodeHandle {
  // As large as graph.css has it.
  return { type, position, x: x - 3, y: y - 3, width: 6, height: 6 }
}

/** Without a worker: better in a plain order than not at all. */
function inRows(ids: readonly string[]): Positions {
  return Object.fromEntries(ids.map((id, index) => [id, { x: (index % 5) * 240, y: Math.floor(index / 5) * 90 }]))
}

/** From so far away no text can be read: a box in the colour of its state says as much and costs a tenth. */
const farZoom = 0.35

function StepBox({ data: { node, direction } }: NodeProps<StepNode>): ReactNode {
  const isDown = direction === 'down'
  const isFar = useStore(({ transform: [, , zoom] }) => zoom < farZoom)
  if (isFar)
    return (
      <div
        className={`graph-node graph-node-far graph-node-${node.isReused === true ? 'Reused' : (node.status ?? '')}`}
      />
    )
  return (
    <div className="graph-node">
      <Handle type="target" position={isDown ? Position.Top : Position.Left} isConnectable={false} />
      <span className="graph-node-label" title={node.label}>
        {node.label}
      </span>
      <span className="graph-node-foot">
        {node.kind !== undefined && <span className="quiet">{node.kind}</span>}
        {node.status !== undefined && (
          <StatusBadge status={node.status} {...(node.isReused === true && { isReused: true })} />
        )}
        {node.detail !== undefined && <span className="quiet">{node.detail}</span>}
      </span>
      <Handle type="source" position={isDown ? Position.Bottom : Position.Right} isConnectable={false} />
    </div>
  )
}

const nodeTypes = { step: StepBox }
