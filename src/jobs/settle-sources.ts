import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { Content, ContentStore } from '../artifacts/content-store.ts'
import { snapshotCode } from '../assets/code-snapshot.ts'
import type { Tables } from '../database/database.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import type { PlannedCommand, PlannedPipeline, PlannedStep } from '../plan/planned-pipeline.ts'
import type { DataType, EnvironmentChoice, Reference } from '../spec/documents.ts'
import { findRow } from './job-store.ts'
import type { StepOutputs } from './pipeline-state.ts'
import { referenceText } from '../spec/scope.ts'
import { codeKey, environmentKey, sourceKey } from './step-sources.ts'
import type { StoredSource, StoredSubmission } from './stored-submission.ts'

/** Finds a registered model's files as stored content; undefined when the reference names no model. */
export type FindModel = (reference: string) => Promise<{ readonly path: string; readonly baseName: string }>

export interface SettleDeps {
  readonly tables: Tables
  /** `store` keeps what it reads (a submission); `look` only computes digests (a plan). */
  readonly purpose: 'store' | 'look'
  readonly content: ContentStore
  readonly findModel: FindModel
}

export type SettledSources = Pick<StoredSubmission, 'sources' | 'code' | 'environments'>

/**
 * Fixes everything a plan takes from outside at the moment of submission: data by content, code by snapshot,
 * environments by request. What `earlier` has settled of code and environments stays as it is, and its data are used
 * where a local path is gone. Reports all that is missing at once, as `input-not-found`.
 */
export async function settleSources(
  deps: SettleDeps,
  plan: PlannedPipeline,
  earlier?: SettledSources,
): Promise<SettledSources> {
  const commands = commandsOf(plan.steps)
  const problems: { message: string; hint?: string }[] = []
  const settle = async <Value>(wanted: ReadonlyMap<string, () => Promise<Value>>): Promise<Record<string, Value>> => {
    const settled = await Promise.all(
      [...wanted].map(async ([key, find]) => {
        try {
          return [[key, await find()] as const]
        } catch (error) {
          if (!(error instanceof SluiceError)) throw error
          problems.push({ message: error.message, ...(error.hint !== undefined && { hint: error.hint }) })
          return []
        }
      }),
    )
    return Object.fromEntries(settled.flat())
  }
  const sources = await settle(wantedSources(deps, commands, earlier?.sources ?? {}))
  const code = earlier?.code ?? (await settle(wantedCode(deps, commands)))
  const environments = earlier?.environments ?? (await settle(wantedEnvironments(commands)))
  if (problems.length > 0) {
    throw new SluiceError('input-not-found', problems.map(({ message }) => message).join('\n'), {
      ...(problems[0]!.hint !== undefined && { hint: problems[0]!.hint }),
      diagnostics: problems,
    })
  }
  return { sources, code, environments }
}

/** Every command, also those in the bodies of control steps. */
function commandsOf(steps: readonly PlannedStep[]): readonly PlannedCommand[] {
  return steps.flatMap((step) => {
    if (step.kind === 'command') return [step]
    return step.kind === 'if_else' ? [] : commandsOf(step.body.steps)
  })
}

function wantedSources(
  deps: SettleDeps,
  steps: readonly PlannedCommand[],
  earlier: SettledSources['sources'],
): Map<string, () => Promise<StoredSource>> {
  const wanted = new Map<string, () => Promise<StoredSource>>()
  for (const step of steps) {
    for (const [name, input] of Object.entries(step.inputs)) {
      if (input.kind !== 'data') continue
      const { source, type } = input
      const key = sourceKey(source)
      const kept = source.kind === 'local' && !existsSync(source.path) ? earlier[key] : undefined
      wanted.set(key, async () => kept ?? findSource(deps, source, { step: step.path, name, type }))
    }
  }
  return wanted
}

function wantedCode(deps: SettleDeps, steps: readonly PlannedCommand[]): Map<string, () => Promise<Content>> {
  const wanted = new Map<string, () => Promise<Content>>()
  for (const step of steps) {
    const key = codeKey(step)
    if (key === '') continue
    wanted.set(key, () => {
      if (step.code !== undefined && step.code.kind !== 'local') {
        throw new SluiceError(
          'not-supported',
          `The code of step "${step.path}" is ${referenceText(step.code)}; only local folders and files can be used as code.`,
          {
            hint: 'Copy the code beside the YAML file and name its folder.',
          },
        )
      }
      return snapshotCode(deps.content, {
        ...(step.code !== undefined && { path: step.code.path }),
        additionalIncludes: step.additionalIncludes,
        store: deps.purpose === 'store',
      })
    })
  }
  return wanted
}

