import { existsSync } from 'node:fs'
import { type Diagnostic, SluiceError } from '../base/errors.ts'
import type { Content } from '../artifacts/content-store.ts'
import { snapshotCode } from '../assets/code-snapshot.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import type { StepPath } from '../base/ids.ts'
import type {
  PlannedCommand,
  PlannedControl,
  PlannedInput,
  PlannedPipeline,
  PlannedStep,
} from '../plan/planned-pipeline.ts'
import { referenceText } from '../spec/scope.ts'
import type { FindEnvironment } from './find-environment.ts'
import type { Locate } from './load-job.ts'
import { checkKind, findSource, followReference, inWords, missingPathHint, type SourceParts } from './find-source.ts'
import { codeKey, environmentKey, sourceKey, stepWords } from './step-sources.ts'
import type { StoredSource, StoredSubmission } from './stored-submission.ts'

export interface SettleDeps extends SourceParts {
  /** `store` keeps what it reads (a submission); `look` only computes digests (a plan). */
  readonly purpose: 'store' | 'look'
  readonly findEnvironment: FindEnvironment
  /** Throws for a path that no output can go to. */
  readonly checkDestination: (path: string) => Promise<void>
}

export type SettledSources = Pick<StoredSubmission, 'sources' | 'code' | 'environments'>

/**
 * Fixes everything a plan takes from outside at the moment of submission: data by content, code by snapshot,
 * environments by request. What `earlier` has settled of code and environments stays as it is, and its data are used
 * where a local path is gone. Reports all that is missing at once, as `input-not-found`.
 */
export async function settleSources(
  deps: SettleDeps,
  { plan, locate }: { readonly plan: PlannedPipeline; readonly locate?: Locate },
  earlier?: SettledSources,
): Promise<SettledSources> {
  const commands = commandsOf(plan.steps)
  const problems: Diagnostic[] = []
  const settle = async <Value>(wanted: ReadonlyMap<string, Wanted<Value>>): Promise<Record<string, Value>> => {
    const settled = await Promise.all(
      [...wanted].map(async ([key, { find, step, keys }]) => {
        try {
          return [[key, await find()] as const]
        } catch (error) {
          if (!(error instanceof SluiceError)) throw error
          // One that several inputs name is one.
          if (!problems.some(({ message }) => message === error.message))
            problems.push({
              message: error.message,
              ...(error.hint !== undefined && { hint: error.hint }),
              ...locate?.(step.path, keys),
            })
          return []
        }
      }),
    )
    return Object.fromEntries(settled.flat())
  }
  const sources = Object.fromEntries(
    Object.values(await settle(wantedSources(deps, takersOf(plan.steps), earlier?.sources ?? {}))),
  )
  const code = await settle(wantedCode(deps, commands, earlier?.code ?? {}))
  const environments = await settle(wantedEnvironments(deps, commands, earlier?.environments ?? {}))
  await settle(outputPaths(deps, commands))
  if (problems.length > 0) throw unusable(problems.sort(inOrderOfLines))
  return { sources, code, environments }
}

function inOrderOfLines({ at: one }: Diagnostic, { at: other }: Diagnostic): number {
  if (one === undefined || other === undefined || one.file !== other.file) return 0
  return one.line - other.line || one.column - other.column
}

function unusable(problems: readonly Diagnostic[]): SluiceError {
  const diagnostics = problems.map(({ message, ...rest }) => ({ ...rest, message: message.replace(/\.$/, '') }))
  const [{ message, hint, at }] = problems as [Diagnostic]
  if (problems.length === 1)
    return new SluiceError('input-not-found', message, {
      ...(hint !== undefined && { hint }),
      ...(at !== undefined && { at, diagnostics }),
    })
  const texts = problems.map((problem) => problem.message)
  const head = `${problems.length} things the job names cannot be used.`
  return new SluiceError('input-not-found', [head, ...texts].join('\n'), { diagnostics })
}

/** Something from outside, and where it is asked for first: the keys of a step. */
interface Wanted<Value> {
  readonly step: TakenInputs
  readonly keys: readonly string[]
  readonly find: () => Promise<Value>
}

/** Every command, also those in the bodies of control steps. */
function commandsOf(steps: readonly PlannedStep[]): readonly PlannedCommand[] {
  return steps.flatMap((step) => {
    if (step.kind === 'command') return [step]
    return step.kind === 'if_else' ? [] : commandsOf(step.body.steps)
  })
}

interface TakenInputs {
  readonly path: StepPath
  readonly inputs: Readonly<Record<string, PlannedInput>>
}

/** What steps take: commands for themselves, loops for the rounds that they will make. */
function takersOf(steps: readonly PlannedStep[]): readonly TakenInputs[] {
  return steps.flatMap((step) => {
    if (step.kind === 'command') return [step]
    if (step.kind === 'if_else') return []
    return [...givenToRounds(step), ...takersOf(step.body.steps)]
  })
}

