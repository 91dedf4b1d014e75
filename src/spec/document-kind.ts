import { isMap, isNode, isScalar } from 'yaml'
import type { Document } from './documents.ts'
import type { UnsupportedKind } from './unsupported.ts'
import { triggerTypes } from './schedules/schedule-documents.ts'
import { importSchedule, unsupportedSchemas, unsupportedShapes, unsupportedTypes } from './unsupported.ts'
import { markOf, pairsOf } from './yaml/check-tree.ts'
import { nearestName } from './yaml/nearest-name.ts'
import { quoted } from './yaml/source-text.ts'
import type { Value } from './yaml/values.ts'
import { isEmpty, isReadable, keyOf, reportAt, wrongType } from './yaml/values.ts'

/** What a command expects: `job create` a job, and so on. */
export type DocumentFamily =
  | 'job'
  | 'component'
  | 'environment'
  | 'data'
  | 'data-tests'
  | 'model'
  | 'datastore'
  | 'online-endpoint'
  | 'online-deployment'
  | 'schedule'
  | 'monitor'
  | 'trigger'
  | 'batch-endpoint'
  | 'batch-deployment'

export type DocumentKind = Document['kind']

const nouns: Readonly<Record<DocumentFamily, string>> = {
  job: 'a job',
  component: 'a component',
  environment: 'an environment',
  data: 'a data asset',
  'data-tests': 'a file of data tests',
  model: 'a model',
  datastore: 'a datastore',
  'online-endpoint': 'an online endpoint',
  'online-deployment': 'an online deployment',
  schedule: 'a schedule',
  monitor: 'a monitor',
  trigger: 'a trigger',
  'batch-endpoint': 'a batch endpoint',
  'batch-deployment': 'a batch deployment',
}

const bySchema: Readonly<Record<string, DocumentKind>> = {
  commandjob: 'command-job',
  pipelinejob: 'pipeline-job',
  sweepjob: 'sweep-job',
  sparkjob: 'spark-job',
  datatransferjob: 'data-transfer-job',
  parallelcomponent: 'parallel-component',
  sparkcomponent: 'spark-component',
  datatransfercomponent: 'data-transfer-component',
  commandcomponent: 'command-component',
  pipelinecomponent: 'pipeline-component',
  environment: 'environment',
  data: 'data',
  datatests: 'data-tests',
  model: 'model',
  azureblob: 'datastore',
  localfolder: 'datastore',
  onlineendpoint: 'online-endpoint',
  managedonlineendpoint: 'online-endpoint',
  kubernetesonlineendpoint: 'online-endpoint',
  onlinedeployment: 'online-deployment',
  managedonlinedeployment: 'online-deployment',
  kubernetesonlinedeployment: 'online-deployment',
  schedule: 'schedule',
  monitorschedule: 'monitor',
  trigger: 'trigger',
  batchendpoint: 'batch-endpoint',
  batchdeployment: 'batch-deployment',
  modelbatchdeployment: 'batch-deployment',
  pipelinecomponentbatchdeployment: 'batch-deployment',
}

const families: Readonly<Record<DocumentKind, DocumentFamily>> = {
  'command-job': 'job',
  'pipeline-job': 'job',
  'sweep-job': 'job',
  'spark-job': 'job',
  'data-transfer-job': 'job',
  'parallel-component': 'component',
  'spark-component': 'component',
  'data-transfer-component': 'component',
  'command-component': 'component',
  'pipeline-component': 'component',
  environment: 'environment',
  data: 'data',
  'data-tests': 'data-tests',
  model: 'model',
  datastore: 'datastore',
  'online-endpoint': 'online-endpoint',
  'online-deployment': 'online-deployment',
  schedule: 'schedule',
  monitor: 'monitor',
  trigger: 'trigger',
  'batch-endpoint': 'batch-endpoint',
  'batch-deployment': 'batch-deployment',
}

