import type { JobName, StepPath } from '../base/ids.ts'
import type { LiveJob } from './live-job.ts'
import { isTerminal } from './pipeline-state.ts'
import type { QueuedStep } from './slot-queue.ts'

/**
 * Why steps of a live job do not run yet: what they wait for, or their place among all steps that want a slot. Of these
 * steps alone, by default of all.
 */
export function waitingWords(
  live: LiveJob,
  queue: readonly QueuedStep[],
  steps: Iterable<StepPath> = live.state.steps.keys(),
): ReadonlyMap<JobName, string> {
  const words = new Map<JobName, string>()
  const queued = new Set<StepPath>()
  for (const path of steps) {
    const status = live.state.steps.get(path)?.status
    if (status === 'waiting') words.set(live.nameOf(path), `waits for ${parentsText(live, path)}`)
    else if (status === 'queued') queued.add(path)
  }
  if (queued.size === 0) return words
  for (const [place, { root, step, slots = 1 }] of queue.entries()) {
    const wanted = slots === 1 ? 'a slot' : `${slots} slots at once`
    if (root === live.root && queued.has(step))
      words.set(live.nameOf(step), `waits for ${wanted}, number ${place + 1} of ${queue.length} in the queue`)
  }
  return words
}

const namedAtMost = 3

function parentsText(live: LiveJob, path: StepPath): string {
  const open = live.step(path).parents.filter((parent) => !isTerminal(live.state.steps.get(parent)!))
  const rest = open.length - namedAtMost
  return rest > 0 ? `${open.slice(0, namedAtMost).join(', ')} and ${rest} more` : open.join(' and ')
}
