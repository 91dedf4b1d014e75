import { readBatching, readWorkerLimits } from './deployment-workers.ts'
import { readEnvironmentVariables } from './run-settings.ts'
import { readDeployedModel } from './data-and-model.ts'
import { readDataCollector } from './data-collector.ts'
import type { EndpointRouting, OnlineDeploymentDocument, OnlineEndpointDocument } from './asset-documents.ts'
import { readEnvironmentChoice } from './environment.ts'
import { readAssetIdentity } from './job-fields.ts'
import {
  codeConfigurationKeys,
  onlineDeploymentKeys,
  onlineEndpointKeys,
  requestSettingsKeys,
  routingKeys,
} from './keys.ts'
import type { ReadingScope } from './scope.ts'
import { locatedAt, readReference, referenceText } from './scope.ts'
import { defined, given, optional, readEntries, readMapping, recordOf, required } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import { emptyRecord, readMatching, readOneOf, readText, readWholeNumber, reportAt } from './yaml/values.ts'

const nameRule = 'A name has 3 to 32 letters, digits and "-", starts with a letter and ends with no "-".'
const namePattern = /^(?=.{3,32}$)[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/
const readEndpointName = readMatching(namePattern, nameRule)
// Azure's own examples have underscores in names of deployments.
const deploymentPattern = /^(?=.{1,64}$)[a-zA-Z]([-_a-zA-Z0-9]*[a-zA-Z0-9])?$/
const deploymentRule = 'A name has letters, digits, "-" and "_", and starts with a letter.'
const readDeploymentName = readMatching(deploymentPattern, deploymentRule)
const readAuthMode = readOneOf(['key', 'aml_token', 'aad_token'])

/** An online endpoint: a stable name and the traffic of its deployments. */
export function readOnlineEndpoint(value: Value, scope: ReadingScope): OnlineEndpointDocument | undefined {
  const mapping = readMapping(value, onlineEndpointKeys)
  if (mapping === undefined) return undefined
  const identity = readAssetIdentity(mapping, { name: readEndpointName, isNameRequired: true })
  const traffic = optional(mapping, 'traffic', (item) => readTraffic(item, [0, 100]))
  const mirrorTraffic = optional(mapping, 'mirror_traffic', readMirrorTraffic)
  if (identity.name === undefined) return undefined
  return {
    kind: 'online-endpoint',
    located: locatedAt(scope.document),
    ...identity,
    name: identity.name,
    authMode: optional(mapping, 'auth_mode', readAuthMode) ?? 'key',
    traffic: traffic ?? emptyRecord(),
    mirrorTraffic: mirrorTraffic ?? emptyRecord(),
    ...defined({ routing: optional(mapping, 'routing', readRouting) }),
  }
}

function readTraffic(value: Value, sums?: readonly number[]): Readonly<Record<string, number>> {
  const entries = readEntries(value, { noun: 'deployment', pattern: deploymentPattern, rule: deploymentRule })
  const percent = readWholeNumber(0, 100)
  const shares = entries.map(({ name, value: share }) => [name, share && percent(share)] as const)
  const sum = shares.reduce((total, [, share]) => total + (share ?? 0), 0)
  const isComplete = shares.every(([, share]) => share !== undefined)
  if (sums !== undefined && isComplete && !sums.includes(sum)) {
    reportAt(value, `${value.title} adds up to ${sum}`, 'The shares of all deployments must add up to 100 (or to 0).')
  }
  return recordOf(shares)
}

function readMirrorTraffic(value: Value): Readonly<Record<string, number>> | undefined {
  const shares = readTraffic(value)
  const [share = 0, ...others] = Object.values(shares)
  if (others.length === 0 && share <= 50) return shares
  return reportAt(
    value,
    `${value.title} is more than it can be`,
    'One deployment can get a copy of at most 50 percent.',
  )
}

const readHeaderName = readMatching(
  /^(?=.{1,64}$)[a-zA-Z][-a-zA-Z0-9]*$/,
  'The name of an HTTP header has letters, digits and "-", e.g. x-unit-id.',
)
const labelRule = 'A label has up to 64 letters, digits and the characters . - _, e.g. v1 or 2026-01-01.'
const labelPattern = /^[a-zA-Z0-9][-._a-zA-Z0-9]{0,63}$/

function readRouting(value: Value): EndpointRouting | undefined {
  const mapping = readMapping(value, routingKeys)
  if (mapping === undefined) return undefined
  const unitHeader = optional(mapping, 'unit_header', readHeaderName)?.toLowerCase()
  const deploymentHeader = optional(mapping, 'deployment_header', readHeaderName)?.toLowerCase()
  return {
    labels: optional(mapping, 'labels', readLabels) ?? emptyRecord(),
    ...defined({ unitHeader, deploymentHeader }),
  }
}

function readLabels(value: Value): Readonly<Record<string, string>> {
  const entries = readEntries(value, { noun: 'label', pattern: labelPattern, rule: labelRule })
  return recordOf(entries.map(({ name, value: item }) => [name, item && readDeploymentName(item)] as const))
}

/** An online deployment: a model with what scores it. */
export async function readOnlineDeployment(
  value: Value,
  scope: ReadingScope,
): Promise<OnlineDeploymentDocument | undefined> {
  const mapping = readMapping(value, onlineDeploymentKeys)
  if (mapping === undefined) return undefined
  // Both names are often left to who deploys: `az ml online-deployment create --name --endpoint-name`.
  const identity = readAssetIdentity(mapping, { name: readDeploymentName, isNameRequired: false })
  const endpointName = optional(mapping, 'endpoint_name', readEndpointName)
  optional(mapping, 'type', readOneOf(['managed', 'kubernetes']))
  const modelValue = given(mapping, 'model')
  const fields = {
    environmentVariables: optional(mapping, 'environment_variables', readEnvironmentVariables) ?? emptyRecord(),
    instanceCount: optional(mapping, 'instance_count', readWholeNumber(0, 10_000)) ?? 1,
    request: readRequestSettings(given(mapping, 'request_settings')),
    ...defined({
      model: modelValue && (await readDeployedModel(modelValue, scope)),
      scoring: optional(mapping, 'code_configuration', readScoring),
      environment: await readEnvironmentChoice(mapping, scope),
      dataCollector: optional(mapping, 'data_collector', readDataCollector),
      batching: optional(mapping, 'batching', readBatching),
      workers: readWorkerLimits(mapping),
    }),
  }
  return {
    ...{ kind: 'online-deployment', located: locatedAt(scope.document) },
    ...identity,
    ...defined({ endpointName }),
    ...fields,
  }
}

/** `code_configuration:` of a deployment: a local folder and a script in it. */
export function readScoring(value: Value): OnlineDeploymentDocument['scoring'] {
  const mapping = readMapping(value, codeConfigurationKeys)
  if (mapping === undefined) return undefined
  const code = required(mapping, 'code', (item) => {
    const text = readText(item)
    const reference = text === undefined ? undefined : readReference(item, text)
    if (reference === undefined || reference.kind === 'local') return reference?.path
    return reportAt(item, `"code" must be a local folder, but is ${referenceText(reference)}`)
  })
  const script = required(mapping, 'scoring_script', readText)
  return code === undefined || script === undefined ? undefined : { code, script }
}

/** Azure's defaults: 5 s, one request at a time, 0.5 s in the queue. */
function readRequestSettings(value: Value | undefined): OnlineDeploymentDocument['request'] {
  const mapping = value && readMapping(value, requestSettingsKeys)
  const read = (key: string, least: number): number | undefined =>
    mapping && optional(mapping, key, readWholeNumber(least))
  return {
    timeoutMs: read('request_timeout_ms', 1) ?? 5000,
    maxConcurrentPerInstance: read('max_concurrent_requests_per_instance', 1) ?? 1,
    maxQueueWaitMs: read('max_queue_wait_ms', 0) ?? 500,
  }
}
