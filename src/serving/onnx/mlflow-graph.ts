import { SluiceError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { signatureFields } from '../model-signature.ts'
import { numpyDatatypes, type Datatype, type Tensor } from '../tensor-message.ts'
import type { GraphTensor } from './graph-tensor.ts'

/*
 * Models of MLflow's onnx flavor that a thread of the server answers as MLflow does. MLflow enforces the signature, gives
 * the graph its arrays (doubles as singles where the graph takes those), and answers with every output by its name. For a
 * signature of tensors that is what is done here; columns have rules of pandas, and stay with Python.
 */

/** The graph's file below the model's folder, and its inputs as the signature has them; the only one may be without a name. */
export interface MlflowGraph {
  readonly path: string
  readonly inputs: readonly GraphTensor[]
}

/** Undefined for models that only Python answers as MLflow does. */
export function mlflowGraph(metadata: JsonObject): MlflowGraph | undefined {
  const flavors = objectOf(metadata['flavors'])
  const { data: path, onnx_session_options: options } = objectOf(flavors?.['onnx']) ?? {}
  const isPlain = objectOf(flavors?.['python_function'])?.['loader_module'] === 'mlflow.onnx'
  if (!isPlain || typeof path !== 'string' || (options !== undefined && options !== null)) return undefined
  // One segment: what a file says of itself is no path to follow.
  if (!/^[^/\\]+\.onnx$/.test(path) || signatureFields(metadata, 'params').length > 0) return undefined
  const inputs = signatureFields(metadata, 'inputs').map(({ name = '', 'tensor-spec': spec }) => {
    const datatype = spec?.dtype === undefined ? undefined : numpyDatatypes[spec.dtype]
    return datatype === undefined || spec?.shape === undefined ? undefined : { name, datatype, shape: spec.shape }
  })
  return inputs.length > 0 && inputs.every((input) => input !== undefined) ? { path, inputs } : undefined
}

function objectOf(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined
}

/**
 * The inputs of a graph as the signature declares them, by the graph's names and in its order. Throws `not-supported`
 * where they are not the same; MLflow's own words are needed then.
 */
export function declaredInputs(
  declared: readonly GraphTensor[],
  graph: readonly GraphTensor[],
): readonly GraphTensor[] {
  const isOnly = declared.length === 1 && graph.length === 1
  const found = graph.map((input) => {
    const said = declared.find(({ name }) => name === input.name || (isOnly && name === ''))
    const isSame =
      said !== undefined && said.shape.length === input.shape.length && isTaken(said.datatype, input.datatype)
    return isSame ? { ...said, name: input.name } : undefined
  })
  const inputs = found.filter((input) => input !== undefined)
  if (inputs.length === declared.length && inputs.length === graph.length) return inputs
  throw new SluiceError('not-supported', 'the signature and the graph do not have the same inputs')
}

/** MLflow gives doubles to a graph of singles as singles. */
function isTaken(given: Datatype, wanted: Datatype): boolean {
  return given === wanted || (given === 'FP64' && wanted === 'FP32')
}

/** A tensor as the graph takes it, which is as `isTaken` allows. */
export function asTaken(tensor: Tensor, datatype: Datatype): Tensor {
  if (tensor.datatype === datatype) return tensor
  const bytes = Buffer.allocUnsafe(tensor.data.length / 2)
  for (let at = 0; at < tensor.data.length; at += 8) bytes.writeFloatLE(tensor.data.readDoubleLE(at), at / 2)
  return { ...tensor, datatype, data: bytes }
}
