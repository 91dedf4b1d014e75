import { isMap } from 'yaml'
import { readComponent } from './component-reference.ts'
import { checkTransferPorts, readDataTransfer } from './data-transfer.ts'
import { readCommandBody } from './command-body.ts'
import { readRunSettings } from './run-settings.ts'
import type {
  InputDeclaration,
  InputValue,
  Located,
  OutputDeclaration,
  OutputValue,
  Reference,
} from './document-parts.ts'
import type { CommandJob, Component, DataTransferJob, PipelineComponent, PipelineJob, SparkJob } from './documents.ts'
import { hasExpression, isDataType, readInputValues, readOutputValues } from './inputs-and-outputs.ts'
import { readJobIdentity, readSettings } from './job-fields.ts'
import {
  commandJobKeys,
  commandJobOfComponentKeys,
  dataTransferJobKeys,
  pipelineJobKeys,
  sparkJobKeys,
} from './keys.ts'
import { parseReference } from './reference.ts'
import type { ReadingScope } from './scope.ts'
import { locatedAt } from './scope.ts'
import { readSparkBody } from './spark.ts'
import { readSteps } from './steps.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readMapping, recordOf, requireKey } from './yaml/mapping.ts'
import { markOf, pairsOf } from './yaml/check-tree.ts'
import type { Value } from './yaml/values.ts'
import { keyOf, readBoolean, reportAt } from './yaml/values.ts'

/** A command job: one command, its inputs and outputs. */
export async function readCommandJob(value: Value, scope: ReadingScope): Promise<CommandJob | undefined> {
  if (isMap(value.node) && pairsOf(value.node).has('component')) return readJobOfComponent(value, scope)
  const mapping = readMapping(value, commandJobKeys)
  if (mapping === undefined) return undefined
  return {
    kind: 'command-job',
    ...readJob(mapping, scope),
    ...(await readCommandBody(mapping, scope)),
  }
}

async function readJobOfComponent(value: Value, scope: ReadingScope): Promise<CommandJob | undefined> {
  const mapping = readMapping(value, commandJobOfComponentKeys)
  if (mapping !== undefined && !requireKey(mapping, 'component', 'Add: component: ./component.yml, or a command.'))
    return undefined
  const component = mapping && (await readComponent(mapping, scope, { path: [] }))
  if (mapping === undefined || component === undefined) return undefined
  if (component.kind !== 'command-component') {
    const hint = 'Use "type: pipeline" with a step that refers to it.'
    return reportAt(given(mapping, 'component') ?? value, 'a command job needs the command component itself', hint)
  }
  const { name: _name, version: _version, kind: _kind, inputs, outputs, ...body } = component
  const run = readRunSettings(mapping)
  return {
    ...body,
    ...run,
    resources: { ...body.resources, ...run.resources },
    ...readJobIdentity(mapping),
    kind: 'command-job',
    located: locatedAt(scope.document),
    environmentVariables: recordOf([
      ...Object.entries(body.environmentVariables),
      ...Object.entries(run.environmentVariables),
    ]),
    inputs: withDefaults(readInputValues(mapping), inputs, component.located.file),
    outputs: withDeclared(readOutputValues(mapping), outputs),
  }
}

/** A Spark job: one `spark-submit`. */
export async function readSparkJob(value: Value, scope: ReadingScope): Promise<SparkJob | undefined> {
  const mapping = readMapping(value, sparkJobKeys)
  const body = mapping && (await readSparkBody(mapping, scope))
  return body && { kind: 'spark-job', ...readJob(mapping, scope), ...body }
}

/** A data transfer job: one copy. */
export function readDataTransferJob(value: Value, scope: ReadingScope): DataTransferJob | undefined {
  const mapping = readMapping(value, dataTransferJobKeys)
  const transfer = mapping && readDataTransfer(mapping)
  if (mapping === undefined || transfer === undefined) return undefined
  const job = readJob(mapping, scope)
  checkTransferPorts(mapping, transfer, job)
  const isDeterministic = optional(mapping, 'is_deterministic', readBoolean) ?? true
  const { timeoutSeconds, retry, priority } = readRunSettings(mapping)
  const run = defined({ timeoutSeconds, retry, priority })
  return { kind: 'data-transfer-job', ...job, ...run, transfer, isDeterministic }
}

