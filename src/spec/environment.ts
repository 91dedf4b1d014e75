import { isMap, isScalar } from 'yaml'
import type { EnvironmentChoice, EnvironmentSpec } from './document-parts.ts'
import { buildKeys, environmentKeys } from './keys.ts'
import { hasScheme } from './reference.ts'
import type { ReadingScope } from './scope.ts'
import { readReference, referenceText } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readMapping, required } from './yaml/mapping.ts'
import { quoted } from './yaml/source-text.ts'
import type { Value } from './yaml/values.ts'
import {
  placeholderHint,
  readJsonObject,
  readLiteral,
  readOneOf,
  readText,
  reportAt,
  wrongType,
} from './yaml/values.ts'

/** `environment:` of whatever runs: a reference, a file (which is read), or the environment itself. */
export async function readEnvironmentChoice(
  parent: Mapping,
  scope: ReadingScope,
): Promise<EnvironmentChoice | undefined> {
  const value = given(parent, 'environment')
  if (value === undefined) return undefined
  if (isScalar(value.node)) return readEnvironmentText(value, scope)
  const mapping = readMapping({ ...value, title: 'the environment' }, environmentKeys)
  return mapping && { kind: 'inline', environment: await readEnvironment(mapping, scope) }
}

async function readEnvironmentText(value: Value, scope: ReadingScope): Promise<EnvironmentChoice | undefined> {
  const text = readText(value)
  if (text === undefined) return undefined
  const isFile = /^\s*(file:|\.{0,2}\/)|\.ya?ml\s*$/.test(text)
  if (!hasScheme(text) && !isFile) {
    const near = /^[\w.-]+([:@][\w.-]+)?$/.test(text) ? `azureml:${text}` : 'azureml:NAME:VERSION'
    const hint = `Write ${near} for a registered one, or {image: ..., conda_file: ...}.`
    const message = `"environment" is neither a reference nor a file: ${quoted(text)}`
    return reportAt(value, message, placeholderHint(text) ?? hint)
  }
  const reference = readReference(value, text)
  if (reference?.kind !== 'local') return reference && { kind: 'reference', reference }
  const environment = await scope.referred.environment(reference.path, value, scope)
  return environment && { kind: 'inline', environment }
}

/** The fields of an environment, its conda file read. */
export async function readEnvironment(mapping: Mapping, scope: ReadingScope): Promise<EnvironmentSpec> {
  return defined({
    name: optional(mapping, 'name', readText),
    version: optional(mapping, 'version', readLiteral),
    image: optional(mapping, 'image', readText),
    conda: await readConda(mapping, scope),
    build: optional(mapping, 'build', readBuild),
    inferenceConfig: optional(mapping, 'inference_config', readJsonObject),
    osType: optional(mapping, 'os_type', readOneOf(['linux', 'windows'])),
  })
}

async function readConda(mapping: Mapping, scope: ReadingScope): Promise<EnvironmentSpec['conda']> {
  const value = given(mapping, 'conda_file')
  if (value === undefined) return undefined
  if (!isScalar(value.node)) {
    const content = readJsonObject(value)
    return content && { content }
  }
  const text = readText(value)
  const reference = text === undefined ? undefined : readReference(value, text)
  if (reference === undefined) return undefined
  if (reference.kind !== 'local') {
    return reportAt(value, `"conda_file" must be a local file, but is ${quoted(referenceText(reference))}`)
  }
  const root = await scope.referred.plain(reference.path, value)
  if (root === undefined) return undefined
  const content = isMap(root.node) ? readJsonObject(root) : undefined
  if (content === undefined) {
    const hint = 'It starts with "dependencies:"; pip requirements go below that, as a list under "pip:".'
    return wrongType({ ...root, title: 'a conda file' }, 'a mapping', hint)
  }
  return { content, file: reference.path }
}

function readBuild(value: Value): EnvironmentSpec['build'] {
  const mapping = readMapping(value, buildKeys)
  if (mapping === undefined) return undefined
  const path = required(mapping, 'path', (item) => {
    const text = readText(item)
    const reference = text === undefined ? undefined : readReference(item, text)
    return reference && referenceText(reference)
  })
  const dockerfilePath = optional(mapping, 'dockerfile_path', readText)
  return path === undefined ? undefined : { path, ...defined({ dockerfilePath }) }
}
