import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { Clock } from '../base/clock.ts'
import { localPrincipal } from '../access/principal.ts'
import { secretBox } from '../access/secret-box.ts'
import { SluiceError } from '../base/errors.ts'
import type { ExperimentId, JobName } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Database } from '../database/database.ts'
import { appendEvent, readEvents } from '../events/event-log.ts'
import type { Job, JobStatus } from '../jobs/job-service.ts'
import type { JobParameter, TemplateSubmission } from '../jobs/job-template.ts'
import type { ScheduleDocument, TriggerDocument } from '../spec/schedules/schedule-documents.ts'
import { loadValidDocument } from '../spec/load-document.ts'
import type { BreachActions } from '../monitoring/breach-actions.ts'
import { breachTriggers } from './breach-triggers.ts'
import { JobTriggers } from './job-triggers.ts'
import type { TriggerFamily } from './job-trigger.ts'
import { TriggerRunner } from './trigger-runner.ts'

/** A submission as the engine got it, with the job that it became. */
interface Submitted extends TemplateSubmission {
  readonly job: JobName
}

/**
 * Real tables, runner and service; an engine that stores what it is asked to store beside a job, and nothing else. The
 * clock stands until it is moved; nothing happens between two calls of `settle`.
 */
export interface TriggerLab {
  readonly triggers: JobTriggers
  readonly runner: TriggerRunner
  readonly breach: BreachActions
  readonly submitted: Submitted[]
  /** What lies at watched paths. */
  readonly digests: Map<string, string>
  /** Called before a submission is stored; what it throws is what the engine throws. */
  beforeStoring: () => Promise<void>
  /** Which job made a version of data. */
  readonly makers: Map<string, string>
  nowMs: number
  readonly moveTo: (text: string) => Promise<void>
  readonly create: (yaml: string) => Promise<void>
  readonly read: (yaml: string) => Promise<ScheduleDocument | TriggerDocument>
  readonly setStatus: (job: string, status: JobStatus) => void
  readonly happens: (kind: string, subject: string, body: JsonObject) => Promise<void>
  /** `status reason: job or detail` of every firing, the oldest first. */
  readonly firings: (family: TriggerFamily, name: string) => Promise<readonly string[]>
  readonly eventKinds: () => Promise<readonly string[]>
  /** Another server of the same store, as after a restart. */
  readonly restart: () => void
}

const parameters: readonly JobParameter[] = [
  { name: 'alpha', type: 'number', default: '0.4', isRequired: false },
  { name: 'label', type: 'string', default: 'none', isRequired: false },
]

