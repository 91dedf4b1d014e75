/**
 * Components and environments as they are kept: typed documents that need no file of the author any more. Packing
 * replaces what refers to the author's machine or to something that may move: code becomes a snapshot, local data its
 * content, `@latest` the version it means now, requirements files their lines. It walks whatever it is given, so a new
 * kind of step is packed without being named here.
 */
import { join } from 'node:path'
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.ts'
import { SluiceError } from '../base/errors.ts'
import type { EnvironmentSpec, Reference } from '../spec/document-parts.ts'
import type { Component } from '../spec/documents.ts'
import { isGitUri } from '../spec/git-uri.ts'
import { includedFile } from './included-file.ts'

/** What packing asks for; every URI is one of `contentUri`. */
export interface Packing {
  /** Stores code with its additional includes. */
  code(code: { readonly path?: string; readonly additionalIncludes: readonly string[] }): Promise<string>
  /** Stores what a git repository has at an address now. */
  repository(reference: Reference): Promise<string>
  /** Stores a local file or folder. */
  data(path: string): Promise<string>
  /** The same reference with the version it means now. */
  pin(reference: Reference, use: 'component' | 'environment'): Promise<Reference>
}

/** A component as plain JSON, without what only names and describes it. */
export async function packComponent(component: Component, packing: Packing): Promise<JsonObject> {
  const { name: _, version: __, description: ___, tags: ____, properties: _____, ...rest } = component
  return (await packValue(rest as unknown as JsonValue, packing)) as JsonObject
}

/** An environment as plain JSON. */
export async function packEnvironment(environment: EnvironmentSpec, packing: Packing): Promise<JsonObject> {
  const { name: _, version: __, ...rest } = environment
  return (await packValue(rest as unknown as JsonValue, packing)) as JsonObject
}

/** A packed component as a document again; messages call it `title`. */
export function unpackComponent(
  definition: JsonObject,
  identity: Pick<Component, 'name' | 'version' | 'description' | 'tags' | 'properties'>,
  title: string,
): Component {
  return { ...(withPositions(definition, title) as unknown as Component), ...identity }
}

async function packValue(value: JsonValue, packing: Packing): Promise<JsonValue> {
  // Sequential throughout: documents are small, and the first mistake is the one to report.
  if (Array.isArray(value)) {
    const items: JsonValue[] = []
    for (const item of value as readonly JsonValue[]) items.push(await packValue(item, packing))
    return items
  }
  if (!isJsonObject(value)) return value
  const packed: Record<string, JsonValue> = {}
  for (const [key, member] of Object.entries(await packFields(value, packing)))
    if (key !== 'located' && member !== undefined) packed[key] = await packMember(key, member, packing)
  return packed
}

async function packMember(key: string, member: JsonValue, packing: Packing): Promise<JsonValue> {
  const reference = referenceIn(member)
  if (reference === undefined) return packValue(member, packing)
  if (reference.kind === 'local') return { kind: 'uri', uri: await packing.data(reference.path) }
  if (key === 'component' || key === 'trial') return asJson(await packing.pin(reference, 'component'))
  return key === 'environment' ? asJson(await packing.pin(reference, 'environment')) : member
}

/** Fields that mean something only together. */
async function packFields(value: JsonObject, packing: Packing): Promise<JsonObject> {
  if (Array.isArray(value['additionalIncludes'])) return packCode(value, packing)
  if (value['kind'] === 'reference' && isJsonObject(value['reference'])) {
    const reference = referenceIn(value['reference'])
    if (reference !== undefined && reference.kind !== 'local')
      return { ...value, reference: asJson(await packing.pin(reference, 'environment')) }
  }
  if (isJsonObject(value['conda'])) return { ...value, conda: { content: withoutIncludes(value['conda']) } }
  const { build } = value
  if (isJsonObject(build) && isLocalPath(build['path']))
    return { ...value, build: { ...build, path: await packing.data(build['path']) } }
  if (isLocalPath(value['default']) && dataTypes.has(String(value['type'])))
    return { ...value, default: await packing.data(value['default']) }
  return value
}

