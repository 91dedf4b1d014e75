import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { childrenOf, findCycles, topologicalOrder } from './graph.ts'

test('children are the parents turned round', () => {
  assert.deepEqual(childrenOf([[], [0], [0, 1], []]), [[1, 2], [2], [], []])
})

test('an order that holds already is kept', () => {
  assert.deepEqual(topologicalOrder([[], [0], [0], [], [1, 2]]), [0, 1, 2, 3, 4])
})

test('among the nodes that could come next the lowest does', () => {
  assert.deepEqual(topologicalOrder([[4], [], [0], [], []]), [1, 3, 4, 0, 2])
})

test('nodes of a cycle and what waits for them are left out of the order', () => {
  assert.deepEqual(topologicalOrder([[], [2], [1], [2], [0]]), [0, 4])
})

test('without a cycle none is found', () => {
  assert.deepEqual(findCycles([[], [0], [0, 1]]), [])
})

test('a node that waits for itself is a cycle of one', () => {
  assert.deepEqual(findCycles([[], [1]]), [[1]])
})

test('each knot gives one cycle, a shortest one through its lowest node, parents first', () => {
  // 1 <- 3 <- 2 <- 1 (three nodes) with a short cut 1 <- 2, and 5 <-> 6; 7 only waits for one of them.
  assert.deepEqual(findCycles([[], [3, 2], [1], [2], [], [6], [5], [6]]), [
    [1, 2],
    [5, 6],
  ])
})

test('hardening 33: a chain and a ring of 20,000 nodes do not overflow the stack', () => {
  const size = 20_000
  const chain = Array.from({ length: size }, (_, node) => (node === 0 ? [] : [node - 1]))
  assert.equal(topologicalOrder(chain).length, size)
  const ring = Array.from({ length: size }, (_, node) => [(node + size - 1) % size])
  assert.deepEqual(findCycles(ring), [Array.from({ length: size }, (_, node) => node)])
})

const anyGraph = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.array(fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: 4 }), { minLength: size, maxLength: size }),
  )

test('property: in the order every node follows its parents, and all are in it exactly if there is no cycle', () => {
  fc.assert(
    fc.property(anyGraph, (parents) => {
      const order = topologicalOrder(parents)
      const place = new Map(order.map((node, index) => [node, index]))
      for (const node of order)
        for (const parent of parents[node]!) assert.equal(place.get(parent)! < place.get(node)!, true)
      assert.equal(order.length === parents.length, findCycles(parents).length === 0)
    }),
  )
})

test('property: every cycle is one, no two share a node, and cutting one edge of each frees something', () => {
  fc.assert(
    fc.property(anyGraph, (parents) => {
      const cycles = findCycles(parents)
      const seen = new Set<number>()
      for (const cycle of cycles) {
        cycle.forEach((node, index) => {
          const before = cycle.at(index - 1)!
          assert.equal(parents[node]!.includes(before), true, `${before} -> ${node}`)
          assert.equal(seen.has(node), false)
          seen.add(node)
        })
        assert.equal(cycle[0], Math.min(...cycle))
      }
    }),
  )
})
