/**
 * The story of a batch endpoint.
 *
 * A deployment is a template of jobs: creating one stores its code, its model's files and its environment, so that nothing
 * of its author's folder is needed later. An invocation fills in what is to be scored and submits an ordinary pipeline
 * job; its step `batchscoring` is a parallel step (jobs/, python/src/sluiceworks/parallel/), whose output `score` becomes
 * a version of a data asset. Nothing runs between invocations.
 *
 * Crash: a deployment is stored by one transaction, after the content it refers to (contents that nothing refers to are
 * swept by `sluice gc`). An invocation stores the job and its row in one transaction.
 */
import { statSync, existsSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { AssetCatalogue } from '../../assets/asset-catalogue.ts'
import type { Clock } from '../../base/clock.ts'
import { ignoreMissing, SluiceError } from '../../base/errors.ts'
import type { JsonValue } from '../../base/json.ts'
import type { Database } from '../../database/database.ts'
import { appendEvent } from '../../events/event-log.ts'
import type { Job } from '../../jobs/job-service.ts'
import {
  dataPlaceholder,
  type CapturedTemplate,
  type CaptureWish,
  type JobTemplate,
  type TemplateSubmission,
} from '../../jobs/job-template.ts'
import type { BatchDeploymentDocument, BatchEndpointDocument } from '../../spec/asset-documents.ts'
import { parseReference } from '../../spec/reference.ts'
import { batchJobDocument, takesNames, templateValues } from './batch-job-document.ts'
import { modelSpec, type BatchModelPlace } from './batch-model.ts'
import type { BatchInput, BatchRun, BatchSpec } from './batch-spec.ts'
import {
  findEndpoint,
  findTemplate,
  insertJob,
  listDeployments,
  listEndpoints,
  listJobs,
  putDeployment,
  putEndpoint,
  removeDeployment,
  removeEndpoint,
  type BatchDeployment,
  type BatchEndpoint,
} from './batch-store.ts'

/** What batch endpoints ask of the engine. */
interface TemplateJobs {
  capture(wish: CaptureWish): Promise<CapturedTemplate>
  captureJob(name: string, changes: Readonly<Record<string, string>>): Promise<CapturedTemplate>
  submitTemplate(template: JobTemplate, submission: TemplateSubmission): Promise<Job>
  get(name: string): Promise<Job>
}

export interface BatchPlace extends BatchModelPlace {
  readonly database: Database
  readonly clock: Clock
  readonly jobs: TemplateJobs
  readonly assets: Pick<AssetCatalogue, 'get'>
}

/** What an invocation asks for. */
export interface BatchInvocation {
  readonly endpoint: string
  /** Default: the endpoint's default, else its only one. */
  readonly deployment?: string
  /** An absolute path of this machine, or a reference. */
  readonly input?: string
  /** Default: what the input is. */
  readonly inputType?: BatchInput['type']
  readonly inputs?: Readonly<Record<string, JsonValue>>
  readonly settings?: Readonly<Record<string, string>>
  readonly outputPath?: string
  readonly by: string
}

/** A job with the deployment that started it. */
export interface BatchJob {
  readonly job: Job
  readonly deployment: string
  readonly revision: number
}

/** Batch endpoints of one store. Names that do not exist throw `not-found`. */
export class BatchEndpoints {
  readonly #place: BatchPlace

  constructor(place: BatchPlace) {
    this.#place = place
  }

  /** Makes an endpoint, or changes it to what the document says; what it does not say stays. */
  async applyEndpoint(document: Omit<BatchEndpointDocument, 'located' | 'kind'>): Promise<BatchEndpoint> {
    const { database, clock } = this.#place
    const { name, description, defaultDeployment, tags, properties } = document
    await database.write(async (tables) => {
      const before = await findEndpoint(tables, name)
      const atMs = clock.now()
      if (defaultDeployment !== undefined) await requireDeployment(tables, name, defaultDeployment)
      await putEndpoint(tables, {
        createdMs: atMs,
        ...before,
        name,
        ...(description !== undefined && { description }),
        ...(defaultDeployment !== undefined && { defaultDeployment }),
        tags: { ...before?.tags, ...tags },
        properties: { ...before?.properties, ...properties },
        updatedMs: atMs,
      })
      const kind = before === undefined ? 'batch-endpoint.created' : 'batch-endpoint.changed'
      await appendEvent(tables, { kind, subject: name, atMs, body: {} })
    })
    return this.endpoint(name)
  }

  endpoints(): Promise<readonly BatchEndpoint[]> {
    return listEndpoints(this.#place.database.read)
  }

  async endpoint(name: string): Promise<BatchEndpoint> {
    const found = await findEndpoint(this.#place.database.read, name)
    if (found === undefined) throw noEndpoint(name)
    return found
  }

  async deleteEndpoint(name: string): Promise<void> {
    const { database, clock } = this.#place
    await this.endpoint(name)
    await database.write(async (tables) => {
      await removeEndpoint(tables, name)
      await appendEvent(tables, { kind: 'batch-endpoint.deleted', subject: name, atMs: clock.now(), body: {} })
    })
  }

  /**
   * Makes a deployment, or replaces it (its endpoint is made where it is missing, and the first deployment is its
   * default). Throws `invalid-document` and `input-not-found` for what its jobs could not run with.
   */
  async deploy(document: BatchDeploymentDocument, endpointName: string | undefined): Promise<BatchDeployment> {
    const endpoint = endpointName ?? document.endpointName
    if (endpoint === undefined) {
      throw new SluiceError('invalid-request', `Nothing says which endpoint the deployment ${document.name} is for.`, {
        hint: 'Add endpoint_name to the file, or --endpoint NAME.',
      })
    }
    const { database, clock } = this.#place
    const { name, description, tags, properties, work } = document
    const { spec, template } = await this.#keep(work, {
      ...{ endpoint, deployment: name, folder: dirname(document.located.file) },
    })
    await database.write(async (tables) => {
      const atMs = clock.now()
      const said = { ...(description !== undefined && { description }), tags, properties }
      const before = await findEndpoint(tables, endpoint)
      const made = { name: endpoint, tags: {}, properties: {}, createdMs: atMs }
      if (before?.defaultDeployment === undefined)
        await putEndpoint(tables, { ...made, ...before, defaultDeployment: name, updatedMs: atMs })
      const times = { createdMs: atMs, updatedMs: atMs }
      const revision = await putDeployment(tables, { endpoint, name, ...said, spec, ...times }, template)
      const body = { deployment: name, revision }
      await appendEvent(tables, { kind: 'batch-deployment.ready', subject: endpoint, atMs, body })
    })
    return this.deployment(endpoint, name)
  }

  async deployments(endpoint: string): Promise<readonly BatchDeployment[]> {
    await this.endpoint(endpoint)
    return listDeployments(this.#place.database.read, endpoint)
  }

  async deployment(endpoint: string, name: string): Promise<BatchDeployment> {
    const found = (await this.deployments(endpoint)).find((deployment) => deployment.name === name)
    if (found === undefined) throw noDeployment(endpoint, name)
    return found
  }

  /** Throws `conflict` for the default of an endpoint that has others: invocations would go nowhere. */
  async deleteDeployment(endpoint: string, name: string): Promise<void> {
    const { database, clock } = this.#place
    await database.write(async (tables) => {
      const found = await findEndpoint(tables, endpoint)
      if (found === undefined) throw noEndpoint(endpoint)
      const others = (await listDeployments(tables, endpoint)).filter((deployment) => deployment.name !== name)
      if (found.defaultDeployment === name && others.length > 0) {
        throw new SluiceError('conflict', `"${name}" is the default deployment of "${endpoint}".`, {
          hint: `Make another the default first: sluice batch-endpoint update ${endpoint} --default ${others[0]!.name}`,
        })
      }
      if (!(await removeDeployment(tables, { endpoint, name }))) throw noDeployment(endpoint, name)
      const atMs = clock.now()
      const { defaultDeployment: _, ...rest } = found
      if (found.defaultDeployment === name) await putEndpoint(tables, { ...rest, updatedMs: atMs })
      const body = { deployment: name }
      await appendEvent(tables, { kind: 'batch-deployment.deleted', subject: endpoint, atMs, body })
    })
  }

  /** Submits a job that scores the input; resolves when it is durable. */
  async invoke(invocation: BatchInvocation): Promise<BatchJob> {
    const { database, clock, jobs } = this.#place
    const deployment = await this.#chosen(invocation)
    const { endpoint, name, spec, revision } = deployment
    const template = await findTemplate(database.read, { endpoint, name })
    if (template === undefined) throw noDeployment(endpoint, name)
    const { inputs = {}, settings = {}, outputPath } = invocation
    const input =
      invocation.input === undefined ? undefined : await this.#inputOf(invocation.input, invocation.inputType)
    const run: BatchRun = {
      ...{ endpoint, deployment: name, inputs, settings },
      ...(input !== undefined && { input }),
      ...(outputPath !== undefined && { outputPath }),
    }
    const isCaptured = spec.type === 'pipeline' && spec.captured !== undefined
    if (isCaptured && input !== undefined) throw takesNames(name)
    const texts = isCaptured
      ? template.texts
      : { ...template.texts, [template.file]: JSON.stringify(batchJobDocument(spec, run), undefined, 2) }
    const model = spec.type === 'model' ? spec.model : undefined
    const job = await jobs.submitTemplate(
      { ...template, texts },
      {
        values: isCaptured ? templateValues(inputs, settings) : {},
        experimentName: endpoint,
        displayName: endpoint,
        tags: {},
        properties: {
          'sluice.batch_endpoint': endpoint,
          'sluice.batch_deployment': `${name}:${revision}`,
          ...(model !== undefined && { 'sluice.model': model }),
        },
        submittedBy: invocation.by,
        also: (tables, created) => insertJob(tables, created, { deployment, atMs: clock.now() }),
      },
    )
    return { job, deployment: name, revision }
  }

  /** Jobs of an endpoint, the newest first. */
  async jobs(selection: {
    readonly endpoint: string
    readonly deployment?: string
    readonly limit: number
  }): Promise<readonly BatchJob[]> {
    await this.endpoint(selection.endpoint)
    const rows = await listJobs(this.#place.database.read, selection)
    const found = await Promise.all(
      rows.map(async ({ job, ...from }) => {
        // A job may be deleted; that it was started stays noted.
        const there = await this.#place.jobs.get(job).catch(ignoreMissing)
        return there === undefined ? [] : [{ job: there, ...from }]
      }),
    )
    return found.flat()
  }

  async #chosen({ endpoint: name, deployment: wanted }: BatchInvocation): Promise<BatchDeployment> {
    const endpoint = await this.endpoint(name)
    const chosen = wanted ?? endpoint.defaultDeployment
    if (chosen !== undefined) return this.deployment(name, chosen)
    throw new SluiceError('not-found', `The batch endpoint "${name}" has no deployment yet.`, {
      hint: `Make one with: sluice batch-deployment create --file deployment.yml --endpoint ${name}`,
    })
  }

  /** What is stored of a deployment: what it is made of, and the template of its jobs. */
  async #keep(
    work: BatchDeploymentDocument['work'],
    place: TemplatePlace,
  ): Promise<{ readonly spec: BatchSpec; readonly template: JobTemplate }> {
    if (work.type === 'model') {
      const spec = await modelSpec(this.#place, work)
      return { spec, template: await this.#capture(spec, place) }
    }
    const { job, component, settings } = work
    const said = { type: 'pipeline', ...(settings !== undefined && { settings }) } as const
    if (job === undefined || 'written' in job) {
      const spec = { ...said, ...(component !== undefined && { component }), ...(job && { job: job.written }) }
      return { spec, template: await this.#capture(spec, place) }
    }
    const { jobs } = this.#place
    const changes = Object.fromEntries(
      Object.entries(settings ?? {}).map(([name, value]) => [`settings.${name}`, String(value)]),
    )
    const { loaded, template } =
      'file' in job ? await jobs.capture({ file: job.file, changes }) : await jobs.captureJob(job.name, changes)
    if (loaded.type !== 'pipeline') throw noPipeline(place.deployment, loaded.type)
    return { spec: { type: 'pipeline', captured: true }, template }
  }

  async #capture(spec: BatchSpec, { endpoint, deployment, folder }: TemplatePlace): Promise<JobTemplate> {
    const trial: BatchRun = { endpoint, deployment, inputs: {}, settings: {} }
    const input = { type: 'uri_folder', path: dataPlaceholder } as const
    const document = batchJobDocument(spec, spec.type === 'model' ? { ...trial, input } : trial)
    // Beside the deployment's own file: what it says of files is relative to that.
    const file = join(folder, `${deployment}.batch-job.yml`)
    const text = JSON.stringify(document, undefined, 2)
    const component = spec.type === 'pipeline' && typeof spec.component === 'string' ? spec.component : undefined
    const reference = component === undefined ? undefined : parseReference(component, file)
    if (reference?.kind === 'asset') {
      // A registered component has all it needs, and its inputs are known only when they are given.
      const choice =
        reference.version === undefined ? { label: reference.label ?? 'default' } : { version: reference.version }
      await this.#place.assets.get({ kind: 'component', name: reference.name }, choice)
      return { file, texts: { [file]: text }, components: {}, sources: {}, code: {}, environments: {} }
    }
    return (await this.#place.jobs.capture({ file, text })).template
  }

  async #inputOf(path: string, said: BatchInput['type'] | undefined): Promise<BatchInput> {
    if (said !== undefined) return { type: said, path }
    if (isAbsolute(path)) return { type: typeOfLocal(path), path }
    const [, name, version, label] = /^azureml:([\w.-]+)(?::([\w.+-]+)|@([\w.-]+))?$/.exec(path) ?? []
    if (name !== undefined) {
      const choice = version === undefined ? { label: label ?? 'default' } : { version }
      const asset = await this.#place.assets.get({ kind: 'data', name }, choice)
      return { type: asset.type as BatchInput['type'], path }
    }
    return { type: /^https?:/i.test(path) ? 'uri_file' : 'uri_folder', path }
  }
}

/** Whose template it is, and the folder that its relative paths are relative to. */
interface TemplatePlace {
  readonly endpoint: string
  readonly deployment: string
  readonly folder: string
}

function noPipeline(deployment: string, type: string): SluiceError {
  return new SluiceError('invalid-document', `The job_definition of ${deployment} is a ${type} job.`, {
    hint: 'Name a pipeline job.',
  })
}

function typeOfLocal(path: string): BatchInput['type'] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) {
    throw new SluiceError('input-not-found', `There is nothing to score at ${path}.`, {
      hint: 'Relative paths are relative to the folder in which the command runs.',
    })
  }
  if (found.isFile()) return 'uri_file'
  return existsSync(join(path, 'MLTable')) ? 'mltable' : 'uri_folder'
}

async function requireDeployment(
  tables: BatchPlace['database']['read'],
  endpoint: string,
  name: string,
): Promise<void> {
  const known = await listDeployments(tables, endpoint)
  if (known.some((deployment) => deployment.name === name)) return
  throw noDeployment(endpoint, name)
}

function noEndpoint(name: string): SluiceError {
  return new SluiceError('not-found', `There is no batch endpoint "${name}".`, {
    hint: 'List them with: sluice batch-endpoint list',
  })
}

function noDeployment(endpoint: string, name: string): SluiceError {
  return new SluiceError('not-found', `The batch endpoint "${endpoint}" has no deployment "${name}".`, {
    hint: `List them with: sluice batch-deployment list --endpoint ${endpoint}`,
  })
}
