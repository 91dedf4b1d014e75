import { SluiceError } from '../../base/errors.ts'
import type { JobName } from '../../base/ids.ts'
import type { Tables } from '../../database/database.ts'
import type { PlannedStep } from '../../plan/planned-pipeline.ts'
import type { ReuseFields } from '../../plan/reuse-key.ts'
import { referenceText } from '../../spec/scope.ts'
import { findReuseFields } from '../earlier-results-store.ts'
import type { Job, JobValue } from '../job-service.ts'
import { findChildren, findJob } from '../job-store.ts'
import { findPlan, type StoredPlan } from '../journal-store.ts'
import { knownDetails, timeText, type LineageNode } from './lineage.ts'

export interface JobLineageDeps {
  readonly tables: Tables
  /** Where a model that a job took is from; its reference in YAML's words. */
  readonly modelLineage: (reference: string, walk: LineageWalk) => Promise<LineageNode | undefined>
}

/** What one look at lineage has met. */
export interface LineageWalk {
  /** Jobs that were told of already: each is told of once. */
  readonly told: Set<string>
  /** What was read of pipelines: each is read once, however many of its steps are told of. */
  readonly pipelines: Map<string, Pipeline>
  /** How many jobs lie between the first and this one. */
  depth: number
}

/** JSON of some thousand levels can neither be written nor read by most programs. */
const mostLevels = 1000

export function newWalk(): LineageWalk {
  return { told: new Set(), pipelines: new Map(), depth: 0 }
}

interface Pipeline {
  readonly stored: StoredPlan | undefined
  readonly planned: ReadonlyMap<string, PlannedStep>
  readonly byPath: ReadonlyMap<string, Job>
  readonly byParent: ReadonlyMap<string, readonly Job[]>
}

/**
 * What a job is made of: its code, its environment, its data, and the jobs that made what it took, to the end. A reused
 * step leads to the job that did the work; a job with steps leads to each of them. Throws `not-found`.
 */
export async function jobLineage(
  deps: JobLineageDeps,
  name: string,
  walk: LineageWalk = newWalk(),
): Promise<LineageNode> {
  const job = await findJob(deps.tables, name)
  if (walk.told.has(job.name)) {
    return { kind: 'job', name: job.name, details: knownDetails({ step: job.step, see: 'above' }), from: [] }
  }
  if (walk.depth > mostLevels)
    return { kind: 'job', name: job.name, details: knownDetails({ step: job.step, see: 'its own lineage' }), from: [] }
  walk.told.add(job.name)
  walk.depth++
  try {
    return await nodeOf(deps, walk, job)
  } finally {
    walk.depth--
  }
}

async function nodeOf(deps: JobLineageDeps, walk: LineageWalk, job: Job): Promise<LineageNode> {
  const pipeline = await pipelineOf(deps.tables, walk, job.root)
  const { stored } = pipeline
  const node = { kind: 'job', name: job.name, details: detailsOf(job, stored) } as const
  const source = sourceOf(stored, walk)
  if (job.reusedFrom !== undefined) {
    const original = await known(() => jobLineage(deps, job.reusedFrom!, walk), job.reusedFrom)
    return { ...node, from: [{ ...original, role: 'reused from' }] }
  }
  const from =
    job.type === 'command'
      ? await ofCommand({ deps, walk, job, pipeline })
      : await ofSteps({ deps, walk, job, pipeline })
  return { ...node, from: [...source, ...from] }
}

interface Site {
  readonly deps: JobLineageDeps
  readonly walk: LineageWalk
  readonly job: Job
  readonly pipeline: Pipeline
}

async function pipelineOf(tables: Tables, { pipelines }: LineageWalk, root: JobName): Promise<Pipeline> {
  const known = pipelines.get(root)
  if (known !== undefined) return known
  const stored = await findPlan(tables, root)
  const jobs = await findChildren(tables, root)
  const pipeline = {
    stored,
    planned: new Map(stored?.plan.steps.map((step) => [step.path, step])),
    byPath: new Map(jobs.flatMap((job) => (job.step === undefined ? [] : [[job.step, job] as const]))),
    byParent: Map.groupBy(jobs, ({ parent = root }) => parent),
  }
  pipelines.set(root, pipeline)
  return pipeline
}

async function ofSteps({ deps, walk, job, pipeline }: Site): Promise<readonly LineageNode[]> {
  const nodes: LineageNode[] = []
  const steps = pipeline.byParent.get(job.name) ?? []
  // Backwards: the last step leads to most of the others, which are then told of where they belong.
  for (const step of [...steps].reverse()) {
    if (walk.told.has(step.name)) continue
    nodes.push({ ...(await jobLineage(deps, step.name, walk)), role: `step ${step.step ?? step.name}` })
  }
  return nodes
}

