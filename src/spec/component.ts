import { isMap } from 'yaml'
import { readCommandBody } from './command-body.ts'
import type { CommandComponent, Component, PipelineComponent } from './documents.ts'
import { documentKind } from './document-kind.ts'
import { readInputDeclarations, readOutputDeclarations } from './inputs-and-outputs.ts'
import { readAssetIdentity, readAssetName, readComponentName, readSettings } from './job-fields.ts'
import { commandComponentKeys, pipelineComponentKeys } from './keys.ts'
import type { ReadingScope } from './scope.ts'
import { locatedAt } from './scope.ts'
import { readSteps } from './steps.ts'
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
  const place = { path, isNameRequired: false }
  if (kind === 'command-component') return readCommandComponent(value, scope, place)
  return kind === undefined ? undefined : readPipelineComponent(value, scope, place)
}

/** A command component: a command with declared inputs and outputs. */
export async function readCommandComponent(
  value: Value,
  scope: ReadingScope,
  place: ComponentPlace,
): Promise<CommandComponent | undefined> {
  const mapping = readMapping(value, commandComponentKeys)
  if (mapping === undefined) return undefined
  return {
    kind: 'command-component',
    located: locatedAt(scope.document, place.path),
    ...readAssetIdentity(mapping, { ...named(place) }),
    inputs: readInputDeclarations(mapping),
    outputs: readOutputDeclarations(mapping),
    ...(await readCommandBody(mapping, scope)),
  }
}

/** A pipeline component: steps with declared inputs and outputs. */
export async function readPipelineComponent(
  value: Value,
  scope: ReadingScope,
  place: ComponentPlace,
): Promise<PipelineComponent | undefined> {
  const mapping = readMapping(value, pipelineComponentKeys)
  if (mapping === undefined) return undefined
  requireKey(mapping, 'jobs', 'Add the steps: jobs: {STEP: {...}}')
  return {
    kind: 'pipeline-component',
    located: locatedAt(scope.document, place.path),
    ...readAssetIdentity(mapping, { ...named(place) }),
    inputs: readInputDeclarations(mapping),
    outputs: readOutputDeclarations(mapping),
    settings: readSettings(mapping),
    steps: await readSteps(mapping, scope, place.path),
    isDeterministic: optional(mapping, 'is_deterministic', readBoolean) ?? true,
  }
}
