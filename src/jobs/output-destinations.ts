/**
 * Outputs that go somewhere beside the store: `outputs.o: {name, version}` makes an asset of one, `path:` puts one into
 * a datastore.
 *
 * What a job wants is written with the job. Its datastore paths are filled before the end of a step is told, so that a
 * step whose output cannot be delivered fails; a server killed in between adopts the attempt and does it again. Data
 * assets are registered in the very transaction in which the step ends (`settle`). What needs more than statements
 * (the files of a model; the delivery of a reused step) becomes `due` in that transaction and is done right after, or
 * when the next server starts. A reused step that would register what is registered already is given that version.
 */
import { dirname } from 'node:path'
import type { ContentStore } from '../artifacts/content-store.ts'
import type { NamedContent, NewAssetVersion } from '../assets/asset.ts'
import type { AssetCatalogue } from '../assets/asset-catalogue.ts'
import { messageOf, SluiceError } from '../base/errors.ts'
import { type JobName, runIdOf, type StepPath } from '../base/ids.ts'
import { defaultDatastore, type DatastoreCatalogue } from '../data/datastore-catalogue.ts'
import { type DatastorePlace, writeToDatastore } from '../data/datastore-content.ts'
import type { Datastore } from '../data/datastore.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import type { PlannedCommand, PlannedPipeline } from '../plan/planned-pipeline.ts'
import { entriesOf } from '../registry/create-model.ts'
import type { StoredModels } from '../registry/stored-models.ts'
import { parseDataUri } from '../spec/data-uri.ts'
import type { Clock } from '../base/clock.ts'
import { findRow, noteOnJob } from './job-store.ts'
import type { JobRow } from './job-row.ts'
import {
  dueDestinations,
  moveDestination,
  type OutputDestination,
  pendingDestinations,
} from './output-destination-store.ts'
import type { StepOutput, StepOutputs } from './pipeline-state.ts'

interface DestinationDeps {
  readonly database: Database
  readonly clock: Clock
  readonly content: ContentStore
  readonly assets: AssetCatalogue
  readonly models: StoredModels
  readonly datastores: DatastoreCatalogue
  /** A folder of this machine, for outputs that are to go to a local path. */
  readonly openFolder: (folder: string) => Promise<Datastore>
  readonly warn: (message: string) => void
}

type ContentOutput = Extract<StepOutput, { kind: 'content' }>

/** Where the outputs of a planned job are to go, by the names its steps got. */
export function destinationsOf(
  plan: Pick<PlannedPipeline, 'steps'>,
  names: ReadonlyMap<StepPath, JobName>,
  defaults: { readonly datastore?: string | undefined },
): readonly Omit<OutputDestination, 'status' | 'detail'>[] {
  return plan.steps.flatMap((step) => ('outputs' in step ? ofStep(step, names.get(step.path)!, defaults) : []))
}

function ofStep(
  step: Pick<PlannedCommand, 'outputs'>,
  job: JobName,
  { datastore }: { readonly datastore?: string | undefined },
): readonly Omit<OutputDestination, 'status' | 'detail'>[] {
  return Object.entries(step.outputs).flatMap(([output, { type, name, version, path }]) => {
    const fill = (text: string): string =>
      text
        .replace(/\$\{\{\s*name\s*\}\}/g, job)
        .replace(/\$\{\{\s*output_name\s*\}\}/g, output)
        .replace(/\$\{\{\s*default_datastore\s*\}\}/g, datastore ?? defaultDatastore)
    const common = { job, output, type }
    return [
      ...(name === undefined
        ? []
        : [
            {
              ...common,
              kind: type.endsWith('_model') ? ('model' as const) : ('data' as const),
              target: fill(name),
              ...(version !== undefined && { version: fill(version) }),
            },
          ]),
      ...(path === undefined || isOwnView(fill(path), job)
        ? []
        : [{ ...common, kind: 'datastore' as const, target: fill(path) }]),
    ]
  })
}

/** Azure's default path, `.../workspaceblobstore/paths/azureml/<job>/<output>/`, shows the output as it is. */
function isOwnView(path: string, job: JobName): boolean {
  const uri = parseDataUri(path)
  return uri?.kind === 'datastore' && uri.datastore === defaultDatastore && uri.path.startsWith(`azureml/${job}/`)
}

