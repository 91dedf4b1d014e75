import { SluiceError, assertNever } from '../base/errors.ts'
import type { EnvironmentSpec, Located, Reference } from './document-parts.ts'
import type { Component } from './documents.ts'
import { parseReference } from './reference.ts'
import type { Value } from './yaml/values.ts'
import { reportAt } from './yaml/values.ts'
import type { YamlDocument } from './yaml/yaml-document.ts'

/** Where reading stands: the file, and how to read the files that it refers to. */
export interface ReadingScope {
  readonly document: YamlDocument
  readonly referred: ReferredDocuments
  /** The files that led here, outermost first, this one last: one that comes up again contains itself. */
  readonly chain: readonly string[]
}

/** Reads what a document refers to, each file once; a file that cannot be read is reported where it is referred to. */
export interface ReferredDocuments {
  /** A component that is written where it is used, at `path` of the file. Here because steps and components nest. */
  inlineComponent(value: Value, scope: ReadingScope, path: readonly string[]): Promise<Component | undefined>
  component(path: string, from: Value, scope: ReadingScope): Promise<Component | undefined>
  environment(path: string, from: Value, scope: ReadingScope): Promise<EnvironmentSpec | undefined>
  model(path: string, from: Value, scope: ReadingScope): Promise<InlineModel | undefined>
  /** The root value of a file that is no document of ours, e.g. a conda file. */
  plain(path: string, from: Value): Promise<Value | undefined>
}

/** A model that is given where it is used. */
export interface InlineModel {
  readonly source: Reference
  readonly type: 'custom_model' | 'mlflow_model' | 'triton_model'
}

/** Positions of a document, or of the part of it that lies at `path`. */
export function locatedAt(document: YamlDocument, path: readonly string[] = []): Located {
  return {
    file: document.file,
    at: (inner) => document.at([...path, ...inner]),
    frame: (position) => document.frame(position),
  }
}

/** Reads text as a reference from the file it stands in; reports what is none. */
export function readReference(value: Value, text: string): Reference | undefined {
  try {
    return parseReference(text, value.document.file)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return reportAt(value, `${value.title}: ${error.message}`, error.hint)
  }
}

/** A reference as text again, e.g. for messages and for fields that hold text: a path, a URI or `azureml:...`. */
export function referenceText(reference: Reference): string {
  switch (reference.kind) {
    case 'local':
      return reference.path
    case 'uri':
      return reference.uri
    case 'asset':
      return `azureml:${reference.name}${selector(reference, ':', '@')}`
    case 'registry': {
      const start = `azureml://registries/${reference.registry}/${reference.assetType}/${reference.name}`
      return `${start}${selector(reference, '/versions/', '/labels/')}`
    }
    default:
      return assertNever(reference)
  }
}

function selector(
  { version, label }: { readonly version?: string; readonly label?: string },
  beforeVersion: string,
  beforeLabel: string,
): string {
  if (version !== undefined) return `${beforeVersion}${version}`
  return label === undefined || label === 'default' ? '' : `${beforeLabel}${label}`
}
