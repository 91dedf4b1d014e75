import type { AssetIdentity, JobIdentity, PipelineSettings } from './documents.ts'
import { readCompute } from './command-body.ts'
import { settingsKeys } from './keys.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readMapping, requireKey } from './yaml/mapping.ts'
import type { Reader, Value } from './yaml/values.ts'
import { emptyRecord, readBoolean, readLiteral, readLiterals, readMatching, readText } from './yaml/values.ts'

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
    }),
  }
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
    }),
  }
}

/** A datastore by its bare name. */
function readDatastore(value: Value): string | undefined {
  return readLiteral(value)
    ?.trim()
    .replace(/^azureml:(\/\/datastores\/|\/subscriptions\/.*\/datastores\/)?/i, '')
    .replace(/\/$/, '')
}
