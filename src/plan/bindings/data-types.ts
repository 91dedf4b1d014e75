import type { DataType, PrimitiveType } from '../../spec/document-parts.ts'

const primitiveTypes: ReadonlySet<string> = new Set(['string', 'integer', 'number', 'boolean'])

/** True for a type whose value is text, false for one whose value is a file or folder. */
export function isPrimitive(type: DataType | PrimitiveType): type is PrimitiveType {
  return primitiveTypes.has(type)
}

/**
 * True if what one step writes as `from` can be read by another as `to`: the same type, a folder of any kind as
 * uri_folder, an MLflow model as the custom model it also is, a file as a custom model (a pickle) and back. A primitive
 * reads as itself, an integer as a number, anything as a string.
 */
export function canFlow(from: DataType | PrimitiveType, to: DataType | PrimitiveType): boolean {
  if (from === to) return true
  if (isPrimitive(from)) return to === 'string' || (from === 'integer' && to === 'number')
  return flows[from].includes(to)
}

/** True for every kind of data that is a folder. */
export function isFolderKind(type: DataType | PrimitiveType): boolean {
  return !isPrimitive(type) && type !== 'uri_file'
}

/** True for data that is no model. */
export function isPlain(type: DataType | PrimitiveType): boolean {
  return type === 'uri_file' || type === 'uri_folder' || type === 'mltable'
}

const flows: Readonly<Record<DataType, readonly (DataType | PrimitiveType)[]>> = {
  uri_file: ['custom_model'],
  uri_folder: ['custom_model'],
  mltable: ['uri_folder'],
  custom_model: ['uri_file', 'uri_folder'],
  mlflow_model: ['custom_model', 'uri_folder'],
  triton_model: ['custom_model', 'uri_folder'],
}
