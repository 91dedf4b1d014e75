import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { signatureFields, type SignatureField } from '../../serving/model-signature.ts'
import type { ServedModel } from '../../serving/served-model.ts'
import { numpyDatatypes } from '../../serving/tensor-message.ts'
import type { ModelMetadataMessage, TensorMetadataMessage } from './messages.ts'

/** Types of columns, with MLServer's words for how they are written (`content_type`). */
const columnTypes: Readonly<Record<string, readonly [datatype: string, contentType: string]>> = {
  double: ['FP64', 'np'],
  float: ['FP32', 'np'],
  long: ['INT64', 'np'],
  integer: ['INT32', 'np'],
  boolean: ['BOOL', 'np'],
  string: ['BYTES', 'str'],
  datetime: ['BYTES', 'datetime'],
  binary: ['BYTES', 'base64'],
}

/**
 * What is said of a model: its own description where its workers give one (ONNX), else the signature of an MLflow model,
 * one tensor for each column. Without either nothing is known of its tensors, and any are passed on.
 */
export function describeModel(
  { metadata, description }: Pick<ServedModel, 'metadata' | 'description'>,
  called: { readonly name: string; readonly versions: readonly string[] },
): ModelMetadataMessage {
  const { name, versions } = called
  const start = { name, ...(versions.length > 0 && { versions }) }
  const own = description?.['tensors']
  if (isJsonObject(own)) return { ...start, ...(own as unknown as Omit<ModelMetadataMessage, 'name' | 'versions'>) }
  const inputs = signatureFields(metadata, 'inputs')
  const isTable = inputs.length > 0 && inputs.every((field) => field['tensor-spec'] === undefined)
  return {
    ...start,
    platform: platformOf(metadata),
    inputs: inputs.map((field, at) => describeField(field, `input-${at}`)),
    outputs: signatureFields(metadata, 'outputs').map((field, at) => describeField(field, `output-${at}`)),
    ...(isTable && { parameters: { content_type: 'pd' } }),
  }
}

function platformOf(metadata: JsonObject | undefined): string {
  const flavors = metadata?.['flavors']
  const own = isJsonObject(flavors) ? Object.keys(flavors).find((flavor) => flavor !== 'python_function') : undefined
  return metadata === undefined ? 'python' : `mlflow_${own ?? 'pyfunc'}`
}

function describeField(field: SignatureField, unnamed: string): TensorMetadataMessage {
  const name = field.name ?? unnamed
  const spec = field['tensor-spec']
  if (spec !== undefined) {
    return { name, datatype: numpyDatatypes[spec.dtype ?? ''] ?? 'BYTES', shape: spec.shape ?? [-1] }
  }
  const known = typeof field.type === 'string' ? columnTypes[field.type] : undefined
  // An array or an object in a column is written as JSON text.
  const [datatype, contentType] = known ?? ['BYTES', 'json']
  return { name, datatype, shape: [-1], parameters: { content_type: contentType } }
}