async function ofCommand(site: Site): Promise<readonly LineageNode[]> {
  const { deps, job, pipeline } = site
  const fields = await findReuseFields(deps.tables, job.name)
  const step = job.step === undefined ? pipeline.stored?.plan.steps[0] : pipeline.planned.get(job.step)
  const inputs: LineageNode[] = []
  // Sequential: what two inputs have in common is told of once.
  for (const [name, value] of Object.entries(job.inputs)) {
    const node = await ofInput(site, { name, value, fields })
    if (node !== undefined) inputs.push(node)
  }
  return [...ofCode(fields, step), ...ofEnvironment(fields, step), ...inputs]
}

function ofCode(fields: ReuseFields | undefined, step: PlannedStep | undefined): readonly LineageNode[] {
  if (fields === undefined || fields.code === '') return []
  const code = step?.kind === 'command' ? step.code : undefined
  return [
    {
      kind: 'code',
      name: fields.code,
      details: knownDetails({ source: code === undefined ? undefined : referenceText(code) }),
      from: [],
    },
  ]
}

function ofEnvironment(fields: ReuseFields | undefined, step: PlannedStep | undefined): readonly LineageNode[] {
  if (fields === undefined || fields.environment === '') return []
  const choice = step?.kind === 'command' ? step.environment : undefined
  const reference = choice?.kind === 'reference' ? referenceText(choice.reference) : undefined
  return [{ kind: 'environment', name: fields.environment, details: knownDetails({ source: reference }), from: [] }]
}

interface TakenInput {
  readonly name: string
  readonly value: JobValue
  readonly fields: ReuseFields | undefined
}

async function ofInput(site: Site, { name, value, fields }: TakenInput): Promise<LineageNode | undefined> {
  const { deps, walk } = site
  const { uri, type } = value
  if (uri === undefined) return undefined
  const role = `input ${name}`
  const digest = value.digest ?? fields?.data[name]?.digest
  const producer = producerOf(site, uri)
  if (producer !== undefined) {
    const node = await known(() => jobLineage(deps, producer.job, walk), producer.job)
    return {
      ...node,
      role: `${role}, its output ${producer.output}`,
      details: { ...node.details, ...knownDetails({ digest }) },
    }
  }
  const model = type.endsWith('_model') ? await deps.modelLineage(uri, walk) : undefined
  if (model !== undefined) return { ...model, role }
  return {
    kind: 'data',
    name: uri,
    role,
    details: knownDetails({ type, digest, size_bytes: value.sizeBytes }),
    from: [],
  }
}

/** The job whose output an input is: a step of the same pipeline, or any job by its URI. */
function producerOf({ pipeline }: Site, uri: string): { readonly job: string; readonly output: string } | undefined {
  const [, step, output] = /^\$\{\{parent\.jobs\.(.+)\.outputs\.([^.]+)\}\}$/.exec(uri) ?? []
  if (step !== undefined && output !== undefined) {
    const made = pipeline.byPath.get(step)
    return made === undefined ? undefined : { job: made.name, output }
  }
  const [, other, named] = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)/.exec(uri) ?? []
  return other === undefined || named === undefined ? undefined : { job: other, output: named }
}

/** The node, or one that says that it is gone. */
async function known(find: () => Promise<LineageNode>, name: string): Promise<LineageNode> {
  try {
    return await find()
  } catch (error) {
    if (!(error instanceof SluiceError && error.code === 'not-found')) throw error
    return { kind: 'job', name, details: { status: 'no longer in the store' }, from: [] }
  }
}

function detailsOf(job: Job, stored: StoredPlan | undefined): Readonly<Record<string, string>> {
  return knownDetails({
    step: job.step,
    of: job.parent === undefined ? undefined : job.root,
    experiment: job.experimentName,
    status: job.status,
    command: job.command?.trim(),
    ...literalsOf(job.inputs),
    submitted_by: stored?.submission.submittedBy,
    at: timeText(job.startedMs ?? job.createdMs),
  })
}

function literalsOf(inputs: Job['inputs']): Record<string, string> {
  const literals = Object.entries(inputs).flatMap(([name, { value }]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  return literals.length === 0 ? {} : { parameters: literals.join(', ') }
}

/** The file that was submitted; told of once for all steps of a job. */
function sourceOf(stored: StoredPlan | undefined, { told }: LineageWalk): readonly LineageNode[] {
  const file = stored?.document['file']
  if (stored === undefined || typeof file !== 'string' || told.has(`source of ${stored.root}`)) return []
  told.add(`source of ${stored.root}`)
  return [{ kind: 'source', name: file, details: {}, from: [] }]
}
