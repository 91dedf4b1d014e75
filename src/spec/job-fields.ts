import type { AssetIdentity } from './document-parts.ts'
import type { JobIdentity, JobService, PipelineSettings } from './documents.ts'
import { readCompute } from './run-settings.ts'
import { identityKeys, jobServiceKeys, settingsKeys } from './keys.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readEntries, readMapping, recordOf, required, requireKey } from './yaml/mapping.ts'
import type { Reader, Value } from './yaml/values.ts'
import {
  emptyRecord,
  readBoolean,
  readLiteral,
  readLiterals,
  readMatching,
  readOneOf,
  readText,
  readWholeNumber,
  reportAt,
} from './yaml/values.ts'

/** Names of assets and jobs: safe in paths, URLs and references. */
export const readAssetName = readMatching(
  /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/,
  'A name has letters, digits, "-", "_" and ".", starts with no "-" or ".", and is at most 255 long.',
)
/** Names of components and steps. */
export const readComponentName = readMatching(
  /^[a-z_][a-z\d_]{0,254}$/,
  'A component name has lower-case letters, digits and underscores, and starts with no digit.',
)
const readVersion = readMatching(
  /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,254}$/,
  'A version has letters, digits, "-", "_", "+" and ".", e.g. 3 or 1.2.0.',
)

/** Name, experiment, tags and compute of a job. */
export function readJobIdentity(mapping: Mapping): JobIdentity {
  return {
    tags: optional(mapping, 'tags', readLiterals) ?? emptyRecord(),
    properties: optional(mapping, 'properties', readLiterals) ?? emptyRecord(),
    ...defined({
      name: optional(mapping, 'name', readAssetName),
      displayName: optional(mapping, 'display_name', readText),
      experimentName: optional(mapping, 'experiment_name', readText),
      description: optional(mapping, 'description', readText),
      compute: optional(mapping, 'compute', readCompute),
      identity: optional(mapping, 'identity', readIdentity),
      services: optional(mapping, 'services', readServices),
    }),
  }
}

const readIdentityType = readOneOf(['aml_token', 'managed', 'user_identity'], {
  amltoken: 'aml_token',
  managed_identity: 'managed',
  managedidentity: 'managed',
  useridentity: 'user_identity',
})

/** `identity:` of a job or step: whom it acts as in Azure. */
export function readIdentity(value: Value): JobIdentity['identity'] {
  const mapping = readMapping(value, identityKeys)
  return mapping && required(mapping, 'type', readIdentityType)
}

const serviceNames = { noun: 'service', pattern: /^[A-Za-z_][\w-]*$/, rule: 'E.g. my_jupyter.' }
/** What Azure would start beside the job for somebody to look in. */
const interactive = ['jupyter_lab', 'ssh', 'tensor_board', 'vs_code']

/** `services:` of a job or step; those that somebody would wait for are warned about, since none is started. */
export function readServices(value: Value): Readonly<Record<string, JobService>> {
  const services = readEntries(value, serviceNames).map(({ name, value: item, mark }) => {
    const mapping = item && readMapping(item, jobServiceKeys)
    if (mapping === undefined) return [name, undefined] as const
    const type = optional(mapping, 'type', readText) ?? 'custom'
    if (interactive.includes(type.toLowerCase())) {
      const hint = 'The job runs on this machine: look at its folder and its log there.'
      value.document.warn(mark, `service "${name}" is not started: there is no ${type} here`, hint)
    }
    const service = defined({
      port: optional(mapping, 'port', readWholeNumber(1, 65_535)),
      nodes: optional(mapping, 'nodes', readLiteral),
      logDir: optional(mapping, 'log_dir', readText),
      sshPublicKeys: optional(mapping, 'ssh_public_keys', readText),
    })
    return [name, { type, ...service }] as const
  })
  return recordOf(services)
}

/** Name, version and tags of an asset; `name` is required of a document that stands for itself. */
export function readAssetIdentity(
  mapping: Mapping,
  options: { readonly name: Reader<string>; readonly isNameRequired: boolean },
): AssetIdentity {
  if (options.isNameRequired) requireKey(mapping, 'name')
  return {
    tags: optional(mapping, 'tags', readLiterals) ?? emptyRecord(),
    properties: optional(mapping, 'properties', readLiterals) ?? emptyRecord(),
    ...defined({
      name: optional(mapping, 'name', options.name),
      version: optional(mapping, 'version', readVersion),
      displayName: optional(mapping, 'display_name', readText),
      description: optional(mapping, 'description', readText),
    }),
  }
}

/** `settings:` of a pipeline. */
export function readSettings(mapping: Mapping): PipelineSettings {
  const value = given(mapping, 'settings')
  const settings = value && readMapping(value, settingsKeys)
  if (settings === undefined) return { continueOnStepFailure: false, forceRerun: false }
  return {
    continueOnStepFailure: optional(settings, 'continue_on_step_failure', readBoolean) ?? false,
    forceRerun: optional(settings, 'force_rerun', readBoolean) ?? false,
    ...defined({
      defaultCompute: optional(settings, 'default_compute', readCompute),
      defaultDatastore: optional(settings, 'default_datastore', readDatastore),
      onInit: optional(settings, 'on_init', readText),
      onFinalize: optional(settings, 'on_finalize', readText),
    }),
  }
}

/** Those of a pipeline component: what comes first and last in it is for the job around it to say, as in Azure. */
export function readComponentSettings(mapping: Mapping): PipelineSettings {
  const { onInit, onFinalize, ...settings } = readSettings(mapping)
  if (onInit !== undefined || onFinalize !== undefined) {
    const key = onInit === undefined ? 'on_finalize' : 'on_init'
    const hint = 'Set it there, or write depends_on and run_if at the steps.'
    reportAt(given(mapping, 'settings')!, `${mapping.title} cannot have "${key}": only a pipeline job can`, hint)
  }
  return settings
}

/** A datastore by its bare name. */
function readDatastore(value: Value): string | undefined {
  return readLiteral(value)
    ?.trim()
    .replace(/^azureml:(\/\/datastores\/|\/subscriptions\/.*\/datastores\/)?/i, '')
    .replace(/\/$/, '')
}
