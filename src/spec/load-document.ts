import type { Diagnostic, SourcePosition } from '../base/errors.ts'
import { messageOf } from '../base/errors.ts'
import { readComponentOfKind, readInlineComponent } from './component.ts'
import { readBatchDeployment, readBatchEndpoint } from './batch.ts'
import { readDataDocument, readEnvironmentDocument, readModelDocument } from './data-and-model.ts'
import { readDataTests } from './data-tests.ts'
import { readDatastore } from './datastore.ts'
import { invalidDocument } from './diagnostics.ts'
import type { DocumentFamily, DocumentKind } from './document-kind.ts'
import { documentKind } from './document-kind.ts'
import type { EnvironmentSpec } from './document-parts.ts'
import type { Component, Document } from './documents.ts'
import { readCommandJob, readDataTransferJob, readPipelineJob, readSparkJob } from './job.ts'
import { readMonitor } from './monitors/read-monitor.ts'
import { readOnlineDeployment, readOnlineEndpoint } from './online.ts'
import type { Overrides } from './overrides.ts'
import { applyOverrides } from './overrides.ts'
import { readSchedule, readTrigger } from './schedules/read-schedule.ts'
import { readSweepJob } from './sweep.ts'
import type { InlineModel, ReadingScope, ReferredDocuments } from './scope.ts'
import { quoted } from './yaml/source-text.ts'
import type { Value } from './yaml/values.ts'
import { reportAt, rootValue } from './yaml/values.ts'
import type { Severity, YamlDocument } from './yaml/yaml-document.ts'
import { openYaml, withRoot } from './yaml/yaml-document.ts'

/** Reads the text of a file by its absolute path; throws where there is none (`code: 'ENOENT'` is told apart). */
type ReadText = (path: string) => Promise<string> | string

export interface LoadOptions {
  /** The absolute path of the document. */
  readonly file: string
  readonly readText: ReadText
  /** What the command expects, e.g. a job; without it the file tells. */
  readonly family?: DocumentFamily
  /** Values set from outside, by dotted path. */
  readonly overrides?: Overrides
}

export interface LoadedDocument {
  /** Absent if there is any diagnostic. */
  readonly document?: Document
  /** Every mistake of the file and of the files it loads, in the order of files and lines. */
  readonly diagnostics: readonly Diagnostic[]
  /** What was left aside, e.g. a key that looks like a slip where Azure accepts any. */
  readonly warnings: readonly Diagnostic[]
  /** Absolute paths of the files that were read, the document's own first. */
  readonly filesRead: readonly string[]
}

/** Components in components in components: more than this is a mistake, not a design. */
const maxChain = 100
/** More files than this are links that lead in circles. */
const maxFiles = 5000
/** Mistakes are collected up to here; nobody reads more. */
const maxDiagnostics = 1000

/**
 * Reads a document and, from the files it refers to, its components, environments, conda files and models. Throws
 * nothing of its own: mistakes come back as diagnostics.
 */
export async function loadDocument(options: LoadOptions): Promise<LoadedDocument> {
  const loader = new DocumentLoader(options.readText)
  const document = await loader.root(options)
  const diagnostics = inOrder(loader.diagnostics, loader.filesRead)
  const isValid = document !== undefined && diagnostics.length === 0
  const warnings = inOrder(loader.warnings, loader.filesRead)
  return { ...(isValid && { document }), diagnostics, warnings, filesRead: loader.filesRead }
}

/** As `loadDocument`, but mistakes are thrown as one `invalid-document`; `folder` shortens the paths it shows. */
export async function loadValidDocument(
  options: LoadOptions & { readonly folder?: string },
): Promise<LoadedDocument & { readonly document: Document }> {
  const loaded = await loadDocument(options)
  if (loaded.document === undefined) throw invalidDocument(options.file, loaded.diagnostics, options)
  return { ...loaded, document: loaded.document }
}

type DocumentReader = (value: Value, scope: ReadingScope) => Promise<Document | undefined> | Document | undefined

