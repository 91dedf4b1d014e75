import { isScalar } from 'yaml'
import type { DataDocument, EnvironmentDocument, ModelDocument, OnlineDeploymentDocument } from './asset-documents.ts'
import type { Reference } from './document-parts.ts'
import { readEnvironment } from './environment.ts'
import { readAssetIdentity, readAssetName } from './job-fields.ts'
import { dataKeys, environmentKeys, modelKeys } from './keys.ts'
import type { InlineModel, ReadingScope } from './scope.ts'
import { locatedAt, readReference } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, optional, readMapping, required } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import { readJsonObject, readOneOf, readText } from './yaml/values.ts'

const readDataType = readOneOf(['uri_file', 'uri_folder', 'mltable'])
const readModelType = readOneOf(['custom_model', 'mlflow_model', 'triton_model'])

/** An environment of its own. */
export async function readEnvironmentDocument(
  value: Value,
  scope: ReadingScope,
  options: { readonly isNameRequired: boolean },
): Promise<EnvironmentDocument | undefined> {
  const mapping = readMapping(value, environmentKeys)
  if (mapping === undefined) return undefined
  const { isNameRequired } = options
  return {
    kind: 'environment',
    located: locatedAt(scope.document),
    ...readAssetIdentity(mapping, { name: readAssetName, isNameRequired }),
    environment: await readEnvironment(mapping, scope),
  }
}

/** A data asset. */
export function readDataDocument(value: Value, scope: ReadingScope): DataDocument | undefined {
  const mapping = readMapping(value, dataKeys)
  if (mapping === undefined) return undefined
  const identity = readAssetIdentity(mapping, { name: readAssetName, isNameRequired: true })
  const type = optional(mapping, 'type', readDataType) ?? 'uri_folder'
  const source = required(mapping, 'path', readSource)
  return source && { kind: 'data', located: locatedAt(scope.document), ...identity, type, source }
}

/** A model; without a name only where it is part of something else. */
export function readModelDocument(
  value: Value,
  scope: ReadingScope,
  options: { readonly isNameRequired: boolean },
): ModelDocument | undefined {
  const mapping = readMapping(value, modelKeys)
  if (mapping === undefined) return undefined
  const identity = readAssetIdentity(mapping, { name: readAssetName, ...options })
  const stage = optional(mapping, 'stage', readText)
  const flavors = optional(mapping, 'flavors', readJsonObject)
  const model = readModelFields(mapping)
  return (
    model && {
      kind: 'model',
      located: locatedAt(scope.document),
      ...identity,
      ...model,
      ...defined({ stage, flavors }),
    }
  )
}

function readModelFields(mapping: Mapping): InlineModel | undefined {
  const type = optional(mapping, 'type', readModelType) ?? 'custom_model'
  const source = required(mapping, 'path', readSource)
  return source && { source, type }
}

function readSource(value: Value): Reference | undefined {
  const text = readText(value)
  return text === undefined ? undefined : readReference(value, text)
}

/** `model:` of a deployment: a reference, the file of a model (which is read), a model's own file or folder, or a mapping. */
export async function readDeployedModel(value: Value, scope: ReadingScope): Promise<OnlineDeploymentDocument['model']> {
  if (!isScalar(value.node)) {
    const model = readModelDocument({ ...value, title: 'the model' }, scope, { isNameRequired: false })
    return model && { kind: 'inline', source: model.source, type: model.type }
  }
  const reference = readSource(value)
  if (reference?.kind !== 'local') return reference && { kind: 'reference', reference }
  if (!/\.ya?ml$/i.test(reference.path)) return { kind: 'inline', source: reference, type: 'custom_model' }
  const model = await scope.referred.model(reference.path, value, scope)
  return model && { kind: 'inline', ...model }
}
