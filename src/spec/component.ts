import { isMap } from 'yaml'
import { readCommandBody } from './command-body.ts'
import { checkTransferPorts, readDataTransfer } from './data-transfer.ts'
import type { Component, ComponentCommon } from './documents.ts'
import type { DocumentKind } from './document-kind.ts'
import { documentKind } from './document-kind.ts'
import { readInputDeclarations, readOutputDeclarations } from './inputs-and-outputs.ts'
import {
  readAssetIdentity,
  readAssetName,
  readComponentName,
  readComponentSettings,
  readIdentity,
  readServices,
} from './job-fields.ts'
import {
  commandComponentKeys,
  dataTransferComponentKeys,
  parallelComponentKeys,
  pipelineComponentKeys,
  sparkComponentKeys,
} from './keys.ts'
import { readParallelBody } from './parallel.ts'
import type { ReadingScope } from './scope.ts'
import { locatedAt } from './scope.ts'
import { readSparkBody } from './spark.ts'
import { readSteps } from './steps.ts'
import type { Mapping } from './yaml/mapping.ts'
import { optional, readMapping, requireKey } from './yaml/mapping.ts'
import type { Reader, Value } from './yaml/values.ts'
import { readBoolean, wrongType } from './yaml/values.ts'

/** Where a component stands: its place in the file, and whether it must have a name (as a document of its own). */
export interface ComponentPlace {
  readonly path: readonly string[]
  readonly isNameRequired: boolean
}

/** Azure judges the name only where the component is registered; used from its file it is anonymous. */
function named({ isNameRequired }: ComponentPlace): {
  readonly name: Reader<string>
  readonly isNameRequired: boolean
} {
  return { name: isNameRequired ? readComponentName : readAssetName, isNameRequired }
}

/** A component that is written where it is used. */
export async function readInlineComponent(
  value: Value,
  scope: ReadingScope,
  path: readonly string[],
): Promise<Component | undefined> {
  if (!isMap(value.node)) return wrongType(value, 'a file, a reference or a mapping')
  const kind = documentKind(value, 'component')
  return kind && readComponentOfKind(value, scope, { kind, path, isNameRequired: false })
}

/** A component of a kind that `documentKind` has told; undefined (and reported before) if that is no component. */
export async function readComponentOfKind(
  value: Value,
  scope: ReadingScope,
  { kind, ...place }: ComponentPlace & { readonly kind: DocumentKind },
): Promise<Component | undefined> {
  if (!isComponentKind(kind)) return undefined
  const mapping = readMapping(value, keysByKind[kind])
  if (mapping === undefined) return undefined
  if (kind === 'pipeline-component') requireKey(mapping, 'jobs', 'Add the steps: jobs: {STEP: {...}}')
  optional(mapping, 'identity', readIdentity)
  optional(mapping, 'services', readServices)
  return bodyReaders[kind](mapping, scope, {
    common: {
      located: locatedAt(scope.document, place.path),
      ...readAssetIdentity(mapping, { ...named(place) }),
      inputs: readInputDeclarations(mapping),
      outputs: readOutputDeclarations(mapping),
    },
    path: place.path,
  })
}

const keysByKind = {
  'command-component': commandComponentKeys,
  'pipeline-component': pipelineComponentKeys,
  'parallel-component': parallelComponentKeys,
  'spark-component': sparkComponentKeys,
  'data-transfer-component': dataTransferComponentKeys,
} as const

function isComponentKind(kind: DocumentKind): kind is Component['kind'] {
  return Object.hasOwn(keysByKind, kind)
}

interface Declared {
  readonly common: ComponentCommon
  readonly path: readonly string[]
}

type BodyReader = (mapping: Mapping, scope: ReadingScope, declared: Declared) => Promise<Component | undefined>

const bodyReaders: Readonly<Record<Component['kind'], BodyReader>> = {
  'command-component': async (mapping, scope, { common }) => ({
    kind: 'command-component',
    ...common,
    ...(await readCommandBody(mapping, scope)),
  }),
  'pipeline-component': async (mapping, scope, { common, path }) => ({
    kind: 'pipeline-component',
    ...common,
    settings: readComponentSettings(mapping),
    steps: await readSteps(mapping, scope, path),
    isDeterministic: optional(mapping, 'is_deterministic', readBoolean) ?? true,
  }),
  'parallel-component': async (mapping, scope, { common }) => {
    const body = await readParallelBody(mapping, scope)
    return body && { kind: 'parallel-component', ...common, ...body }
  },
  'spark-component': async (mapping, scope, { common }) => {
    const body = await readSparkBody(mapping, scope)
    return body && { kind: 'spark-component', ...common, ...body }
  },
  'data-transfer-component': async (mapping, _scope, { common }) => {
    const transfer = readDataTransfer(mapping)
    if (transfer !== undefined) checkTransferPorts(mapping, transfer, common)
    const isDeterministic = optional(mapping, 'is_deterministic', readBoolean) ?? true
    return transfer && { kind: 'data-transfer-component', ...common, transfer, isDeterministic }
  },
}