const asDocument = { path: [], isNameRequired: true }
const asComponent =
  (kind: DocumentKind): DocumentReader =>
  (value, scope) =>
    readComponentOfKind(value, scope, { kind, ...asDocument })
const readers: Readonly<Record<DocumentKind, DocumentReader>> = {
  'command-job': readCommandJob,
  'pipeline-job': readPipelineJob,
  'sweep-job': readSweepJob,
  'spark-job': readSparkJob,
  'data-transfer-job': readDataTransferJob,
  'command-component': asComponent('command-component'),
  'pipeline-component': asComponent('pipeline-component'),
  'parallel-component': asComponent('parallel-component'),
  'spark-component': asComponent('spark-component'),
  'data-transfer-component': asComponent('data-transfer-component'),
  environment: (value, scope) => readEnvironmentDocument(value, scope, asDocument),
  data: readDataDocument,
  'data-tests': readDataTests,
  model: (value, scope) => readModelDocument(value, scope, asDocument),
  datastore: readDatastore,
  'online-endpoint': readOnlineEndpoint,
  'online-deployment': readOnlineDeployment,
  schedule: readSchedule,
  monitor: readMonitor,
  trigger: readTrigger,
  'batch-endpoint': readBatchEndpoint,
  'batch-deployment': readBatchDeployment,
}

/** One load: what was read and what was found wrong. Files are read one after the other, each once. */
class DocumentLoader implements ReferredDocuments {
  readonly diagnostics: Diagnostic[] = []
  readonly warnings: Diagnostic[] = []
  readonly filesRead: string[] = []
  readonly #readText: ReadText
  readonly #collected = new Set<string>()
  readonly #limitsHit = new Set<string>()
  readonly #opened = new Map<string, YamlDocument>()
  readonly #loaded = new Map<string, Promise<unknown>>()

  constructor(readText: ReadText) {
    this.#readText = readText
  }

