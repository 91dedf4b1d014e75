import assert from 'node:assert/strict'
import { test } from 'node:test'
import { graphlib, layout } from '@dagrejs/dagre'
import { orderLayers } from '../src/components/graph/layer-order.ts'

type Edges = readonly (readonly [from: string, to: string])[]

function graphOf(edges: Edges): graphlib.Graph {
  const graph = new graphlib.Graph()
  graph.setGraph({ ranker: 'tight-tree', nodesep: 24, ranksep: 44 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const name of new Set(edges.flat())) graph.setNode(name, { width: 208, height: 58 })
  for (const [from, to] of edges) graph.setEdge(from, to)
  return graph
}

/** The steps of each rank from left to right, after the whole layout. */
function rowsOf(graph: graphlib.Graph): readonly (readonly string[])[] {
  const placed = graph
    .nodes()
    .map((name) => ({ name, ...(graph.node(name) as { readonly x: number; readonly y: number }) }))
  const heights = [...new Set(placed.map(({ y }) => y))].toSorted((left, right) => left - right)
  return heights.map((height) =>
    placed
      .filter(({ y }) => y === height)
      .toSorted((left, right) => left.x - right.x)
      .map(({ name }) => name),
  )
}

/** Pairs of lines that cross, of a graph whose edges lead from each rank to the next. */
function crossingsOf(graph: graphlib.Graph): number {
  const lines = graph.edges().map(({ v, w }) => {
    const [from, to] = [graph.node(v), graph.node(w)] as { readonly x: number; readonly y: number }[]
    return { rank: from!.y, from: from!.x, to: to!.x }
  })
  return lines.flatMap((line, at) =>
    lines
      .slice(at + 1)
      .filter((other) => other.rank === line.rank && (line.from - other.from) * (line.to - other.to) < 0),
  ).length
}

/** Fifty steps a layer; each reads two of the layer before. */
const layered: Edges = Array.from({ length: 450 }, (_, at): Edges => {
  const step = at + 50
  return [
    [`s${step - 50}`, `s${step}`],
    [`s${step - 50 + (step % 50 === 49 ? -49 : 1)}`, `s${step}`],
  ]
}).flat()

test('lines that need not cross do not', () => {
  const graph = graphOf([
    ['a', 'x'],
    ['b', 'y'],
    ['c', 'z'],
    ['x', 'three'],
    ['y', 'two'],
    ['z', 'one'],
    ['one', 'end'],
    ['two', 'end'],
    ['three', 'end'],
  ])
  layout(graph, { customOrder: orderLayers })
  assert.equal(crossingsOf(graph), 0)
  assert.deepEqual(
    rowsOf(graph).map((row) => row.length),
    [3, 3, 3, 1],
  )
})

test('every step has its own place, with lines over several ranks and back to oneself too', () => {
  const graph = graphOf([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
    ['a', 'd'],
    ['a', 'c'],
    ['b', 'b'],
    ['alone', 'alone'],
  ])
  layout(graph, { customOrder: orderLayers })
  const places = graph.nodes().map((name) => {
    const { x, y } = graph.node(name) as { readonly x: number; readonly y: number }
    return `${x} ${y}`
  })
  assert.equal(new Set(places).size, 5)
  assert.ok(places.every((place) => !place.includes('NaN') && !place.includes('undefined')))
})

test('of many steps no more lines cross than in the order of dagre, and each time the same', () => {
  const [own, again, theirs] = [graphOf(layered), graphOf(layered), graphOf(layered)]
  layout(own, { customOrder: orderLayers })
  layout(again, { customOrder: orderLayers })
  layout(theirs)
  assert.deepEqual(rowsOf(own), rowsOf(again))
  assert.equal(rowsOf(own).length, 10)
  assert.ok(crossingsOf(own) <= crossingsOf(theirs), `${crossingsOf(own)} against ${crossingsOf(theirs)}`)
})
