import { SluiceError } from '../../base/errors.ts'
import type { JobName, StepPath } from '../../base/ids.ts'
import type { Tables } from '../../database/database.ts'
import type { PlannedGroup, PlannedStep } from '../../plan/planned-pipeline.ts'
import { findPlan, readJournal } from '../journal-store.ts'
import type { Job, JobStatus } from '../job-service.ts'

/** Why one step stands behind another: it takes an output, its branch is decided there, or it was only said so. */
interface GraphEdge {
  readonly from: StepPath
  readonly to: StepPath
  readonly kind: 'data' | 'branch' | 'order'
  /** The outputs it takes, each with the input it becomes. */
  readonly data: readonly { readonly output: string; readonly input: string }[]
  /** Of a branch: which way the condition must turn out. */
  readonly when?: boolean
}

/** How many rounds (iterations, items, trials) of a control step there are, by status. */
type RoundCounts = Readonly<Partial<Record<JobStatus, number>>>

interface GraphStep {
  readonly path: StepPath
  readonly key: string
  /** The nested pipeline it stands in. */
  readonly group?: StepPath
  readonly job: Job
  /** Absent but for loops and sweeps, which are folded to one step. */
  readonly rounds?: RoundCounts
}

/** The steps of a job, or of one round of a loop or sweep, and what connects them. */
export interface JobGraph {
  readonly root: JobName
  /** The round; empty for the whole job. */
  readonly within: StepPath
  readonly steps: readonly GraphStep[]
  readonly groups: readonly { readonly path: StepPath; readonly parent?: StepPath; readonly job: Job }[]
  readonly edges: readonly GraphEdge[]
  /** Rounds of the control step that `within` is one of, in order. */
  readonly siblings: readonly StepPath[]
}

/**
 * The graph of a root job out of its plan. Rounds are folded into their control step; with `within`, the path of a round
 * (`loop.3`), the graph is what that round runs. Throws `not-found` for a job or round that is not there.
 */
export async function jobGraph(tables: Tables, jobs: readonly Job[], within: StepPath): Promise<JobGraph> {
  const [root] = jobs
  const stored = await findPlan(tables, root!.name)
  if (stored === undefined) throw new SluiceError('not-found', `The plan of job ${root!.name} is gone.`)
  const { steps, groups, siblings } =
    within === '' ? { ...stored.plan, siblings: [] } : await roundOf(tables, root!.name, within)
  const byPath = new Map(jobs.flatMap((job) => (job.step === undefined ? [] : [[job.step, job] as const])))
  const isThere = new Set(steps.map(({ path }) => path))
  return {
    root: root!.name,
    within,
    steps: steps.flatMap((step) => {
      const job = byPath.get(step.path)
      if (job === undefined) return []
      const rounds = 'body' in step ? countRounds(jobs, job) : undefined
      const { path, key, group } = step
      return [{ path, key, job, ...(group !== undefined && { group }), ...(rounds !== undefined && { rounds }) }]
    }),
    groups: groups.flatMap(({ path, parent }) => {
      const job = byPath.get(path)
      return job === undefined ? [] : [{ path, job, ...(parent !== undefined && { parent }) }]
    }),
    edges: steps.flatMap(edgesInto).filter(({ from }) => isThere.has(from)),
    siblings,
  }
}

async function roundOf(
  tables: Tables,
  root: JobName,
  within: StepPath,
): Promise<{
  readonly steps: readonly PlannedStep[]
  readonly groups: readonly PlannedGroup[]
  readonly siblings: readonly StepPath[]
}> {
  const events = await readJournal(tables, root)
  const rounds = events.flatMap((event) =>
    event.kind === 'expanded' ? event.rounds.map((round) => ({ round, control: event.step })) : [],
  )
  const found = rounds.find(({ round }) => round.path === within)
  if (found === undefined) {
    const known = rounds.slice(0, 5).map(({ round }) => round.path)
    throw new SluiceError('not-found', `Job ${root} has no round "${within}".`, {
      hint: known.length === 0 ? 'It has no rounds so far.' : `It has, among others, ${known.join(', ')}.`,
    })
  }
  return {
    ...found.round,
    siblings: rounds.flatMap(({ round, control }) => (control === found.control ? [round.path] : [])),
  }
}

function countRounds(jobs: readonly Job[], control: Job): RoundCounts {
  const counts: Partial<Record<JobStatus, number>> = {}
  for (const { parent, status } of jobs) if (parent === control.name) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function edgesInto(step: PlannedStep): readonly GraphEdge[] {
  const data = new Map<StepPath, { output: string; input: string }[]>()
  for (const [input, from] of Object.entries('inputs' in step ? step.inputs : {})) {
    if (from.kind !== 'output') continue
    data.set(from.step, [...(data.get(from.step) ?? []), { output: from.output, input }])
  }
  return step.parents.map((from) => {
    const taken = data.get(from) ?? []
    const isBranch = step.branch?.step === from
    return {
      ...{ from, to: step.path, data: taken },
      kind: taken.length > 0 ? 'data' : isBranch ? 'branch' : 'order',
      ...(isBranch && { when: step.branch.when }),
    }
  })
}
