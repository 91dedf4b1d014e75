import { isScalar } from 'yaml'
import type { Reference } from './document-parts.ts'
import type { Component } from './documents.ts'
import type { ReadingScope } from './scope.ts'
import { readReference } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { given } from './yaml/mapping.ts'
import { quoted } from './yaml/source-text.ts'
import { readText, reportAt } from './yaml/values.ts'

/** Where a component is referred to: the place of the mapping in its file, and the key, if it is not `component`. */
export interface ComponentUse {
  readonly path: readonly string[]
  readonly key?: 'component' | 'trial'
}

/** `component:` of a step or job, or the `trial:` of a sweep: a file (which is read), the component itself, or a reference. */
export async function readComponent(
  mapping: Mapping,
  scope: ReadingScope,
  { path, key = 'component' }: ComponentUse,
): Promise<Component | Reference | undefined> {
  const value = given(mapping, key)
  if (value === undefined) return undefined
  if (!isScalar(value.node)) {
    return scope.referred.inlineComponent({ ...value, title: `the ${key}` }, scope, [...path, key])
  }
  const text = readText(value)
  const reference = text === undefined ? undefined : readReference(value, text)
  if (reference?.kind === 'local') return scope.referred.component(reference.path, value, scope)
  if (reference?.kind === 'uri') {
    return reportAt(value, `"${key}" cannot be ${quoted(text ?? '')}`, 'Write a path or azureml:NAME:VERSION.')
  }
  return reference
}
