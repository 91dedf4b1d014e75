import { isJsonObject, type JsonObject } from '../base/json.ts'

/** A column of an MLflow signature, or an unnamed or named tensor, as the file `MLmodel` has it. */
export interface SignatureField {
  readonly type?: unknown
  readonly name?: string
  readonly required?: boolean
  readonly 'tensor-spec'?: { readonly dtype?: string; readonly shape?: readonly number[] }
}

type SignatureSide = 'inputs' | 'outputs' | 'params'

/** What was read of each `MLmodel` before: requests ask for it again and again. */
const read = new WeakMap<JsonObject, Map<SignatureSide, readonly SignatureField[]>>()

/** One side of the signature in the content of `MLmodel`; empty where there is none or it cannot be read. */
export function signatureFields(metadata: JsonObject | undefined, side: SignatureSide): readonly SignatureField[] {
  if (metadata === undefined) return []
  const known = read.get(metadata) ?? new Map<SignatureSide, readonly SignatureField[]>()
  read.set(metadata, known)
  const fields = known.get(side) ?? readFields(metadata, side)
  known.set(side, fields)
  return fields
}

function readFields(metadata: JsonObject, side: SignatureSide): readonly SignatureField[] {
  const signature = metadata['signature']
  const text = isJsonObject(signature) ? signature[side] : undefined
  if (typeof text !== 'string') return []
  try {
    const fields = JSON.parse(text) as unknown
    return Array.isArray(fields) ? (fields as readonly SignatureField[]) : []
  } catch {
    return []
  }
}
