import { isMap, isScalar } from 'yaml'
import type { JsonObject } from '../base/json.ts'
import { collectionKeys, dataCollectorKeys, requestLoggingKeys } from './keys.ts'
import { defined, given, optional, readEntries, readMapping, recordOf, required } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import {
  readBoolean,
  readJsonObject,
  readNumber,
  readOneOf,
  readText,
  readTexts,
  readWholeNumber,
  reportAt,
  wrongType,
} from './yaml/values.ts'

/**
 * `data_collector` of an online deployment as it is stored with the deployment: Azure ML's keys, `enabled` as a boolean
 * (its examples write it as text), and ours: `mask` and `drop` (columns with personal data) and `retention_days`.
 */
export function readDataCollector(value: Value): JsonObject | undefined {
  const mapping = readMapping(value, dataCollectorKeys)
  const raw = readJsonObject(value)
  if (mapping === undefined || raw === undefined) return undefined
  const collections = required(mapping, 'collections', readCollections)
  optional(mapping, 'rolling_rate', readOneOf(['minute', 'hour', 'day']))
  const loggingValue = given(mapping, 'request_logging')
  const logging = loggingValue && readMapping(loggingValue, requestLoggingKeys)
  const headers = logging && optional(logging, 'capture_headers', readHeaders)
  return {
    ...raw,
    ...defined({
      collections,
      sampling_rate: optional(mapping, 'sampling_rate', readRate),
      mask: optional(mapping, 'mask', readTexts),
      drop: optional(mapping, 'drop', readTexts),
      retention_days: optional(mapping, 'retention_days', readWholeNumber(1, 36_500)),
      request_logging: headers && { capture_headers: headers },
    }),
  }
}

function readRate(value: Value): number | undefined {
  const rate = readNumber(value)
  return rate === undefined || (rate >= 0 && rate <= 1) ? rate : wrongType(value, 'a number from 0 to 1')
}

const secretHeaders = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie']

/** Keys and sessions are never kept with payloads. */
function readHeaders(value: Value): readonly string[] | undefined {
  const names = readTexts(value)
  const secret = names?.find((name) => secretHeaders.includes(name.toLowerCase()))
  if (secret === undefined) return names
  return reportAt(value, `the header "${secret}" cannot be collected`, 'It holds a key. Leave it out.')
}

const collectionNames = {
  noun: 'collection',
  pattern: /^[A-Za-z_][\w-]{0,63}$/,
  rule: 'E.g. model_inputs, model_outputs, request, response or a name of your own.',
}

function readCollections(value: Value): JsonObject {
  const entries = readEntries(value, collectionNames).map(({ name, value: item }) => {
    const mapping = item && isMap(item.node) ? readMapping(item, collectionKeys) : item && wrongType(item, 'a mapping')
    const enabled = mapping && required(mapping, 'enabled', readBoolean)
    const data = mapping && optional(mapping, 'data', readCollectedData)
    return [name, item && mapping && { ...readJsonObject(item), ...defined({ enabled, data }) }] as const
  })
  return recordOf(entries)
}

const namePattern = /^(azureml:)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}([:@][\w.-]+)?$/
const pathPattern = /^azureml:\/\/datastores\/[A-Za-z0-9_][\w-]*\/paths\/[^\s]+$/

/** The data asset that a collection becomes: its name, or its name and the folder of a datastore. */
function readCollectedData(value: Value): JsonObject | string | undefined {
  if (isScalar(value.node)) return checked(value, readText(value), namePattern)
  const data = readJsonObject(value)
  const { name, path } = data ?? {}
  const isName = name === undefined || (typeof name === 'string' && namePattern.test(name))
  const isPath = path === undefined || (typeof path === 'string' && pathPattern.test(path) && !path.includes('..'))
  if (isName && isPath) return data
  return reportAt(
    value,
    `${value.title} cannot be used`,
    'Write the name of a data asset, or {name: NAME, path: azureml://datastores/NAME/paths/FOLDER}.',
  )
}

function checked(value: Value, text: string | undefined, pattern: RegExp): string | undefined {
  if (text === undefined || pattern.test(text)) return text
  return reportAt(value, `${value.title} cannot be "${text}"`, 'Write the name of a data asset, e.g. my-inputs.')
}
