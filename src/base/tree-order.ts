/** What an order of jobs is made from. */
interface Node {
  readonly name: string
  readonly type: string
  /** Absent or the root's: it stands in the root. */
  readonly parent?: string
}

/**
 * Jobs of one root in the order of a tree: each before what stands in it. Siblings keep the order they are given in, but
 * that a nested pipeline stands where the first of its steps does; rounds of a loop or sweep follow it directly.
 */
export function inTreeOrder<Item extends Node>(root: string, jobs: readonly Item[]): readonly Item[] {
  const children = new Map<string, Item[]>()
  for (const job of jobs) {
    const siblings = children.get(job.parent ?? root)
    if (siblings === undefined) children.set(job.parent ?? root, [job])
    else siblings.push(job)
  }
  const given = new Map<string, number>(jobs.map((job, index) => [job.name, index]))
  const places = new Map<string, number>()
  const place = (job: Item): number => {
    const known = places.get(job.name)
    if (known !== undefined) return known
    const inside = job.type === 'pipeline' ? (children.get(job.name) ?? []).map(place) : []
    const own = inside.length === 0 ? given.get(job.name)! : Math.min(...inside)
    places.set(job.name, own)
    return own
  }
  const ordered: Item[] = []
  const visit = (name: string): void => {
    for (const job of (children.get(name) ?? []).sort((one, other) => place(one) - place(other))) {
      ordered.push(job)
      visit(job.name)
    }
  }
  visit(root)
  return ordered
}