/** What `type` of jobs and components can be; most are both. */
const jobTypes = ['command', 'pipeline', 'sweep', 'spark', 'data_transfer'] as const
const componentTypes = ['command', 'pipeline', 'parallel', 'spark', 'data_transfer'] as const

/** `type` of the other kinds that have one. */
const byType: Readonly<Record<string, DocumentFamily>> = {
  uri_file: 'data',
  uri_folder: 'data',
  mltable: 'data',
  data_tests: 'data-tests',
  custom_model: 'model',
  mlflow_model: 'model',
  triton_model: 'model',
  local_folder: 'datastore',
  azure_blob: 'datastore',
  managed: 'online-deployment',
  kubernetes: 'online-deployment',
}

/**
 * What kind of document this is: by `$schema` (its base name, in any case), else by `type`, else by its keys; where a
 * `family` is expected, `type` alone decides within it, as in Azure. Reports a kind that is not expected, not
 * supported (by name, with what to use in its place) or not to be told.
 */
export function documentKind(root: Value, family?: DocumentFamily): DocumentKind | undefined {
  if (!isMap(root.node)) return wrongType(root, 'a mapping with keys such as "type" and "command"')
  const keys = keysOf(pairsOf(root.node))
  if (!hasReadableType(root)) return undefined
  const type = textOf(root, 'type')?.toLowerCase()
  const schema = schemaName(textOf(root, '$schema'))
  const unsupported = unsupportedKind(keys, type, schema)
  if (unsupported !== undefined) return refuse(root, unsupported)
  if (keys.has('dependencies') && type === undefined && schema === '') {
    const hint = 'Refer to it from an environment: environment: {conda_file: ./this-file.yml}'
    return reportKind(root, 'this is a conda file, not a document', hint)
  }
  const found =
    firingFamily(root, keys, schema) ?? familyOf({ keys, type, schema, declaresInputs: declaresInputs(root) })
  if (family !== undefined && found !== undefined && found !== family && !isBoth({ type, schema }, found, family)) {
    const hint = `This file describes ${nouns[found]}; ${nouns[family]} is expected here.`
    return reportKind(root, `${quoted(shortName(root))} is not ${nouns[family]}`, hint)
  }
  const chosen = found === 'monitor' ? found : (family ?? found)
  if (chosen !== undefined) return withinFamily(root, { family: chosen, type, keys, schema })
  const near = type === undefined ? undefined : nearestName(type, [...jobTypes, 'parallel', ...Object.keys(byType)])
  const message =
    type === undefined
      ? 'it is not clear what kind of document this is'
      : `"type" cannot be ${quoted(type)}${near === undefined ? '' : `, did you mean ${quoted(near)}?`}`
  return reportKind(root, message, 'Start it with "type: command" or "type: pipeline", or with a $schema.')
}

/** The keys, with slips of the two that tell most: "comand" is a job's mistake, not a file of an unknown kind. */
function keysOf(pairs: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const keys = new Set(pairs.keys())
  for (const key of pairs.keys()) {
    const near = nearestName(key, ['command', 'jobs'])
    if (near !== undefined) keys.add(near)
  }
  return keys
}

function hasReadableType(root: Value): boolean {
  const node = isMap(root.node) ? pairsOf(root.node).get('type')?.value : undefined
  if (!isNode(node) || isEmpty(node) || (isScalar(node) && typeof node.value === 'string')) return true
  if (isReadable(node)) wrongType({ document: root.document, node, title: '"type"' }, 'text')
  return false
}

interface Within {
  readonly family: DocumentFamily
  readonly type: string | undefined
  readonly keys: ReadonlySet<string>
  readonly schema: string
}

