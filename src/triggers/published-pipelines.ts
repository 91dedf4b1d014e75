/**
 * The story of a published pipeline.
 *
 * Publishing keeps a job file whole: its text and what it loads, its code, its environments. From then on a version of a
 * name is an address with a key, and every submission becomes an ordinary job. Its parameters are the inputs of the job.
 *
 * - A version never changes. The newest enabled one answers where no version is named.
 * - A name has two keys, as endpoints have; either starts any of its versions and reads the jobs it started, no more.
 * - A request may carry an idempotency key. Its record is stored in the unit that stores the job, so whatever dies in
 *   between, a repeated request either finds the job or starts it: one job for one key. The same key with another
 *   request is refused.
 */
import type { EndpointKeys, KeyPair } from '../access/endpoint-keys.ts'
import { type Principal, principalText } from '../access/principal.ts'
import type { Clock } from '../base/clock.ts'
import { assert, SluiceError } from '../base/errors.ts'
import type { Sha256 } from '../base/hash.ts'
import type { JobName } from '../base/ids.ts'
import { canonicalJson, type JsonValue } from '../base/json.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import type { Job } from '../jobs/job-service.ts'
import type { CapturedTemplate, CaptureWish, JobTemplate, TemplateSubmission } from '../jobs/job-template.ts'
import { checkParameters, invalidParameters } from './pipeline-parameters.ts'
import {
  allVersions,
  deleteVersions,
  findByIdempotencyKey,
  findStartedJob,
  insertStartedJob,
  insertVersion,
  type PublishedPipeline,
  type PublishedStatus,
  templateOf,
  updateStatus,
  versionsOf,
} from './published-pipeline-store.ts'

/** What publishing asks of the engine. */
export interface TemplateJobs {
  capture(wish: CaptureWish): Promise<CapturedTemplate>
  captureJob(name: string, changes: Readonly<Record<string, string>>): Promise<CapturedTemplate>
  submitTemplate(template: JobTemplate, submission: TemplateSubmission): Promise<Job>
  get(name: string): Promise<Job>
}

interface PublishedPipelineParts {
  readonly database: Database
  readonly jobs: TemplateJobs
  readonly keys: EndpointKeys
  readonly clock: Clock
  readonly sha256: Sha256
}

export interface Publication {
  /** The absolute path of a job file, or an earlier job: its files as they were, with what it was given. */
  readonly of: { readonly file: string } | { readonly job: string }
  readonly name: string
  /** Default: the number of versions there were, plus one. */
  readonly version?: string
  readonly description?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly by: Principal
}

/** A request to start a job. */
export interface PipelineRequest {
  readonly name: string
  /** Default: the newest enabled one. */
  readonly version?: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly experimentName?: string
  readonly displayName?: string
  readonly tags: Readonly<Record<string, string>>
  readonly idempotencyKey?: string
  /** What a schedule or trigger says of the job, and stores with it. */
  readonly firing?: Pick<TemplateSubmission, 'properties' | 'submittedBy' | 'also'>
}

/** What a name may have done to it, all versions or one. */
export interface PipelineSelection {
  readonly name: string
  readonly version?: string
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/
const maxIdempotencyKeyLength = 255

/** Published pipelines of one store. Unknown names and versions throw `not-found`. */
export class PublishedPipelines {
  readonly #parts: PublishedPipelineParts

  constructor(parts: PublishedPipelineParts) {
    this.#parts = parts
  }

  /** Checks and keeps a job file as a version of a name. Throws `invalid-document` with all mistakes. */
  async publish(publication: Publication): Promise<PublishedPipeline> {
    const { database, jobs, keys, clock } = this.#parts
    const { name, version: wanted, by, of } = publication
    checkName('name', name)
    if (wanted !== undefined) {
      checkName('version', wanted)
      refuseTaken(await versionsOf(database.read, name), wanted)
    }
    const { template, parameters, loaded, ...captured } = await ('file' in of
      ? jobs.capture(of)
      : jobs.captureJob(of.job, {}))
    const description = publication.description ?? captured.description
    return database.write(async (tables) => {
      const earlier = await versionsOf(tables, name)
      const number = (earlier[0]?.number ?? 0) + 1
      const version = wanted ?? freeVersion(earlier, number)
      const atMs = clock.now()
      const pipeline: PublishedPipeline = {
        name,
        version,
        number,
        status: 'enabled',
        displayName: loaded.displayName,
        ...(description !== undefined && { description }),
        parameters,
        tags: publication.tags ?? {},
        createdBy: principalText(by),
        createdMs: atMs,
        updatedMs: atMs,
      }
      if (!(await insertVersion(tables, pipeline, template))) refuseTaken([pipeline], version)
      await keys.create(tables, keyOwner(name))
      await this.#tell(tables, { kind: 'published', pipeline: { name, version }, by })
      return pipeline
    })
  }

