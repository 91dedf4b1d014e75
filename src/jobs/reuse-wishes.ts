import { SluiceError } from '../base/errors.ts'
import type { ExperimentId, StepPath } from '../base/ids.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import type { Tables } from '../database/database.ts'
import type { PlannedPipeline } from '../plan/planned-pipeline.ts'
import { namedSteps, neededSteps, onlySteps, sourcesOf, withFollowing } from '../plan/select-steps.ts'
import { type EarlierResult, findLatestResults } from './earlier-results-store.ts'
import type { Submission } from './job-service.ts'
import type { StoredSubmission } from './stored-submission.ts'

type Wishes = Pick<Submission, 'noReuse' | 'from' | 'only'>

/** A plan as somebody asked for it: which of its steps run in any case, which results are taken from earlier jobs. */
export type WishedPlan = { readonly plan: PlannedPipeline } & Pick<StoredSubmission, 'forced' | 'taken'>

interface WishDeps {
  readonly tables: Tables
  readonly content: Pick<ContentStore, 'verifyAll'>
}

/**
 * Carries out `--no-reuse`, `--from` and `--only`. Throws `invalid-request` for names that are no steps, and
 * `input-not-found` when a step that runs alone takes something that no earlier job of the pipeline has.
 */
export async function wishedPlan(
  deps: WishDeps,
  wishes: Wishes,
  pipeline: { readonly plan: PlannedPipeline; readonly experimentId: ExperimentId; readonly displayName: string },
): Promise<WishedPlan> {
  const { noReuse = false, from = [], only = [] } = wishes
  const { plan } = pipeline
  if (from.length > 0 && only.length > 0) {
    throw new SluiceError('invalid-request', '--from and --only cannot be given together.', {
      hint: '--from runs a step and everything after it, --only nothing but the step.',
    })
  }
  const forced = new Map<StepPath, string>(
    noReuse === true
      ? plan.steps.map(({ path }) => [path, '--no-reuse'])
      : namedSteps(plan, noReuse === false ? [] : noReuse, '--no-reuse').named,
  )
  if (only.length === 0) {
    return { plan, forced: { ...Object.fromEntries(forced), ...forcedFrom(plan, from) } }
  }
  const { steps: selected, named } = namedSteps(plan, only, '--only')
  const taken = await takenResults(deps, selected, pipeline)
  return { plan: onlySteps(plan, selected), forced: Object.fromEntries([...forced, ...named]), taken }
}

/** These steps and all that follow them, each with the words for it. Throws `invalid-request` for names that are none. */
export function forcedFrom(plan: PlannedPipeline, from: readonly string[]): Readonly<Record<StepPath, string>> {
  const { steps, named } = namedSteps(plan, from, '--from')
  // A loop of which a part was named is not meant as a whole; what follows it is.
  const following = [...withFollowing(plan, steps)].filter(([path]) => !steps.has(path))
  return Object.fromEntries([...named, ...following])
}

async function takenResults(
  deps: WishDeps,
  selected: ReadonlyMap<StepPath, string>,
  { plan, experimentId, displayName }: { plan: PlannedPipeline; experimentId: ExperimentId; displayName: string },
): Promise<NonNullable<StoredSubmission['taken']>> {
  const needed = neededSteps(plan, selected)
  const steps = plan.steps.filter(({ path }) => needed.has(path))
  const results = await wholeResults(deps, await findLatestResults(deps.tables, { experimentId, displayName, steps }))
  for (const step of plan.steps) {
    if (!selected.has(step.path)) continue
    for (const { step: source, output } of sourcesOf(step)) {
      const found = results[source]?.outputs[output]
      if (selected.has(source) || (found !== undefined && found.kind !== 'absent')) continue
      throw new SluiceError(
        'input-not-found',
        `Step "${step.path}" takes output "${output}" of step "${source}", which no earlier job of "${displayName}" has.`,
        { hint: `Run the whole pipeline first, or this step as well: --only ${source} --only ${step.path}` },
      )
    }
  }
  return results
}

/** The results whose outputs are still stored and unharmed. */
export async function wholeResults(
  { content }: Pick<WishDeps, 'content'>,
  results: ReadonlyMap<StepPath, EarlierResult>,
): Promise<Record<StepPath, EarlierResult>> {
  const contents = [...results].flatMap(([path, { outputs }]) =>
    Object.values(outputs).flatMap((output) =>
      output.kind === 'content' ? [{ path, kind: output.content, digest: output.digest }] : [],
    ),
  )
  const isWhole = await content.verifyAll(contents)
  const damaged = new Set(contents.filter((_, index) => isWhole[index] !== true).map(({ path }) => path))
  return Object.fromEntries([...results].filter(([path]) => !damaged.has(path)))
}
