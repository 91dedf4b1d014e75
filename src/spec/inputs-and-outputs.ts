import { isMap, isScalar } from 'yaml'
import type {
  DataType,
  InputDeclaration,
  InputMode,
  InputValue,
  OutputDeclaration,
  OutputMode,
  OutputValue,
  PrimitiveType,
} from './document-parts.ts'
import { inputDeclarationKeys, inputValueKeys, outputDeclarationKeys, outputValueKeys } from './keys.ts'
import { hasScheme } from './reference.ts'
import { readReference, referenceText } from './scope.ts'
import type { Entry, Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readEntries, readMapping, recordOf, required } from './yaml/mapping.ts'
import { quoted } from './yaml/source-text.ts'
import type { Value } from './yaml/values.ts'
import {
  emptyRecord,
  readBoolean,
  readList,
  readLiteral,
  readNumber,
  readOneOf,
  readText,
  reportAt,
  wrongType,
} from './yaml/values.ts'

const dataTypes: readonly DataType[] = [
  'uri_file',
  'uri_folder',
  'mltable',
  'custom_model',
  'mlflow_model',
  'triton_model',
]
const primitiveTypes: readonly PrimitiveType[] = ['string', 'integer', 'number', 'boolean']
// `path` is the SDK's word from before it told files from folders.
const readType = readOneOf<DataType | PrimitiveType>([...dataTypes, ...primitiveTypes], { path: 'uri_folder' })
const inputModes: readonly InputMode[] = ['ro_mount', 'download', 'direct', 'eval_mount', 'eval_download', 'rw_mount']
const readInputMode = readOneOf<InputMode>(inputModes, { mount: 'ro_mount', upload: 'download', link: 'ro_mount' })
const outputModes: readonly OutputMode[] = ['rw_mount', 'upload', 'direct']
const readOutputMode = readOneOf<OutputMode>(outputModes, { mount: 'rw_mount', link: 'rw_mount' })

/** Whether a type holds data (a file, a folder, a model) rather than text. */
export function isDataType(type: DataType | PrimitiveType | undefined): type is DataType {
  return dataTypes.some((one) => one === type)
}

/** Whether text has `${{ }}` in it, so that its meaning is known only when the pipeline is planned. */
export function hasExpression(text: string): boolean {
  return text.includes('${{')
}

/** What inputs, outputs and search parameters may be called. */
export const portNames = {
  pattern: /^[a-zA-Z_][a-zA-Z0-9_]*(\.[a-zA-Z_][a-zA-Z0-9_]*)*$/,
  rule: 'A name has letters, digits and underscores, and starts with no digit; dots make groups.',
}

/** A file name may have 255 bytes on usual file systems; some are ours. Names are ASCII. */
const longestOutputName = 200

function readPorts(value: Value, noun: 'input' | 'output'): readonly Entry[] {
  const entries = readEntries(value, { noun, ...portNames })
  if (noun === 'input') return entries
  return entries.filter(({ name, mark }) => {
    if (name.length <= longestOutputName) return true
    const hint = 'It is the name of a file or folder while the step runs: choose a shorter one.'
    value.document.report(
      mark,
      `output name ${quoted(`${name.slice(0, 20)}...`)} has ${name.length} characters; at most ${longestOutputName} are possible`,
      hint,
    )
    return false
  })
}

/** `inputs:` of a job or step: literals, expressions and data, in every form that section 3 of the facts lists. */
export function readInputValues(parent: Mapping): Readonly<Record<string, InputValue>> {
  const value = given(parent, 'inputs')
  return value === undefined ? emptyRecord() : readInputMap(value)
}

/** A mapping of input names to values: `inputs:`, or one item of a `parallel_for`. */
export function readInputMap(value: Value): Readonly<Record<string, InputValue>> {
  return recordOf(readPorts(value, 'input').map((entry) => [entry.name, readInputValue(value, entry)]))
}

function readInputValue({ document }: Value, { name, value, mark }: Entry): InputValue | undefined {
  if (value === undefined) {
    const hint = `Write ${name}: VALUE, or leave it out if it is optional.`
    document.report(mark, `input "${name}" is empty`, hint)
    return undefined
  }
  if (isScalar(value.node)) {
    const text = readLiteral(value)
    return text === undefined ? undefined : { kind: 'text', text }
  }
  if (!isMap(value.node)) return wrongType(value, 'a single value or data', 'Lists are passed as text, e.g. "1,2,3".')
  const mapping = readMapping(value, inputValueKeys)
  return mapping && readInputMapping(value, mapping)
}

function readInputMapping(value: Value, mapping: Mapping): InputValue | undefined {
  const type = optional(mapping, 'type', readType)
  const mode = optional(mapping, 'mode', readInputMode)
  const literal = given(mapping, 'value')
  const path = given(mapping, 'path')
  if (path === undefined) {
    if (literal === undefined)
      return reportAt(value, `${value.title} has neither "path" nor "value"`, 'Add one of them.')
    const text = readLiteral(literal)
    return text === undefined ? undefined : { kind: 'text', ...defined({ text, type, mode }) }
  }
  // A binding is allowed here even for literals: the SDK's dump writes {path: ${{parent.inputs.x}}}.
  const text = readLiteral(path)
  if (text === undefined) return undefined
  if (hasExpression(text) || (type !== undefined && !isDataType(type))) {
    return { kind: 'text', ...defined({ text, type, mode }) }
  }
  const source = readReference(path, text)
  return source && { kind: 'data', type: isDataType(type) ? type : 'uri_folder', source, ...defined({ mode }) }
}