  /** Names with all their versions, newest first; archived ones only when asked for. */
  async list(options: { readonly withArchived: boolean }): Promise<readonly PublishedPipeline[]> {
    const all = await allVersions(this.#parts.database.read)
    return options.withArchived ? all : all.filter(({ status }) => status !== 'archived')
  }

  /** One version; without one the version that answers, else the newest. */
  async get({ name, version }: PipelineSelection): Promise<PublishedPipeline> {
    const versions = await this.versions(name)
    if (version === undefined) return answering(versions) ?? versions[0]!
    return existing(versions, { name, version })
  }

  /** Every version of a name, newest first. */
  async versions(name: string): Promise<readonly PublishedPipeline[]> {
    const versions = await versionsOf(this.#parts.database.read, name)
    if (versions.length > 0) return versions
    throw new SluiceError('not-found', `There is no published pipeline "${name}".`, {
      hint: 'List them with: sluice pipeline list',
    })
  }

  /** Enables, disables or archives one version, or all of a name. */
  async setStatus(selection: PipelineSelection, status: PublishedStatus, by: Principal): Promise<PublishedPipeline> {
    const { database, clock } = this.#parts
    const versions = await this.#selected(selection)
    await database.write(async (tables) => {
      await updateStatus(tables, { name: selection.name, versions }, { status, atMs: clock.now() })
      await this.#tell(tables, { kind: status, pipeline: selection, by })
    })
    return this.get(selection)
  }

  /** Removes one version, or a name with its keys. Jobs that were started stay. */
  async delete(selection: PipelineSelection, by: Principal): Promise<void> {
    const { database, keys } = this.#parts
    const versions = await this.#selected(selection)
    await database.write(async (tables) => {
      await deleteVersions(tables, selection.name, versions)
      if ((await versionsOf(tables, selection.name)).length === 0) await keys.remove(tables, keyOwner(selection.name))
      await this.#tell(tables, { kind: 'deleted', pipeline: selection, by })
    })
  }

  /** Both keys of a name in the clear. */
  async credentials(name: string): Promise<KeyPair> {
    await this.versions(name)
    return this.#parts.keys.read(keyOwner(name))
  }

  /** A new primary key. The old one stays valid as the secondary, unless all that were given out are to be refused. */
  async rotateKey(name: string, options: { readonly revokeOld: boolean; readonly by: Principal }): Promise<KeyPair> {
    await this.versions(name)
    const { keys } = this.#parts
    const endpoint = keyOwner(name)
    const pair = await keys.rotate({ endpoint, by: options.by })
    return options.revokeOld ? keys.regenerate({ endpoint, slot: 'secondary', by: options.by }) : pair
  }

  /** Throws `unauthenticated` unless `key` is one of the name's; says the same whether or not the name exists. */
  async authorise(name: string, key: string | undefined): Promise<void> {
    if (key !== undefined && (await this.#parts.keys.isValid(keyOwner(name), key))) return
    throw new SluiceError(
      'unauthenticated',
      key === undefined ? 'The request has no key.' : `The key is not one of the published pipeline "${name}".`,
      { hint: 'Send it as "Authorization: Bearer KEY"; print it with: sluice pipeline credentials NAME' },
    )
  }

  /** Starts a job, or finds the one that a request with the same idempotency key started. */
  async submit(request: PipelineRequest): Promise<{ readonly job: Job; readonly pipeline: PublishedPipeline }> {
    const { database, jobs } = this.#parts
    const requestDigest = this.#digestOf(request)
    const before = await this.#startedBefore(database.read, request, requestDigest)
    if (before !== undefined) return before
    const pipeline = await this.#enabled(request)
    const values = checkParameters(pipeline.parameters, request.inputs)
    const template = await templateOf(database.read, pipeline.name, pipeline.version)
    assert(template !== undefined, 'a version has its template')
    try {
      const job = await jobs.submitTemplate(template, {
        values,
        ...(request.experimentName !== undefined && { experimentName: request.experimentName }),
        displayName: request.displayName ?? pipeline.displayName,
        tags: request.tags,
        properties: {
          ...request.firing?.properties,
          'sluice.published_pipeline': `${pipeline.name}:${pipeline.version}`,
        },
        submittedBy: request.firing?.submittedBy ?? `published-pipeline:${pipeline.name}`,
        also: async (tables, job) => {
          await this.#remember(tables, { job, pipeline, request, requestDigest })
          await request.firing?.also(tables, job)
        },
      })
      return { job, pipeline }
    } catch (error) {
      // Another request with the same key was faster, between the look above and the transaction.
      if (error instanceof StartedMeanwhile) {
        const found = await this.#startedBefore(database.read, request, requestDigest)
        if (found !== undefined) return found
      }
      // What does not fit a step of this pipeline is what the caller sent, not what its author wrote.
      if (error instanceof SluiceError && error.code === 'invalid-document')
        throw invalidParameters(
          error.diagnostics?.map(({ message, hint }) => ({ message, ...(hint && { hint }) })) ?? [],
        )
      throw error
    }
  }

  /** A job that was started through this name; any other job is unknown here. */
  async startedJob(name: string, jobName: string): Promise<Job> {
    const { database, jobs } = this.#parts
    if ((await findStartedJob(database.read, name, jobName)) !== undefined) return jobs.get(jobName)
    throw new SluiceError('not-found', `The published pipeline "${name}" has started no job "${jobName}".`)
  }

  async #selected({ name, version }: PipelineSelection): Promise<readonly string[]> {
    const versions = await this.versions(name)
    if (version === undefined) return versions.map((one) => one.version)
    return [existing(versions, { name, version }).version]
  }

  async #enabled({ name, version }: PipelineSelection): Promise<PublishedPipeline> {
    const versions = await this.versions(name)
    const found = version === undefined ? answering(versions) : existing(versions, { name, version })
    if (found?.status === 'enabled') return found
    const which = found === undefined ? `Every version of "${name}"` : `Version ${found.version} of "${name}"`
    throw new SluiceError('conflict', `${which} is ${found?.status ?? 'disabled or archived'} and starts no jobs.`, {
      hint: `Enable it with: sluice pipeline enable ${name}${version === undefined ? '' : ` --version ${version}`}`,
    })
  }

  #digestOf({ version, inputs, experimentName, displayName, tags }: PipelineRequest): string {
    const asked = { version, inputs: inputs as JsonValue, experimentName, displayName, tags }
    return this.#parts.sha256(canonicalJson(asked as JsonValue))
  }

  async #startedBefore(
    tables: Tables,
    { name, idempotencyKey }: PipelineRequest,
    requestDigest: string,
  ): Promise<{ readonly job: Job; readonly pipeline: PublishedPipeline } | undefined> {
    if (idempotencyKey === undefined) return undefined
    if (idempotencyKey === '' || idempotencyKey.length > maxIdempotencyKeyLength)
      throw new SluiceError('invalid-request', `An idempotency key has 1 to ${maxIdempotencyKeyLength} characters.`)
    const started = await findByIdempotencyKey(tables, name, idempotencyKey)
    if (started === undefined) return undefined
    if (started.requestDigest !== requestDigest)
      throw new SluiceError(
        'conflict',
        `The idempotency key ${JSON.stringify(idempotencyKey)} was used for another request, which started ${started.job}.`,
        { hint: 'Use a new key for a new request.' },
      )
    return {
      job: await this.#parts.jobs.get(started.job),
      pipeline: await this.get({ name, version: started.version }),
    }
  }

