import type { DatastoreDocument } from './asset-documents.ts'
import { readAssetIdentity, readAssetName } from './job-fields.ts'
import { azureBlobKeys, blobCredentialKeys, localFolderKeys } from './keys.ts'
import { readOpen } from './run-settings.ts'
import type { ReadingScope } from './scope.ts'
import { locatedAt, readReference } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readMapping, required } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import { readOneOf, readText, reportAt } from './yaml/values.ts'

const readType = readOneOf(['local_folder', 'azure_blob'])

/** A datastore: a folder of this machine, or a container of Azure Blob Storage. */
export function readDatastore(value: Value, scope: ReadingScope): DatastoreDocument | undefined {
  const any = readOpen(value)
  const type = any && required(any, 'type', readType)
  const mapping = type && readMapping(value, type === 'local_folder' ? localFolderKeys : azureBlobKeys)
  if (mapping === undefined) return undefined
  const identity = readAssetIdentity(mapping, { name: readAssetName, isNameRequired: true })
  const store = type === 'local_folder' ? readLocalFolder(mapping) : readAzureBlob(mapping)
  const { name } = identity
  if (store === undefined || name === undefined) return undefined
  return { kind: 'datastore', located: locatedAt(scope.document), ...identity, name, store }
}

function readLocalFolder(mapping: Mapping): DatastoreDocument['store'] | undefined {
  const path = required(mapping, 'path', (value) => {
    const text = readText(value)
    const reference = text === undefined ? undefined : readReference(value, text)
    if (reference === undefined || reference.kind === 'local') return reference?.path
    return reportAt(value, `"path" must be a folder of this machine, but is "${text}"`)
  })
  return path === undefined ? undefined : { type: 'local_folder', path }
}

function readAzureBlob(mapping: Mapping): DatastoreDocument['store'] | undefined {
  const accountName = required(mapping, 'account_name', readText)
  const containerName = required(mapping, 'container_name', readText)
  const rest = defined({
    endpoint: optional(mapping, 'endpoint', readText),
    protocol: optional(mapping, 'protocol', readText),
    credential: optional(mapping, 'credentials', readCredential),
  })
  if (accountName === undefined || containerName === undefined) return undefined
  return { type: 'azure_blob', accountName, containerName, ...rest }
}

type Credential = Extract<DatastoreDocument['store'], { type: 'azure_blob' }>['credential']

function readCredential(value: Value): Credential {
  const mapping = readMapping(value, blobCredentialKeys)
  if (mapping === undefined) return undefined
  const accountKey = optional(mapping, 'account_key', readText)
  const sasToken = optional(mapping, 'sas_token', readText)
  if (given(mapping, 'account_key') !== undefined && given(mapping, 'sas_token') !== undefined) {
    return reportAt(value, '"credentials" has two secrets', 'Give either "account_key" or "sas_token".')
  }
  if (accountKey !== undefined) return { kind: 'account_key', secret: accountKey }
  return sasToken === undefined ? undefined : { kind: 'sas_token', secret: sasToken }
}