  async root({ file, family, overrides = {} }: LoadOptions): Promise<Document | undefined> {
    const fail = (message: string): void => this.#collect('error', { message })
    const written = await this.#open(file, fail)
    const document = written && withOverrides(written, overrides, (found) => this.#collect('error', found))
    const value = document && rootValue(document, 'the document')
    const kind = value && documentKind(value, family)
    if (document === undefined || kind === undefined) return undefined
    return readers[kind](titled(value!, kind), { document, referred: this, chain: [file] })
  }

  inlineComponent(value: Value, scope: ReadingScope, path: readonly string[]): Promise<Component | undefined> {
    return readInlineComponent(value, scope, path)
  }

  async component(path: string, from: Value, scope: ReadingScope): Promise<Component | undefined> {
    const at = scope.chain.indexOf(path)
    if (at !== -1) {
      const circle = [...scope.chain.slice(at), path].map((one) => one.split('/').at(-1)).join(' -> ')
      return reportAt(
        from,
        `a component contains itself: ${circle}`,
        'Break the circle: one of them must not use the other.',
      )
    }
    if (scope.chain.length >= maxChain) {
      return this.#first('depth') ? reportAt(from, `components are nested more than ${maxChain} deep`) : undefined
    }
    const inner = await this.#referred(path, from, scope)
    return (
      inner &&
      this.#once(`component ${path}`, async () => {
        const kind = documentKind(inner.value, 'component')
        if (kind === undefined) return undefined
        const value = titled(inner.value, kind)
        return readComponentOfKind(value, inner.scope, { kind, path: [], isNameRequired: false })
      })
    )
  }

  async environment(path: string, from: Value, scope: ReadingScope): Promise<EnvironmentSpec | undefined> {
    const inner = await this.#referred(path, from, scope)
    return (
      inner &&
      this.#once(`environment ${path}`, async () => {
        if (documentKind(inner.value, 'environment') === undefined) return undefined
        const value = titled(inner.value, 'environment')
        return (await readEnvironmentDocument(value, inner.scope, { isNameRequired: false }))?.environment
      })
    )
  }

  async model(path: string, from: Value, scope: ReadingScope): Promise<InlineModel | undefined> {
    const inner = await this.#referred(path, from, scope)
    if (inner === undefined || documentKind(inner.value, 'model') === undefined) return undefined
    const model = readModelDocument(titled(inner.value, 'model'), inner.scope, { isNameRequired: false })
    return model && { source: model.source, type: model.type }
  }

  async plain(path: string, from: Value): Promise<Value | undefined> {
    const document = await this.#openFrom(path, from)
    return document && rootValue(document, 'the file')
  }

  async #referred(
    path: string,
    from: Value,
    scope: ReadingScope,
  ): Promise<{ readonly value: Value; readonly scope: ReadingScope } | undefined> {
    const document = await this.#openFrom(path, from)
    const value = document && rootValue(document, 'the file')
    return value && { value, scope: { ...scope, document, chain: [...scope.chain, path] } }
  }

  async #openFrom(path: string, from: Value): Promise<YamlDocument | undefined> {
    return this.#open(path, (problem) => {
      reportAt(from, `${from.title}: ${problem}`, `The path is relative to the file it stands in; it means ${path}`)
    })
  }

  async #open(path: string, fail: (problem: string) => void): Promise<YamlDocument | undefined> {
    const known = this.#opened.get(path)
    if (known !== undefined) return known
    if (this.filesRead.length >= maxFiles) {
      if (this.#first('files')) fail(`the document refers to more than ${maxFiles} files`)
      return undefined
    }
    let text: string
    try {
      text = await this.#readText(path)
    } catch (error) {
      fail(readProblem(path, error))
      return undefined
    }
    this.filesRead.push(path)
    const document = openYaml(path, text, (severity, diagnostic) => this.#collect(severity, diagnostic))
    this.#opened.set(path, document)
    return document
  }

  #once<Result>(key: string, load: () => Promise<Result>): Promise<Result> {
    const known = this.#loaded.get(key) as Promise<Result> | undefined
    const loading = known ?? load()
    this.#loaded.set(key, loading)
    return loading
  }

  /** Whether a limit is hit for the first time: the thousandth time tells nothing new. */
  #first(limit: string): boolean {
    const isFirst = !this.#limitsHit.has(limit)
    this.#limitsHit.add(limit)
    return isFirst
  }

  #collect(severity: Severity, diagnostic: Diagnostic): void {
    const { at, message } = diagnostic
    // What two steps refer to may be judged twice, but its mistake is one.
    const identity = `${at?.file}:${at?.line}:${at?.column}:${message}`
    const list = severity === 'error' ? this.diagnostics : this.warnings
    if (this.#collected.has(identity) || list.length >= maxDiagnostics) return
    this.#collected.add(identity)
    list.push(diagnostic)
  }
}

function withOverrides(
  document: YamlDocument,
  overrides: Overrides,
  report: (diagnostic: Diagnostic) => void,
): YamlDocument {
  const { root } = document
  if (root === undefined || root === null) return document
  return withRoot(document, applyOverrides(root, overrides, report))
}

/** What messages call the whole of a file. */
function titled(value: Value, kind: DocumentKind): Value {
  const noun = kind === 'data' ? 'data asset' : kind.replaceAll('-', ' ')
  return { ...value, title: `the ${noun}` }
}

function readProblem(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no file ${quoted(path)}`
  if (code === 'EISDIR') return `${quoted(path)} is a folder, not a file`
  if (code === 'EACCES') return `the file ${quoted(path)} cannot be read: permission denied`
  return `the file ${quoted(path)} cannot be read: ${messageOf(error)}`
}

function inOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): readonly Diagnostic[] {
  const rank = new Map(files.map((file, index) => [file, index]))
  const place = (at: SourcePosition | undefined): readonly [number, number, number] =>
    at === undefined ? [-1, 0, 0] : [rank.get(at.file) ?? files.length, at.line, at.column]
  return diagnostics
    .map((diagnostic) => ({ diagnostic, place: place(diagnostic.at) }))
    .sort((one, other) => {
      const index = one.place.findIndex((value, at) => value !== other.place[at])
      return index === -1 ? 0 : one.place[index]! - other.place[index]!
    })
    .map(({ diagnostic }) => diagnostic)
}
