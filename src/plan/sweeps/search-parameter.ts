import type { BoundValue, Node } from '../scope.ts'

/** The value of a parameter of the search space that a sweep's trial gets; undefined if there is none of that name. */
export function searchParameter(node: Node | undefined, name: string): BoundValue | undefined {
  if (node?.kind !== 'command' || node.sweep === undefined) return undefined
  const { searchSpace, sampling } = node.sweep
  if (!Object.hasOwn(searchSpace, name)) return undefined
  const logbase = sampling.type === 'random' ? sampling.logbase : undefined
  return {
    kind: 'parameter',
    of: node.path,
    name,
    distribution: searchSpace[name]!,
    ...(logbase !== undefined && { logbase }),
  }
}
