import { SluiceError } from '../base/errors.ts'
import { type Digest, runIdOf, type StepPath } from '../base/ids.ts'
import { mapValues } from '../base/map-values.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import type { Tables } from '../database/database.ts'
import type { EnvironmentLock } from '../environments/environment-builder.ts'
import { compareReuse, type FieldChange } from '../plan/reuse-key.ts'
import type { JobRuns, Logged } from '../tracking/job-runs.ts'
import { type ComparedStep, findComparedSteps } from './earlier-results-store.ts'
import type { Job, JobDiff, JobDifference } from './job-service.ts'
import { findJob } from './job-store.ts'
import { findPlan } from './journal-store.ts'
import type { StepOutput } from './pipeline-state.ts'
import { type LockCache, requestOf } from './resolve-steps.ts'

interface DiffDeps {
  readonly tables: Tables
  readonly content: Pick<ContentStore, 'tree'>
  readonly runs: Pick<JobRuns, 'logged'>
  readonly locks: LockCache
}

/** One of the two steps that are compared, with what its run logged. */
type Side = ComparedStep & { readonly root: Job['root']; readonly logged: Logged }

/**
 * What differs between two jobs, step by step: what went in (command, inputs, files of the code, packages of the
 * environment, settings) and what came out (status, outputs, params, metrics). Two steps are compared with each other
 * whatever their paths. Throws `not-found` for a job or step that is not there.
 */
export async function diffJobs(deps: DiffDeps, name: string, other: string): Promise<JobDiff> {
  const [old, now] = [await findJob(deps.tables, name), await findJob(deps.tables, other)]
  const [oldSteps, newSteps] = [await sidesOf(deps, old, now), await sidesOf(deps, now, old)]
  const differences: JobDifference[] = []
  let outputsCompared = 0
  // Sequential: locks and folders are looked up once each, and their order is that of the steps.
  for (const path of new Set([...oldSteps.keys(), ...newSteps.keys()])) {
    const [was, is] = [oldSteps.get(path), newSteps.get(path)]
    if (was === undefined || is === undefined) differences.push(missing(path, was, is))
    else {
      outputsCompared += Object.keys(was.outputs).filter((output) => output in is.outputs).length
      for (const { field, area, ...values } of await compareSteps(deps, was, is))
        differences.push({ step: path, area, field, ...values })
    }
  }
  return { old: old.name, new: now.name, differences, outputsCompared }
}

/** The steps of a job by path. Where one of the two jobs is a step, only that one, and of a whole job only its equal. */
async function sidesOf(deps: DiffDeps, job: Job, other: Job): Promise<ReadonlyMap<StepPath, Side>> {
  const isStep = (each: Job): boolean => each.parent !== undefined
  const all = await findComparedSteps(deps.tables, job.root)
  const steps = isStep(job) ? all.filter((step) => step.name === job.name) : all
  const wanted = isStep(other) && !isStep(job) ? steps.filter(({ path }) => path === other.step) : steps
  if (wanted.length === 0 && (isStep(job) || isStep(other))) {
    throw new SluiceError('not-found', `Job ${job.name} has no command step "${other.step ?? job.step}" to compare.`, {
      hint: `See its steps with: sluice job show ${job.root}`,
    })
  }
  const logged = await deps.runs.logged(
    deps.tables,
    wanted.map((step) => runIdOf(step.name)),
  )
  const path = (step: ComparedStep): StepPath => (isStep(job) && isStep(other) ? ('' as StepPath) : step.path)
  const nothing: Logged = { metrics: {}, params: {} }
  return new Map(
    wanted.map((step) => [path(step), { ...step, root: job.root, logged: logged.get(runIdOf(step.name)) ?? nothing }]),
  )
}

function missing(step: StepPath, was: Side | undefined, is: Side | undefined): JobDifference {
  return {
    ...{ step, area: 'status', field: 'step' },
    ...(was !== undefined && { old: was.status }),
    ...(is !== undefined && { new: is.status }),
  }
}

type Difference = Omit<JobDifference, 'step'>

async function compareSteps(deps: DiffDeps, was: Side, is: Side): Promise<readonly Difference[]> {
  return [
    ...differing('status', { status: was.status }, { status: is.status }),
    ...(await compareFields(deps, was, is)),
    ...differing('output', mapValues(was.outputs, outputText), mapValues(is.outputs, outputText)),
    ...(await fileDifferences(deps, was, is)),
    ...differing('param', was.logged.params, is.logged.params),
    ...differing('metric', mapValues(was.logged.metrics, String), mapValues(is.logged.metrics, String)),
  ]
}

async function compareFields(deps: DiffDeps, was: Side, is: Side): Promise<readonly Difference[]> {
  // A step that was never decided (canceled before its turn) has its command and nothing else.
  if (was.fields === undefined || is.fields === undefined)
    return was.command === is.command
      ? []
      : [difference('command', { field: 'command', old: was.command, now: is.command })]
  const found: Difference[] = []
  for (const change of compareReuse(was.fields, is.fields)) {
    const { field, old, now } = change
    if (field === 'code') found.push(...(await codeDifferences(deps, old, now)))
    else if (field === 'environment') found.push(...(await packageDifferences(deps, was, is)))
    else found.push(difference(areaOf(field), change))
  }
  return found
}