/** `outputs:` of a job or step: nothing, a promotion `${{parent.outputs.x}}`, or type, mode, path, name and version. */
export function readOutputValues(parent: Mapping): Readonly<Record<string, OutputValue>> {
  const value = given(parent, 'outputs')
  const entries = value === undefined ? [] : readPorts(value, 'output')
  return recordOf(entries.map((entry) => [entry.name, readOutputValue(entry.value)]))
}

/** One output: nothing, a promotion, or its description. */
function readOutputValue(value: Value | undefined): OutputValue | undefined {
  if (value === undefined) return {}
  if (isScalar(value.node)) {
    const text = readText(value)
    if (text === undefined) return undefined
    const promotedTo = promotion(text)
    if (promotedTo !== undefined) return { promotedTo }
    const hint = 'An output is promoted with ${{parent.outputs.NAME}}, or described with {type, mode, path}.'
    return reportAt(value, `${value.title} cannot be "${text}"`, hint)
  }
  const mapping = readMapping(value, outputValueKeys)
  if (mapping === undefined) return undefined
  const path = optional(mapping, 'path', readOutputPath)
  const promotedTo = path === undefined ? undefined : promotion(path)
  return defined({
    promotedTo,
    type: optional(mapping, 'type', readType),
    mode: optional(mapping, 'mode', readOutputMode),
    path: promotedTo === undefined ? path : undefined,
    name: optional(mapping, 'name', readLiteral),
    version: optional(mapping, 'version', readLiteral),
  })
}

function promotion(text: string): string | undefined {
  return /^\s*\$\{\{\s*parent\.outputs\.([^\s{}]+)\s*\}\}\s*$/.exec(text)?.[1]
}

function readOutputPath(value: Value): string | undefined {
  const text = readText(value)
  if (text === undefined || hasExpression(text) || hasScheme(text)) return text
  const reference = readReference(value, text)
  return reference && referenceText(reference)
}

/** `inputs:` of a component: what it takes, with types, defaults and bounds. */
export function readInputDeclarations(parent: Mapping): Readonly<Record<string, InputDeclaration>> {
  const value = given(parent, 'inputs')
  const entries = value === undefined ? [] : readPorts(value, 'input')
  return recordOf(entries.map((entry) => [entry.name, readInputDeclaration(parent, entry)]))
}

function readInputDeclaration(parent: Mapping, entry: Entry): InputDeclaration | undefined {
  const mapping = readDeclaration(parent, entry, inputDeclarationKeys)
  if (mapping === undefined) return undefined
  const type = required(mapping, 'type', readType)
  if (type === undefined) return undefined
  return {
    type,
    optional: optional(mapping, 'optional', readBoolean) ?? false,
    ...defined({
      description: optional(mapping, 'description', readText),
      default: optional(mapping, 'default', isDataType(type) ? readDataDefault : readLiteral),
      min: optional(mapping, 'min', readNumber),
      max: optional(mapping, 'max', readNumber),
      enum: optional(mapping, 'enum', (list) =>
        readList(list)
          ?.map(readLiteral)
          .filter((text) => text !== undefined),
      ),
      mode: optional(mapping, 'mode', readInputMode),
    }),
  }
}

function readDataDefault(value: Value): string | undefined {
  const text = readText(value)
  if (text === undefined || text === '' || hasExpression(text) || hasScheme(text)) return text
  const reference = readReference(value, text)
  return reference && referenceText(reference)
}

/** `outputs:` of a component: what it makes. */
export function readOutputDeclarations(parent: Mapping): Readonly<Record<string, OutputDeclaration>> {
  const value = given(parent, 'outputs')
  const entries = value === undefined ? [] : readPorts(value, 'output')
  return recordOf(entries.map((entry) => [entry.name, readOutputDeclaration(parent, entry)]))
}

function readOutputDeclaration(parent: Mapping, entry: Entry): OutputDeclaration | undefined {
  const mapping = readDeclaration(parent, entry, outputDeclarationKeys)
  if (mapping === undefined) return undefined
  const type = required(mapping, 'type', readType)
  if (type === undefined) return undefined
  return {
    type,
    ...defined({
      mode: optional(mapping, 'mode', readOutputMode),
      description: optional(mapping, 'description', readText),
      name: optional(mapping, 'name', readLiteral),
      version: optional(mapping, 'version', readLiteral),
      path: optional(mapping, 'path', readOutputPath),
    }),
  }
}

function readDeclaration(
  parent: Mapping,
  { name, value, mark }: Entry,
  keys: typeof inputDeclarationKeys,
): Mapping | undefined {
  if (value !== undefined) return readMapping(value, keys)
  parent.document.report(mark, `"${name}" is declared without a type`, `Write ${name}: {type: uri_folder}, or another.`)
  return undefined
}
