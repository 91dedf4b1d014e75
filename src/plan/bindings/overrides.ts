import type { StepPath } from '../../base/ids.ts'
import type { Mistakes } from '../mistakes.ts'
import { didYouMean } from '../did-you-mean.ts'
import type { Expansion } from '../scope.ts'

/** `--set` values, sorted to where they belong; used verbatim, an expression in them means nothing. */
export interface Overrides {
  forJob(input: string): string | undefined
  forStep(path: StepPath): ReadonlyMap<string, string>
}

/**
 * Sorts `name=value`, `inputs.name=value` and `jobs.STEP.inputs.name=value` (STEP by its path, `prepare.split` inside
 * the pipeline step `prepare`). A name that is neither an input of the job nor a step is reported with the nearest.
 */
export function sortOverrides(
  values: Readonly<Record<string, string>>,
  { expansion, jobInputs, mistakes }: { expansion: Expansion; jobInputs: readonly string[]; mistakes: Mistakes },
): Overrides {
  const forJob = new Map<string, string>()
  const forSteps = new Map<string, Map<string, string>>()
  const known = new Set(jobInputs)
  const nodes = [...expansion.leaves, ...expansion.groups].filter((node) => node.kind !== 'if_else' && node.path !== '')
  const steps = new Set<string>(nodes.map((node) => node.path))
  for (const [name, value] of Object.entries(values)) {
    const bare = !known.has(name) && name.startsWith('inputs.') ? name.slice('inputs.'.length) : name
    const match = /^jobs\.(.+?)\.inputs\.(.+)$/.exec(name)
    if (known.has(bare)) forJob.set(bare, value)
    else if (match === null) {
      mistakes.report(undefined, `--set ${name}: the job has no input "${bare}".`, () => didYouMean(bare, jobInputs))
    } else if (!steps.has(match[1]!)) {
      const hint = (): string | undefined => didYouMean(match[1]!, [...steps])
      mistakes.report(undefined, `--set ${name}: there is no step "${match[1]!}".`, hint)
    } else {
      const inputs = forSteps.get(match[1]!) ?? new Map<string, string>()
      forSteps.set(match[1]!, inputs.set(match[2]!, value))
    }
  }
  const none: ReadonlyMap<string, string> = new Map()
  // The empty path is the only step of a command job: its inputs are the job's.
  return {
    forJob: (input) => forJob.get(input),
    forStep: (path) => (path === '' ? forJob : (forSteps.get(path) ?? none)),
  }
}