/** The job's outputs were made by another: by an earlier job, or by the best trial of a sweep. */
function isTakenOver({ reused_from: from, type }: JobRow): boolean {
  return from !== null || type === 'sweep'
}

/** Registers and delivers what jobs put out. */
export class OutputDestinations {
  readonly #deps: DestinationDeps
  /** What is done after a step's end, one after another. */
  #drain: Promise<void> = Promise.resolve()

  constructor(deps: DestinationDeps) {
    this.#deps = deps
  }

  /** Throws `input-not-found` for a path that is no place of a datastore there is. */
  async check(path: string): Promise<void> {
    await this.#place(
      path.replace(/\$\{\{\s*default_datastore\s*\}\}/g, defaultDatastore).replace(/\$\{\{.*?\}\}/g, 'x'),
    )
  }

  /** Writes the outputs of an attempt that has just ended to their datastores; doing it twice gives the same. */
  async deliver(job: JobName, outputs: StepOutputs): Promise<void> {
    for (const wanted of await pendingDestinations(this.#deps.database.read, [job])) {
      const output = outputs[wanted.output]
      if (wanted.kind === 'datastore' && output?.kind === 'content') await this.#write(wanted, output)
    }
  }

  /** Does what an earlier server left undone. */
  async recover(): Promise<void> {
    this.#do(await dueDestinations(this.#deps.database.read))
    await this.#drain
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#drain
  }

  /** Settles where the outputs of jobs go, in the transaction in which they complete. */
  async settle(tables: Tables, jobs: readonly JobName[]): Promise<void> {
    const due: OutputDestination[] = []
    for (const wanted of await pendingDestinations(tables, jobs)) {
      const row = await findRow(tables, wanted.job)
      const output = (JSON.parse(row.outputs ?? '{}') as StepOutputs)[wanted.output]
      if (output?.kind !== 'content') {
        await this.#fail(tables, wanted, `the step wrote nothing to it`)
      } else if (wanted.kind === 'data') {
        await this.#register(tables, wanted, { row, output })
      } else if (wanted.kind === 'datastore' && !isTakenOver(row)) {
        await moveDestination(tables, wanted, { status: 'done' })
      } else {
        await moveDestination(tables, wanted, { status: 'due' })
        due.push({ ...wanted, status: 'due' })
      }
    }
    // Units run in order: whatever this starts comes after the transaction it is called in.
    this.#do(due)
  }

  #do(due: readonly OutputDestination[]): void {
    for (const wanted of due) {
      this.#drain = this.#drain
        .then(() => this.#finish(wanted))
        .catch((error: unknown) => {
          // Still due: the next server tries again.
          this.#deps.warn(
            `output ${wanted.output} of ${wanted.job} did not get to ${wanted.target}: ${messageOf(error)}`,
          )
        })
    }
  }

  async #finish(wanted: OutputDestination): Promise<void> {
    const { database, content } = this.#deps
    // In the order of the units, so that the row is the one the settling transaction left, or none of it is there.
    const found = await database.write(async (tables) => {
      const isDue = (await dueDestinations(tables)).some(
        ({ job, output, kind }) => job === wanted.job && output === wanted.output && kind === wanted.kind,
      )
      return isDue ? await findRow(tables, wanted.job) : undefined
    })
    const output = found === undefined ? undefined : (JSON.parse(found.outputs ?? '{}') as StepOutputs)[wanted.output]
    if (found === undefined || output?.kind !== 'content') return
    try {
      if (wanted.kind === 'datastore') {
        await this.#write(wanted, output)
        await database.write((tables) => moveDestination(tables, wanted, { status: 'done' }))
      } else {
        const files = namedContent(output)
        const entries = await entriesOf(content, files)
        await database.write((tables) => this.#registerModel(tables, wanted, { row: found, files, entries }))
      }
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      await database.write((tables) => this.#fail(tables, wanted, error.message))
    }
  }

  async #register(
    tables: Tables,
    wanted: OutputDestination,
    { row, output }: { readonly row: JobRow; readonly output: ContentOutput },
  ): Promise<void> {
    const model = await this.#modelOf(tables, row)
    const asset: NewAssetVersion = {
      kind: 'data',
      name: wanted.target,
      type: dataTypeOf(wanted.type, output),
      definition: {},
      data: namedContent(output),
      source: `azureml://jobs/${wanted.job}/outputs/${wanted.output}`,
      properties: { job: wanted.job, output: wanted.output, ...model },
      tags: model,
      createdBy: `job:${wanted.job}`,
      ...(wanted.version !== undefined && { version: wanted.version }),
    }
    try {
      const same = isTakenOver(row) ? await this.#deps.assets.findSame(tables, asset) : undefined
      const { version } = same ?? (await this.#deps.assets.register(tables, asset)).version
      await moveDestination(tables, wanted, { status: 'done', detail: `azureml:${wanted.target}:${version}` })
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      await this.#fail(tables, wanted, error.message)
    }
  }

  /** The model that a batch job scored with, as its root says. */
  async #modelOf(tables: Tables, row: JobRow): Promise<Readonly<Record<string, string>>> {
    const { properties } = row.parent === null ? row : await findRow(tables, row.root)
    const model = (JSON.parse(properties) as Record<string, string>)['sluice.model']
    return model === undefined ? {} : { model }
  }

  async #registerModel(
    tables: Tables,
    wanted: OutputDestination,
    made: Pick<Parameters<StoredModels['register']>[1], 'files' | 'entries'> & { readonly row: JobRow },
  ): Promise<void> {
    const { models } = this.#deps
    const { row, files, entries } = made
    const same = isTakenOver(row) ? await models.findSame(tables, wanted.target, files) : undefined
    const version =
      same ??
      (
        await models.register(tables, {
          name: wanted.target,
          // The kind is `model` only for these types.
          type: wanted.type as 'custom_model',
          files,
          entries,
          source: `azureml://jobs/${wanted.job}/outputs/${wanted.output}`,
          runId: runIdOf(wanted.job),
          tags: {},
          by: { kind: 'job', name: wanted.job },
          ...(wanted.version !== undefined && { version: wanted.version }),
        })
      ).version
    await moveDestination(tables, wanted, { status: 'done', detail: `azureml:${wanted.target}:${version.version}` })
  }

  /** The step has completed all the same: what it made is there, under its own name, and says why it has no other. */
  async #fail(tables: Tables, wanted: OutputDestination, why: string): Promise<void> {
    const goal =
      wanted.kind === 'datastore' ? `was not written to ${wanted.target}` : `was not registered as ${wanted.target}`
    const detail = `output "${wanted.output}" ${goal}: ${why}`
    await moveDestination(tables, wanted, { status: 'failed', detail: why })
    await noteOnJob(tables, wanted.job, detail)
    await appendEvent(tables, {
      kind: 'output.failed',
      subject: wanted.job,
      atMs: this.#deps.clock.now(),
      body: { job: wanted.job, output: wanted.output, target: wanted.target, why },
    })
    this.#deps.warn(`job ${wanted.job}: ${detail}`)
  }

  async #write({ target }: OutputDestination, output: ContentOutput): Promise<void> {
    await writeToDatastore(this.#deps.content, await this.#place(target), namedContent(output))
  }

  async #place(target: string): Promise<DatastorePlace> {
    if (target.startsWith('/')) {
      const name = dirname(target)
      return { store: await this.#deps.openFolder(name), name, path: target.slice(name.length).replace(/^\/+/, '') }
    }
    const uri = parseDataUri(target)
    if (uri?.kind !== 'datastore') {
      throw new SluiceError('input-not-found', `An output cannot go to ${target}.`, {
        hint: 'Write path: azureml://datastores/DATASTORE/paths/FOLDER/${{name}}/, or leave it out.',
      })
    }
    // A slash at the end makes a folder of a file's path.
    const path = target.endsWith('/') ? `${uri.path}/` : uri.path
    return { store: await this.#deps.datastores.open(uri.datastore), name: uri.datastore, path }
  }
}

function namedContent({ content: kind, digest, sizeBytes, baseName }: ContentOutput): NamedContent {
  return { content: { kind, digest, sizeBytes, fileCount: kind === 'file' ? 1 : 0 }, baseName }
}

/** What was declared, unless a file was written where a folder was declared or the other way round. */
function dataTypeOf(type: string, { content }: ContentOutput): string {
  if (content === 'file') return 'uri_file'
  return type === 'mltable' ? 'mltable' : 'uri_folder'
}