function wantedEnvironments(steps: readonly PlannedCommand[]): Map<string, () => Promise<EnvironmentRequest>> {
  const wanted = new Map<string, () => Promise<EnvironmentRequest>>()
  for (const step of steps) {
    const { environment } = step
    if (environment !== undefined) wanted.set(environmentKey(step), async () => environmentRequest(environment))
  }
  return wanted
}

/** What the environment builder is asked for. A name without a registry is looked up among the curated ones. */
export function environmentRequest(choice: EnvironmentChoice): EnvironmentRequest {
  if (choice.kind === 'inline') return { kind: 'spec', spec: choice.environment }
  const { reference } = choice
  if (reference.kind === 'registry') return { kind: 'curated', registry: reference.registry, name: reference.name }
  if (reference.kind === 'asset') return { kind: 'curated', registry: 'azureml', name: reference.name }
  throw new SluiceError('input-not-found', `The environment ${referenceText(reference)} is not one that can be used.`, {
    hint: 'Give conda_file and image inline, name an environment file, or a curated environment such as azureml://registries/azureml/environments/sklearn-1.5/labels/latest.',
  })
}

async function findSource(
  deps: SettleDeps,
  reference: Reference,
  wanted: { readonly step: string; readonly name: string; readonly type: DataType },
): Promise<StoredSource> {
  if (reference.kind === 'local') return fromLocal(deps, reference.path, wanted)
  if (wanted.type.endsWith('_model')) return fromModel(deps, reference, wanted)
  const output =
    reference.kind === 'uri' ? /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)\/?$/.exec(reference.uri) : null
  if (output !== null) return fromJob(deps, output[1]!, output[2]!)
  if (reference.kind === 'uri' && /^(runs|models):/.test(reference.uri)) return fromModel(deps, reference, wanted)
  throw new SluiceError(
    'not-supported',
    `Input "${wanted.name}" of step "${wanted.step}" refers to ${referenceText(reference)}, which cannot be read yet.`,
    {
      hint: 'Use a local path, azureml://jobs/<job>/outputs/<output>, or a registered model.',
    },
  )
}

async function fromLocal(
  { content, purpose }: SettleDeps,
  path: string,
  wanted: { readonly step: string; readonly name: string; readonly type: DataType },
): Promise<StoredSource> {
  try {
    const found = await (purpose === 'store' ? content.ingest(path) : content.digest(path))
    if (wanted.type === 'uri_folder' && found.kind === 'file') {
      throw new SluiceError(
        'input-not-found',
        `Input "${wanted.name}" of step "${wanted.step}" is a uri_folder, but ${path} is a file.`,
        {
          hint: 'Name the folder, or declare the input as uri_file.',
        },
      )
    }
    return { content: found, baseName: basename(path) }
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code !== 'ENOENT' &&
      !(error instanceof SluiceError && error.code === 'not-found')
    )
      throw error
    throw new SluiceError(
      'input-not-found',
      `Input "${wanted.name}" of step "${wanted.step}" refers to ${path}, which does not exist.`,
      {
        hint: 'Relative paths are relative to the YAML file that contains them.',
        cause: error,
      },
    )
  }
}

async function fromModel(
  deps: SettleDeps,
  reference: Reference,
  wanted: { readonly step: string; readonly name: string },
): Promise<StoredSource> {
  try {
    const { path, baseName } = await deps.findModel(referenceText(reference))
    return { content: await deps.content.ingest(path), baseName }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    throw new SluiceError('input-not-found', `Input "${wanted.name}" of step "${wanted.step}": ${error.message}`, {
      hint: error.hint ?? 'List the models with: sluice model list',
      cause: error,
    })
  }
}

async function fromJob(deps: SettleDeps, job: string, name: string): Promise<StoredSource> {
  const row = await findRow(deps.tables, job)
  const output = row.outputs === null ? undefined : (JSON.parse(row.outputs) as StepOutputs)[name]
  if (output?.kind !== 'content') {
    throw new SluiceError('input-not-found', `Job ${job} has no output "${name}" that can be read.`, {
      hint: `See its outputs with: sluice job show ${job}`,
    })
  }
  const { content: kind, digest, sizeBytes, baseName } = output
  return { content: { kind, digest, sizeBytes, fileCount: kind === 'file' ? 1 : 0 }, baseName }
}