  async #remember(tables: Tables, { job, pipeline, request, requestDigest }: Remembered): Promise<void> {
    const { idempotencyKey } = request
    if (idempotencyKey !== undefined) {
      const found = await findByIdempotencyKey(tables, pipeline.name, idempotencyKey)
      if (found !== undefined) throw new StartedMeanwhile()
    }
    await insertStartedJob(tables, {
      job,
      pipeline: pipeline.name,
      version: pipeline.version,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      requestDigest,
      createdMs: this.#parts.clock.now(),
    })
  }

  async #tell(
    tables: Tables,
    { kind, pipeline, by }: { readonly kind: string; readonly pipeline: PipelineSelection; readonly by: Principal },
  ): Promise<void> {
    await appendEvent(tables, {
      kind: `pipeline.${kind}`,
      subject: pipeline.name,
      body: { name: pipeline.name, version: pipeline.version, by: principalText(by) },
      atMs: this.#parts.clock.now(),
    })
  }
}

interface Remembered {
  readonly job: JobName
  readonly pipeline: PublishedPipeline
  readonly request: PipelineRequest
  readonly requestDigest: string
}

/** Undoes the unit of a job whose idempotency key was taken a moment ago. */
class StartedMeanwhile extends Error {}

/** Names of endpoints hold no slash, so the keys of the two never meet. */
function keyOwner(name: string): string {
  return `published-pipelines/${name}`
}

function checkName(noun: 'name' | 'version', text: string): void {
  if (namePattern.test(text)) return
  throw new SluiceError('invalid-request', `The ${noun} ${JSON.stringify(text)} cannot be used.`, {
    hint: `A ${noun} has letters, digits, ".", "_" and "-", and begins with a letter or digit.`,
  })
}

function answering(versions: readonly PublishedPipeline[]): PublishedPipeline | undefined {
  return versions.find(({ status }) => status === 'enabled')
}

function existing(
  versions: readonly PublishedPipeline[],
  { name, version }: { readonly name: string; readonly version: string },
): PublishedPipeline {
  const found = versions.find((one) => one.version === version)
  if (found !== undefined) return found
  throw new SluiceError('not-found', `The published pipeline "${name}" has no version "${version}".`, {
    hint: `Its versions are ${versions.map((one) => one.version).join(', ')}.`,
  })
}

function refuseTaken(versions: readonly Pick<PublishedPipeline, 'name' | 'version'>[], version: string): void {
  const taken = versions.find((one) => one.version === version)
  if (taken === undefined) return
  throw new SluiceError(
    'already-exists',
    `The published pipeline "${taken.name}" has a version "${version}" already.`,
    {
      hint: 'A version never changes: publish under another one, or leave --version out.',
    },
  )
}

/** The number as text, or the next that nobody chose by hand. */
function freeVersion(versions: readonly PublishedPipeline[], number: number): string {
  const taken = new Set(versions.map(({ version }) => version))
  let next = number
  while (taken.has(String(next))) next++
  return String(next)
}