const dataTypes: ReadonlySet<string> = new Set([
  'uri_file',
  'uri_folder',
  'mltable',
  'custom_model',
  'mlflow_model',
  'triton_model',
])

async function packCode(value: JsonObject, packing: Packing): Promise<JsonObject> {
  const additionalIncludes = value['additionalIncludes'] as readonly string[]
  const code = referenceIn(value['code'])
  if (code?.kind === 'uri' && isGitUri(code.uri))
    return { ...value, code: { kind: 'uri', uri: await packing.repository(code) } }
  if (code !== undefined && code.kind !== 'local') return value
  if (code === undefined && additionalIncludes.length === 0) return value
  const uri = await packing.code({ ...(code !== undefined && { path: code.path }), additionalIncludes })
  return { ...value, code: { kind: 'uri', uri }, additionalIncludes: [] }
}

function referenceIn(value: JsonValue | undefined): Reference | undefined {
  if (!isJsonObject(value)) return undefined
  const { kind } = value
  const isReference =
    (kind === 'local' && typeof value['path'] === 'string') ||
    (kind === 'uri' && typeof value['uri'] === 'string') ||
    ((kind === 'asset' || kind === 'registry') && typeof value['name'] === 'string')
  // The shape is that of `Reference`; documents have no other objects with these kinds.
  return isReference ? (value as unknown as Reference) : undefined
}

function asJson(reference: Reference): JsonObject {
  return reference as unknown as JsonObject
}

function isLocalPath(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value.startsWith('/')
}

/** A conda file whose `-r FILE` lines are replaced by the lines of those files, which stay behind. */
function withoutIncludes(conda: JsonObject): JsonValue {
  const content = conda['content'] as JsonObject
  const { file } = conda
  const dependencies = content['dependencies']
  if (typeof file !== 'string' || !Array.isArray(dependencies)) return content
  const whole = (dependencies as readonly JsonValue[]).map((item): JsonValue => {
    if (!isJsonObject(item) || !Array.isArray(item['pip'])) return item
    const lines = item['pip'] as readonly JsonValue[]
    return {
      ...item,
      pip: lines.flatMap((line): readonly JsonValue[] => (typeof line === 'string' ? linesOf(line, file) : [line])),
    }
  })
  return { ...content, dependencies: whole }
}

const deepestInclude = 8

/** The lines a line stands for; files are read as the environment builder reads them, never outside the folder. */
function linesOf(line: string, file: string, depth = 0): readonly string[] {
  const [, path] = /^\s*(?:-r|--requirement)[\s=]*(\S.*?)\s*$/.exec(line) ?? []
  if (path === undefined) return [line]
  if (depth >= deepestInclude)
    throw new SluiceError('invalid-document', `The requirements file ${path} is part of a circle of files.`)
  const text = includedFile(file, path)
  if (text === undefined) {
    throw new SluiceError('input-not-found', `The requirements file ${path}, which ${file} names, cannot be read.`, {
      hint: 'Put it beside that file, or copy its lines.',
    })
  }
  return text
    .replace(/^\ufeff/, '')
    .replace(/\\\r?\n/g, ' ')
    .split(/\r\n|\n|\r/)
    .filter((one) => !/^\s*(#.*)?$/.test(one))
    .flatMap((one) => linesOf(one, join(file, '..', path), depth + 1))
}

/** Documents carry the place they were read from; a stored one has none to point at. */
function withPositions(value: JsonValue, title: string): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => withPositions(item, title))
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([key, member]) => [key, withPositions(member!, title)] as const)
  const located = { file: title, at: () => undefined }
  const isDocument = typeof value['kind'] === 'string' && /-(component|job)$/.test(value['kind'])
  return { ...Object.fromEntries(members), ...(isDocument && { located: located as never }) }
}