function withinFamily(root: Value, { family, type, keys, schema }: Within): DocumentKind | undefined {
  if (family !== 'job' && family !== 'component') return family
  const types: readonly string[] = family === 'job' ? jobTypes : componentTypes
  if (type !== undefined && types.includes(type)) return `${type.replace('_', '-')}-${family}` as DocumentKind
  if (type === 'parallel') {
    return reportKind(root, 'a parallel job cannot stand alone', 'Put it into a pipeline: type: pipeline, jobs: {...}')
  }
  if (type !== undefined) {
    const near = nearestName(type, types)
    const meant = near === undefined ? '' : `, did you mean ${quoted(near)}?`
    const hint = `It is one of: ${types.join(', ')}.`
    return reportKind(root, `"type" of ${nouns[family]} cannot be ${quoted(type)}${meant}`, hint)
  }
  const said = Object.hasOwn(bySchema, schema) ? bySchema[schema] : undefined
  if (said !== undefined && families[said] === family) return said
  if (family === 'job' && keys.has('trial')) return 'sweep-job'
  if (keys.has('entry') && !keys.has('command')) return `spark-${family}`
  return keys.has('jobs') || (family === 'job' && keys.has('component')) ? `pipeline-${family}` : `command-${family}`
}

function unsupportedKind(
  keys: ReadonlySet<string>,
  type: string | undefined,
  schema: string,
): UnsupportedKind | undefined {
  // An Azure model or data document may say anything in `$schema`; a supported `type` wins over it, but for batch.
  if (Object.hasOwn(unsupportedSchemas, schema)) return unsupportedSchemas[schema]
  const isSchedule = schema === 'schedule' && !keys.has('create_job') && !keys.has('create_monitor')
  if (isSchedule && keys.has('import_data')) return importSchedule
  if (Object.hasOwn(bySchema, schema) && (type === undefined || !Object.hasOwn(unsupportedTypes, type)))
    return undefined
  if (type !== undefined && Object.hasOwn(unsupportedTypes, type)) return unsupportedTypes[type]
  if (type !== undefined) return undefined
  return unsupportedShapes.find(([key]) => keys.has(key))?.[1]
}

/** A schedule says when, a trigger upon what: by the type of their `trigger`, which the two share with their form. */
function firingFamily(
  root: Value,
  keys: ReadonlySet<string>,
  schema: string,
): 'schedule' | 'trigger' | 'monitor' | undefined {
  if (keys.has('create_monitor') && !keys.has('create_job')) return 'monitor'
  const isEither = schema === 'schedule' || schema === 'trigger' || (schema === '' && keys.has('create_job'))
  if (!isEither) return undefined
  const trigger = isMap(root.node) ? pairsOf(root.node).get('trigger')?.value : undefined
  const type = isMap(trigger) ? pairsOf(trigger).get('type')?.value : undefined
  const text = isScalar(type) ? String(type.value).toLowerCase() : ''
  if (text === 'cron' || text === 'recurrence') return 'schedule'
  return triggerTypes.some((one) => one === text) ? 'trigger' : schema === 'trigger' ? 'trigger' : 'schedule'
}

/** Whether an input is described as only a component does: a type without a value, a default, bounds. */
function declaresInputs(root: Value): boolean {
  const inputs = isMap(root.node) ? pairsOf(root.node).get('inputs')?.value : undefined
  if (!isMap(inputs)) return false
  return [...pairsOf(inputs).values()].some(({ value }) => {
    const keys = isMap(value) ? pairsOf(value) : new Map<string, unknown>()
    if (['optional', 'default', 'enum', 'min', 'max'].some((key) => keys.has(key))) return true
    return keys.has('type') && !keys.has('path') && !keys.has('value')
  })
}

/** Of documents without a type only batch deployments have these at their root: `settings` of the older form. */
const batchKeys = ['mini_batch_size', 'output_action', 'output_file_name']

interface Signs {
  readonly keys: ReadonlySet<string>
  readonly type: string | undefined
  readonly schema: string
  readonly declaresInputs: boolean
}

