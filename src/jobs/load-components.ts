import type { AssetCatalogue } from '../assets/asset-catalogue.ts'
import { unpackComponent } from '../assets/stored-document.ts'
import { SluiceError } from '../base/errors.ts'
import { isBuiltIn } from '../plan/built-in-components.ts'
import type { Reference } from '../spec/document-parts.ts'
import type { Component } from '../spec/documents.ts'
import { referenceText } from '../spec/scope.ts'

/** Registered components that a document and the components in it refer to, loaded before it is planned. */
export interface LoadedComponents {
  resolve(reference: Reference): Component | undefined
  /** Why a reference was not found, as a hint; undefined without a better one than the planner's own. */
  hint(reference: Reference): string | undefined
}

/** Loads every registered component below `document`, each once, through all levels. */
export async function loadComponents(
  assets: Pick<AssetCatalogue, 'get'>,
  document: unknown,
): Promise<LoadedComponents> {
  const found = new Map<string, Component>()
  const hints = new Map<string, string>()
  const queue = referencesIn(document)
  for (let reference = queue.pop(); reference !== undefined; reference = queue.pop()) {
    const text = referenceText(reference)
    if (found.has(text) || hints.has(text)) continue
    try {
      const component = await loadComponent(assets, reference)
      found.set(text, component)
      queue.push(...referencesIn(component))
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'not-found')) throw error
      hints.set(text, `${error.message} ${error.hint ?? ''}`.trim())
    }
  }
  return {
    resolve: (reference) => found.get(referenceText(reference)),
    hint: (reference) => hints.get(referenceText(reference)),
  }
}

type NamedReference = Extract<Reference, { kind: 'asset' | 'registry' }>

async function loadComponent(assets: Pick<AssetCatalogue, 'get'>, reference: NamedReference): Promise<Component> {
  const { name, version, label = 'default' } = reference
  const found = await assets.get({ kind: 'component', name }, version === undefined ? { label } : { version })
  const { description, tags, properties } = found
  const identity = { name, version: found.version, tags, properties, ...(description !== undefined && { description }) }
  return unpackComponent(found.definition, identity, `azureml:${name}:${found.version}`)
}

/** Steps refer to components under `component`, sweeps under `trial`; the walk needs to know no kind of step. */
function referencesIn(value: unknown, key = ''): NamedReference[] {
  if (typeof value !== 'object' || value === null || key === 'located') return []
  if (Array.isArray(value)) return value.flatMap((item) => referencesIn(item))
  if (key === 'component' || key === 'trial') {
    const { kind } = value as { kind?: unknown }
    if (kind === 'asset' || kind === 'registry') return isBuiltIn(value as Reference) ? [] : [value as NamedReference]
  }
  return Object.entries(value).flatMap(([name, member]) => referencesIn(member, name))
}
