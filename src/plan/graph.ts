/** For every node, by index, the nodes it waits for. */
export type Parents = readonly (readonly number[])[]

/** For every node the nodes that wait for it, in ascending order. */
export function childrenOf(parents: Parents): number[][] {
  const children: number[][] = parents.map(() => [])
  parents.forEach((own, node) => own.forEach((parent) => children[parent]!.push(node)))
  return children
}

/**
 * The nodes in an order in which each follows its parents; of those that could come next, the lowest index does. Nodes
 * of a cycle, and all that wait for them, are left out. O((nodes + edges) log nodes).
 */
export function topologicalOrder(parents: Parents): number[] {
  const children = childrenOf(parents)
  const waitingFor = parents.map((own) => own.length)
  const ready = lowestFirst()
  waitingFor.forEach((count, node) => count === 0 && ready.push(node))
  const order: number[] = []
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    order.push(node)
    for (const child of children[node]!) if (--waitingFor[child]! === 0) ready.push(child)
  }
  return order
}

/**
 * One cycle for every knot of nodes that wait for each other: a shortest one through the knot's lowest node, which
 * comes first; each node is a parent of the next, and the last of the first. Knots in ascending order of that node.
 */
export function findCycles(parents: Parents): number[][] {
  const ordered = new Set(topologicalOrder(parents))
  if (ordered.size === parents.length) return []
  const knots = knotsOf(parents, (node) => !ordered.has(node))
  const cycles = knots.map((knot) => shortestCycle(parents, knot))
  return cycles.sort((one, other) => one[0]! - other[0]!)
}

/** Tarjan's strongly connected components with an explicit stack (a chain of 10,000 steps must not overflow ours). */
function knotsOf(parents: Parents, isCandidate: (node: number) => boolean): Set<number>[] {
  const found = new Map<number, number>()
  const lowest = new Map<number, number>()
  const open: number[] = []
  const isOpen = new Set<number>()
  const knots: Set<number>[] = []
  const visit = (root: number): void => {
    const path = [{ node: root, next: 0 }]
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node } = top
      if (top.next === 0) {
        found.set(node, found.size)
        lowest.set(node, found.get(node)!)
        open.push(node)
        isOpen.add(node)
      }
      const parent = parents[node]![top.next++]
      if (parent !== undefined) {
        if (!found.has(parent)) path.push({ node: parent, next: 0 })
        else if (isOpen.has(parent)) lowest.set(node, Math.min(lowest.get(node)!, found.get(parent)!))
        continue
      }
      path.pop()
      const below = path.at(-1)?.node
      if (below !== undefined) lowest.set(below, Math.min(lowest.get(below)!, lowest.get(node)!))
      if (lowest.get(node) !== found.get(node)) continue
      const knot = new Set(open.splice(open.lastIndexOf(node)))
      for (const member of knot) isOpen.delete(member)
      if (knot.size > 1 || parents[node]!.includes(node)) knots.push(knot)
    }
  }
  parents.forEach((_, node) => isCandidate(node) && !found.has(node) && visit(node))
  return knots
}

function shortestCycle(parents: Parents, knot: ReadonlySet<number>): number[] {
  let start = Infinity
  for (const node of knot) start = Math.min(start, node)
  // Breadth first from `start` along its parents until `start` turns up again.
  const childOf = new Map<number, number>()
  const queue = [start]
  for (let next = 0; ; next++) {
    const node = queue[next]!
    for (const parent of parents[node]!) {
      if (parent === start) return chain(childOf, node, start)
      if (!knot.has(parent) || childOf.has(parent)) continue
      childOf.set(parent, node)
      queue.push(parent)
    }
  }
}

function chain(childOf: ReadonlyMap<number, number>, from: number, start: number): number[] {
  const cycle = [start]
  for (let node = from; node !== start; node = childOf.get(node)!) cycle.push(node)
  return cycle
}

/** A binary heap of numbers. */
function lowestFirst() {
  const heap: number[] = []
  const swap = (one: number, other: number): void => {
    const kept = heap[one]!
    heap[one] = heap[other]!
    heap[other] = kept
  }
  return {
    push(value: number): void {
      let index = heap.push(value) - 1
      while (index > 0) {
        const above = (index - 1) >> 1
        if (heap[above]! <= heap[index]!) return
        swap(index, above)
        index = above
      }
    },
    pop(): number | undefined {
      const lowest = heap[0]
      const last = heap.pop()
      if (last === undefined || heap.length === 0) return lowest
      heap[0] = last
      for (let index = 0; ;) {
        const left = 2 * index + 1
        const smaller = left + 1 < heap.length && heap[left + 1]! < heap[left]! ? left + 1 : left
        if (smaller >= heap.length || heap[index]! <= heap[smaller]!) return lowest
        swap(index, smaller)
        index = smaller
      }
    },
  }
}