function familyOf({ keys, type, schema, declaresInputs }: Signs): DocumentFamily | undefined {
  if (Object.hasOwn(bySchema, schema)) return families[bySchema[schema]!]
  if (type !== undefined && Object.hasOwn(byType, type)) return byType[type]
  if (keys.has('defaults') && type === undefined) return 'batch-endpoint'
  if (type === 'model' || (type === undefined && batchKeys.some((key) => keys.has(key)))) return 'batch-deployment'
  if (keys.has('endpoint_name') && (type === 'pipeline' || keys.has('component'))) return 'batch-deployment'
  if (keys.has('endpoint_name') || keys.has('code_configuration')) return 'online-deployment'
  if (type === 'sweep' || (type === undefined && keys.has('trial'))) return 'job'
  const isShaped = type === undefined && ['jobs', 'command', 'notebook', 'entry'].some((key) => keys.has(key))
  if (isShaped || isJobOrComponent(type)) {
    if (type === 'parallel') return 'component'
    return keys.has('version') || declaresInputs ? 'component' : 'job'
  }
  if (type !== undefined) return undefined
  if (keys.has('component')) return 'job'
  if (keys.has('auth_mode') || keys.has('traffic')) return 'online-endpoint'
  if (['conda_file', 'build', 'image'].some((key) => keys.has(key))) return 'environment'
  if (keys.has('flavors') || keys.has('stage')) return 'model'
  return undefined
}

/** Without a type or schema online and batch documents are told apart only by what is expected. */
const servedAlike: readonly (readonly DocumentFamily[])[] = [
  ['online-deployment', 'batch-deployment'],
  ['online-endpoint', 'batch-endpoint'],
]

/** Jobs and components are written alike: a `type` that both have is taken as whichever is expected. */
function isBoth(
  { type, schema }: Pick<Signs, 'type' | 'schema'>,
  found: DocumentFamily,
  family: DocumentFamily,
): boolean {
  // `type: pipeline` is a word of batch deployments too.
  if (family === 'batch-deployment' && found === 'job' && type === 'pipeline' && schema === '') return true
  const pair = [found, family]
  // Azure makes both by the same command.
  if (family === 'schedule' && found === 'monitor') return true
  if (type === undefined && schema === '' && servedAlike.some((both) => pair.every((one) => both.includes(one))))
    return true
  return (type === undefined || isJobOrComponent(type)) && pair.every((one) => one === 'job' || one === 'component')
}

function isJobOrComponent(type: string | undefined): boolean {
  return [...jobTypes, ...componentTypes].some((one) => one === type)
}

function refuse(root: Value, { noun, instead }: UnsupportedKind): undefined {
  return reportKind(root, `this is ${noun}, which this version does not support`, instead)
}

/** Points at what says the kind: `type`, else `$schema`, else the first key. */
function reportKind(root: Value, message: string, hint: string): undefined {
  if (!isMap(root.node)) return reportAt(root, message, hint)
  const pairs = pairsOf(root.node)
  const pair = pairs.get('type') ?? pairs.get('$schema') ?? [...pairs.values()][0]
  const mark = pair === undefined ? markOf(root.node) : markOf(isScalar(pair.value) ? pair.value : keyOf(pair))
  root.document.report(mark, message, hint)
  return undefined
}

function textOf(root: Value, key: string): string | undefined {
  const value = isMap(root.node) ? pairsOf(root.node).get(key)?.value : undefined
  return isScalar(value) && typeof value.value === 'string' ? value.value : undefined
}

/** `https://.../latest/commandJob.schema.json` and `http://azureml/sdk-2-0/CommandJob.json` are `commandjob`. */
function schemaName(schema: string | undefined): string {
  const base = schema?.trim().split(/[/#]/).filter(Boolean).at(-1) ?? ''
  return base.toLowerCase().replace(/(\.schema)?(\.json)?$/, '')
}

function shortName(root: Value): string {
  return root.document.file.split('/').at(-1) ?? root.document.file
}