type JobCommon = Pick<SparkJob, 'located' | 'inputs' | 'outputs'> & ReturnType<typeof readJobIdentity>

function readJob(mapping: Mapping, scope: ReadingScope): JobCommon {
  return {
    located: locatedAt(scope.document),
    ...readJobIdentity(mapping),
    inputs: readInputValues(mapping),
    outputs: readOutputValues(mapping),
  }
}

/** A pipeline job: steps, or a pipeline component that has them. */
export async function readPipelineJob(value: Value, scope: ReadingScope): Promise<PipelineJob | undefined> {
  const mapping = readMapping(value, pipelineJobKeys)
  if (mapping === undefined) return undefined
  const hasComponent = given(mapping, 'component') !== undefined
  if (hasComponent) refuseBoth(mapping)
  else requireKey(mapping, 'jobs', 'Add the steps: jobs: {STEP: {...}}, or component: ./pipeline.yml')
  const component = hasComponent ? await readComponent(mapping, scope, { path: [] }) : undefined
  const job: PipelineJob = {
    kind: 'pipeline-job',
    ...readJob(mapping, scope),
    settings: readSettings(mapping),
    steps: await readSteps(mapping, scope, []),
  }
  if (component === undefined) return job
  if ('located' in component && component.kind !== 'pipeline-component') {
    const hint = 'Refer to it from a step: jobs: {STEP: {component: ...}}'
    const message = `a pipeline job cannot run a ${component.kind.replace('-component', '')} component`
    return reportAt(given(mapping, 'component') ?? value, message, hint)
  }
  return isResolved(component) ? mergeRootComponent(job, component) : { ...job, component }
}

function isResolved(component: Component | Reference): component is PipelineComponent {
  return component.kind === 'pipeline-component'
}

function refuseBoth(mapping: Mapping): void {
  const jobs = mapping.pairs.get('jobs')
  if (jobs === undefined) return
  mapping.document.report(markOf(keyOf(jobs)), 'a pipeline job has either "jobs" or "component"', 'Remove one of them.')
}

/**
 * A pipeline job that runs `component`: its steps, with the component's defaults for inputs and its declarations for
 * outputs that the job does not mention. Positions of the steps are those in the component's file.
 */
export function mergeRootComponent(job: PipelineJob, component: PipelineComponent): PipelineJob {
  const { defaultCompute, defaultDatastore } = { ...component.settings, ...job.settings }
  return {
    ...job,
    located: rootLocated(job.located, component.located),
    inputs: withDefaults(job.inputs, component.inputs, component.located.file),
    outputs: withDeclared(job.outputs, component.outputs),
    settings: { ...job.settings, ...defined({ defaultCompute, defaultDatastore }) },
    steps: component.steps,
    component,
  }
}

function withDefaults(
  given: Readonly<Record<string, InputValue>>,
  declared: Readonly<Record<string, InputDeclaration>>,
  file: string,
): Readonly<Record<string, InputValue>> {
  const defaults = Object.entries(declared).map(([name, { type, mode, default: text }]) => {
    if (text === undefined) return [name, undefined] as const
    const isData = isDataType(type) && text !== '' && !hasExpression(text)
    const source = isData ? parseReference(text, file) : undefined
    return source !== undefined && isDataType(type)
      ? ([name, { kind: 'data', type, source, ...defined({ mode }) }] as const)
      : ([name, { kind: 'text', text, type, ...defined({ mode }) }] as const)
  })
  return recordOf([...defaults, ...Object.entries(given)])
}

function withDeclared(
  given: Readonly<Record<string, OutputValue>>,
  declared: Readonly<Record<string, OutputDeclaration>>,
): Readonly<Record<string, OutputValue>> {
  const merged = Object.entries(declared).map(([name, { type, mode }]) => {
    return [name, { type, ...defined({ mode }), ...given[name] }] as const
  })
  return recordOf([...Object.entries(given), ...merged])
}

function rootLocated(job: Located, component: Located): Located {
  return {
    file: job.file,
    at: (path) => (path[0] === 'jobs' ? component.at(path) : job.at(path)),
    frame: (position) => {
      const owner = position.file === component.file ? component : job
      return owner.frame?.(position)
    },
  }
}