function givenToRounds(step: PlannedControl): readonly TakenInputs[] {
  const { path } = step
  if (step.kind === 'sweep') return []
  if (step.kind === 'parallel_for') {
    const { items } = step
    return items.kind === 'literal'
      ? items.items.map(({ inputs }) => ({ path, inputs }))
      : [{ path, inputs: items.defaults }]
  }
  const firsts = Object.entries(step.carried).flatMap(([name, { first }]) =>
    first === undefined ? [] : [[name, first] as const],
  )
  return [{ path, inputs: Object.fromEntries(firsts) }]
}

function outputPaths(deps: SettleDeps, steps: readonly PlannedCommand[]): Map<string, Wanted<void>> {
  const paths = steps.flatMap((step) =>
    Object.entries(step.outputs).flatMap(([name, { path }]) => (path === undefined ? [] : [{ step, name, path }])),
  )
  return new Map(
    paths.map(({ step, name, path }) => [
      path,
      { step, keys: ['outputs', name, 'path'], find: () => deps.checkDestination(path) },
    ]),
  )
}

/** A reference is followed once, however many inputs name it; each is held against its own type. */
function wantedSources(
  deps: SettleDeps,
  steps: readonly TakenInputs[],
  earlier: SettledSources['sources'],
): Map<string, Wanted<readonly [string, StoredSource]>> {
  const wanted = new Map<string, Wanted<readonly [string, StoredSource]>>()
  const followed = new Map<string, Promise<StoredSource>>()
  const store = deps.purpose === 'store'
  for (const step of steps) {
    for (const [name, input] of Object.entries(step.inputs)) {
      if (input.kind !== 'data') continue
      const { source, type } = input
      const key = sourceKey(input)
      const title = `Input "${name}" of ${stepWords(step)}`
      const follow = async (): Promise<StoredSource> =>
        (source.kind === 'local' && !existsSync(source.path) ? earlier[key] : undefined) ??
        followReference(deps, source, { title, type, store })
      const id = `${type} ${key}`
      if (wanted.has(id)) continue
      const find = async (): Promise<readonly [string, StoredSource]> => {
        const following = followed.get(key) ?? follow()
        followed.set(key, following)
        const found = await following
        checkKind(found, source, { title, type })
        return [key, found]
      }
      wanted.set(id, { step, keys: ['inputs', name, 'path'], find })
    }
  }
  return wanted
}

function wantedCode(
  deps: SettleDeps,
  steps: readonly PlannedCommand[],
  earlier: SettledSources['code'],
): Map<string, Wanted<Content>> {
  const wanted = new Map<string, Wanted<Content>>()
  for (const step of steps) {
    const key = codeKey(step)
    if (key === '' || wanted.has(key)) continue
    const keys = [step.code === undefined ? 'additional_includes' : 'code']
    wanted.set(key, { step, keys, find: async () => earlier[key] ?? ofStep(step, findCode(deps, step)) })
  }
  return wanted
}

/** Says whose code or environment it is that cannot be had. */
async function ofStep<Value>({ path }: PlannedCommand, found: Promise<Value>): Promise<Value> {
  try {
    return await found
  } catch (error) {
    if (!(error instanceof SluiceError) || path === '' || error.message.includes(`step "${path}"`)) throw error
    throw new SluiceError(error.code, `Step "${path}": ${error.message}`, {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    })
  }
}

/** Code beside the YAML becomes a snapshot; a reference names a folder that is stored already, or can be. */
async function findCode(deps: SettleDeps, step: PlannedCommand): Promise<Content> {
  const { code, additionalIncludes } = step
  const store = deps.purpose === 'store'
  const title = `The code of ${stepWords(step)}`
  if (code === undefined || code.kind === 'local') {
    const path = code === undefined ? {} : { path: code.path }
    return inWords({ title, hint: missingPathHint }, () =>
      snapshotCode(deps.content, { ...path, additionalIncludes, store }),
    )
  }
  if (additionalIncludes.length > 0) {
    throw new SluiceError(
      'not-supported',
      `${title} is ${referenceText(code)}, which cannot have additional_includes.`,
      {
        hint: 'Copy the code beside the YAML file and name its folder.',
      },
    )
  }
  const { content } = await findSource(deps, code, { title, type: 'uri_folder', store })
  return content
}

function wantedEnvironments(
  { findEnvironment }: SettleDeps,
  steps: readonly PlannedCommand[],
  earlier: SettledSources['environments'],
): Map<string, Wanted<EnvironmentRequest>> {
  const wanted = new Map<string, Wanted<EnvironmentRequest>>()
  for (const step of steps) {
    const { environment } = step
    const key = environmentKey(step)
    if (environment === undefined || wanted.has(key)) continue
    const find = async (): Promise<EnvironmentRequest> => earlier[key] ?? ofStep(step, findEnvironment(environment))
    wanted.set(key, { step, keys: ['environment'], find })
  }
  return wanted
}