export function openTriggerLab(database: Database, t: Pick<TestContext, 'after'>): TriggerLab {
  const jobs = new Map<string, Job>()
  const submitted: Submitted[] = []
  const digests = new Map<string, string>()
  const makers = new Map<string, string>()
  const clock: Clock = { now: () => lab.nowMs, after: () => () => undefined }
  const engine = {
    capture: async ({ file }: { readonly file: string }) => {
      if (file.includes('missing')) throw new SluiceError('input-not-found', `There is no file ${file}.`)
      const template = { file, texts: {}, components: {}, code: {}, environments: {}, sources: {} }
      return { template, parameters, loaded: { displayName: 'train' } as never }
    },
    captureJob: async (name: string) => engine.capture({ file: `/of/${name}.yml` }),
    checkTemplate: async (_template: unknown, values: Readonly<Record<string, string>>) => {
      if (values['alpha'] !== undefined && Number.isNaN(Number(values['alpha'])))
        throw new SluiceError('invalid-document', `alpha is ${values['alpha']}`)
    },
    submitTemplate: async (_template: unknown, submission: TemplateSubmission) => {
      const name = `job_${submitted.length + 1}` as JobName
      await lab.beforeStoring()
      await database.write((tables) => submission.also(tables, name))
      const job = jobOf(name, submission)
      submitted.push({ ...submission, job: name })
      jobs.set(name, job)
      return job
    },
    get: async (name: string) => {
      const job = jobs.get(name)
      if (job === undefined) throw new SluiceError('not-found', `There is no job "${name}".`)
      return job
    },
  }
  const pipelines = {
    get: async ({ name }: { readonly name: string }) => {
      if (name !== 'training') throw new SluiceError('not-found', `There is no published pipeline "${name}".`)
      return { name, parameters } as never
    },
    submit: async ({
      firing,
      ...request
    }: {
      firing?: Pick<TemplateSubmission, 'properties' | 'submittedBy' | 'also'>
      inputs: Readonly<Record<string, unknown>>
      tags: Readonly<Record<string, string>>
    }) => ({
      job: await engine.submitTemplate(undefined, {
        ...firing!,
        values: request.inputs as Readonly<Record<string, string>>,
        displayName: 'training',
        tags: request.tags,
      }),
    }),
  }
  const make = (): Pick<TriggerLab, 'triggers' | 'runner' | 'breach'> => {
    const parts = {
      ...{ database, clock, random: randomBytes, jobs: engine, pipelines },
      digestOf: async (path: string) => digests.get(path),
    }
    const runner = new TriggerRunner({
      ...parts,
      jobOfData: async (name, version) => makers.get(`${name}:${version}`),
      firesByItself: true,
      reach: () => undefined,
      warn: (message) => {
        throw new Error(message)
      },
    })
    // What woke it last may still be looked at when the test has seen enough.
    t.after(() => runner.close())
    const box = secretBox({ id: 'k1', bytes: Buffer.alloc(32, 7) }, randomBytes)
    const triggers = new JobTriggers({ ...parts, box, runner })
    return { runner, triggers, breach: breachTriggers({ ...parts, runner, triggers }) }
  }
  let served = make()
  const read: TriggerLab['read'] = async (yaml) => {
    const { document } = await loadValidDocument({ file: '/p/trigger.yml', readText: () => yaml })
    if (document.kind !== 'schedule' && document.kind !== 'trigger') throw new Error(document.kind)
    return document
  }
  const lab: TriggerLab = {
    get triggers() {
      return served.triggers
    },
    get runner() {
      return served.runner
    },
    get breach() {
      return served.breach
    },
    ...{ submitted, digests, makers, read },
    beforeStoring: () => Promise.resolve(),
    nowMs: Date.parse('2026-05-01T09:00:00Z'),
    moveTo: async (text) => {
      lab.nowMs = Date.parse(`2026-05-01T${text}Z`)
      await served.runner.settle()
    },
    create: async (yaml) => {
      await served.triggers.create(await read(yaml), { by: localPrincipal })
      await served.runner.settle()
    },
    setStatus: (name, status) => void jobs.set(name, { ...jobs.get(name)!, status }),
    happens: async (kind, subject, body) => {
      await database.write((tables) => appendEvent(tables, { kind, subject, body, atMs: lab.nowMs }))
      await served.runner.settle()
    },
    firings: async (family, name) => {
      const found = await served.triggers.history({ family, name }, 1000)
      return found.map(({ status, reason, job, detail }) => `${status} ${reason}: ${job ?? detail ?? ''}`).reverse()
    },
    eventKinds: async () => (await readEvents(database.read, { after: 0, limit: 1000 })).map(({ kind }) => kind),
    restart: () => void (served = make()),
  }
  return lab
}

function jobOf(name: JobName, submission: TemplateSubmission): Job {
  return {
    name,
    type: 'pipeline',
    status: 'Running',
    displayName: submission.displayName,
    experimentId: '1' as ExperimentId,
    experimentName: submission.experimentName ?? 'p',
    root: name,
    createdMs: 0,
    inputs: {},
    outputs: {},
    attempts: 0,
    tags: submission.tags,
    properties: submission.properties,
  }
}
