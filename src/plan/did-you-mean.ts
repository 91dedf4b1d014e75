import { nearestName } from '../spec/yaml/nearest-name.ts'

/** The hint for a name that does not exist: the nearest one, else all if they are few, else none. */
export function didYouMean(name: string, candidates: readonly string[]): string | undefined {
  const nearest = nearestName(name, candidates)
  if (nearest !== undefined) return `Did you mean "${nearest}"?`
  return candidates.length > 0 && candidates.length <= 10 ? `There is: ${candidates.join(', ')}` : undefined
}