function areaOf(field: string): Difference['area'] {
  if (field === 'command') return 'command'
  return field.startsWith('input ') ? 'input' : 'setting'
}

interface Change {
  readonly field: string
  readonly old?: string | undefined
  readonly now?: string | undefined
}

function difference(area: Difference['area'], { field, old, now }: Change): Difference {
  return { area, field, ...(old !== undefined && { old }), ...(now !== undefined && { new: now }) }
}

/** Which files differ in folders that both steps wrote. */
async function fileDifferences({ content }: DiffDeps, was: Side, is: Side): Promise<readonly Difference[]> {
  const found: Difference[] = []
  // Sequential: few outputs differ, and their order is that of the step.
  for (const [name, old] of Object.entries(was.outputs)) {
    const now = is.outputs[name]
    if (old.kind !== 'content' || now?.kind !== 'content' || old.digest === now.digest) continue
    if (old.content !== 'folder' || now.content !== 'folder') continue
    const files = await filesOf(content, [old.digest, now.digest])
    if (files === undefined) continue
    for (const { field, ...values } of differing('file', ...files))
      found.push({ ...values, field: field.replace(/^file /, `file ${name}/`) })
  }
  return found
}

/** Which files differ, by digest; the digests of the folders where their lists are gone. */
async function codeDifferences(
  { content }: Pick<DiffDeps, 'content'>,
  old: FieldChange['old'],
  now: FieldChange['now'],
): Promise<readonly Difference[]> {
  const files = await filesOf(content, [old, now])
  return files === undefined ? [difference('code', { field: 'code', old, now })] : differing('code', ...files)
}

/** Files of two folders by path, each with its digest; undefined where a list is gone. */
async function filesOf(
  content: DiffDeps['content'],
  digests: readonly [string | undefined, string | undefined],
): Promise<readonly [Texts, Texts] | undefined> {
  const texts = async (digest: string | undefined): Promise<Texts> => {
    if (digest === undefined) return {}
    const entries = await content.tree(digest as Digest)
    return Object.fromEntries(
      entries.map((entry) => [entry.path, entry.kind === 'folder' ? 'empty folder' : executable(entry)]),
    )
  }
  try {
    return [await texts(digests[0]), await texts(digests[1])]
  } catch (error) {
    if (error instanceof SluiceError) return undefined
    throw error
  }
}

function executable(file: { readonly digest: string; readonly executable: boolean }): string {
  return file.executable ? `${file.digest} (executable)` : file.digest
}

/** Which packages differ, by version; the digests of the locks where one cannot be had any more. */
async function packageDifferences(deps: DiffDeps, was: Side, is: Side): Promise<readonly Difference[]> {
  const [old, now] = [await lockOf(deps, was), await lockOf(deps, is)]
  const digests = { field: 'environment', old: was.fields?.environment, now: is.fields?.environment }
  if (old === undefined || now === undefined) return [difference('environment', digests)]
  const found = differing('environment', packagesOf(old), packagesOf(now))
  return found.length === 0 ? [difference('environment', digests)] : found
}

async function lockOf({ tables, locks }: DiffDeps, side: Side): Promise<EnvironmentLock | undefined> {
  const stored = await findPlan(tables, side.root)
  const step = stored?.plan.steps.find(({ path }) => path === side.path)
  if (stored === undefined || step?.kind !== 'command') return undefined
  try {
    const lock = await locks.lock(requestOf(step, stored.submission))
    return lock.digest === side.fields?.environment ? lock : undefined
  } catch (error) {
    if (error instanceof SluiceError) return undefined
    throw error
  }
}

function packagesOf({ python, platform, requirements }: EnvironmentLock): Record<string, string> {
  const packages: Record<string, string> = { python, platform }
  for (const line of requirements.split('\n')) {
    const [, name, version] = /^([A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?)\s*==\s*([^\s;]+)/.exec(line) ?? []
    if (name !== undefined && version !== undefined) packages[name.toLowerCase()] = version
  }
  return packages
}

function outputText(output: StepOutput): string | undefined {
  if (output.kind === 'absent') return undefined
  return output.kind === 'literal' ? output.value : output.digest
}

type Texts = Readonly<Record<string, string | undefined>>

/** Every name whose text differs, in order. */
function differing(area: Difference['area'], old: Texts, now: Texts): readonly Difference[] {
  const textOf = (texts: Texts, name: string): string | undefined =>
    Object.hasOwn(texts, name) ? texts[name] : undefined
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap((name) => {
    const change = { field: name === area ? name : `${area} ${name}`, old: textOf(old, name), now: textOf(now, name) }
    return change.old === change.now ? [] : [difference(area, change)]
  })
}
