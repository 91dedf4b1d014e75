import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import { systemClock } from '../../test/system-clock.ts'
import { endpointKeys } from '../access/endpoint-keys.ts'
import { localPrincipal } from '../access/principal.ts'
import { secretBox } from '../access/secret-box.ts'
import { SluiceError } from '../base/errors.ts'
import type { Digest, ExperimentId, JobName } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import { readEvents } from '../events/event-log.ts'
import type { Job } from '../jobs/job-service.ts'
import type { JobParameter, TemplateSubmission } from '../jobs/job-template.ts'
import { type Publication, PublishedPipelines, type TemplateJobs } from './published-pipelines.ts'

const sha256 = (text: string): Digest => createHash('sha256').update(text).digest('hex') as Digest
const alpha: JobParameter = { name: 'alpha', type: 'number', default: '0.4', isRequired: false }

interface Lab {
  readonly pipelines: PublishedPipelines
  /** What reached the engine. */
  readonly submissions: TemplateSubmission[]
  /** Called before a submission is stored. */
  beforeStoring: () => Promise<void>
}

/** Real keys and tables; an engine that stores what it is asked to store beside a job, and nothing else. */
function openLab(database: Database): Lab {
  const submissions: TemplateSubmission[] = []
  const jobs = new Map<string, Job>()
  const engine: TemplateJobs = {
    capture: ({ file }) =>
      file.includes('wrong')
        ? Promise.reject(new SluiceError('invalid-document', 'two mistakes'))
        : Promise.resolve({
            template: {
              file,
              texts: { [file]: 'type: pipeline' },
              components: {},
              code: {},
              environments: {},
              sources: {},
            },
            parameters: [alpha],
            loaded: { displayName: 'training' } as Awaited<ReturnType<TemplateJobs['capture']>>['loaded'],
            description: 'from the file',
          }),
    captureJob: (name) => engine.capture({ file: `/of/${name}.yml` }),
    submitTemplate: async (_template, submission) => {
      await lab.beforeStoring()
      const name = `job_${jobs.size + 1}` as JobName
      await database.write((tables) => submission.also(tables, name))
      submissions.push(submission)
      jobs.set(name, jobOf(name))
      return jobOf(name)
    },
    get: async (name) => jobs.get(name)!,
  }
  const context = { database, clock: systemClock, random: randomBytes }
  const keys = endpointKeys({ box: secretBox({ id: 'k1', bytes: Buffer.alloc(32, 7) }, randomBytes), ...context })
  const lab: Lab = {
    pipelines: new PublishedPipelines({ ...context, jobs: engine, keys, sha256 }),
    submissions,
    beforeStoring: () => Promise.resolve(),
  }
  return lab
}

function jobOf(name: JobName): Job {
  return {
    name,
    type: 'pipeline',
    status: 'Running',
    displayName: 'training',
    experimentId: '1' as ExperimentId,
    experimentName: 'training',
    root: name,
    createdMs: 0,
    inputs: {},
    outputs: {},
    attempts: 0,
    tags: {},
    properties: {},
  }
}

function pipelineTest(title: string, body: (lab: Lab, database: Database, t: TestContext) => Promise<void>): void {
  databaseTest(`published pipelines: ${title}`, (database, t) => body(openLab(database), database, t))
}

const publish = (lab: Lab, more: Partial<Publication> = {}) =>
  lab.pipelines.publish({ of: { file: '/p/pipeline.yml' }, name: 'train', by: localPrincipal, ...more })
const ask = { name: 'train', inputs: {}, tags: {} }

pipelineTest('versions are numbered, the newest enabled one answers', async (lab) => {
  assert.equal((await publish(lab)).version, '1')
  assert.equal((await publish(lab, { version: '3' })).version, '3')
  assert.equal((await publish(lab)).version, '4', 'three is taken')
  assert.equal((await lab.pipelines.submit(ask)).pipeline.version, '4')
  await lab.pipelines.setStatus({ name: 'train', version: '4' }, 'disabled', localPrincipal)
  assert.equal((await lab.pipelines.submit(ask)).pipeline.version, '3')
  assert.equal((await lab.pipelines.submit({ ...ask, version: '1' })).pipeline.version, '1')
  assert.deepEqual(
    (await lab.pipelines.versions('train')).map(({ version, status }) => `${version} ${status}`),
    ['4 disabled', '3 enabled', '1 enabled'],
  )
})

pipelineTest('a version never changes, and what cannot be run is not published', async (lab) => {
  await publish(lab, { version: '1' })
  await assert.rejects(publish(lab, { version: '1' }), { code: 'already-exists' })
  await assert.rejects(publish(lab, { of: { file: '/p/wrong.yml' } }), { code: 'invalid-document' })
  await assert.rejects(publish(lab, { of: { job: 'wrong' } }), { code: 'invalid-document' })
  await assert.rejects(lab.pipelines.publish({ of: { file: '/p' }, name: '../x', by: localPrincipal }), {
    code: 'invalid-request',
  })
  assert.equal((await lab.pipelines.versions('train')).length, 1)
})

pipelineTest('a disabled or archived one starts nothing and says how to enable it', async (lab) => {
  await publish(lab)
  for (const status of ['disabled', 'archived'] as const) {
    await lab.pipelines.setStatus({ name: 'train' }, status, localPrincipal)
    await assert.rejects(lab.pipelines.submit(ask), {
      code: 'conflict',
      hint: 'Enable it with: sluice pipeline enable train',
    })
  }
  assert.deepEqual(await lab.pipelines.list({ withArchived: false }), [])
  assert.equal((await lab.pipelines.list({ withArchived: true })).length, 1)
  await lab.pipelines.setStatus({ name: 'train' }, 'enabled', localPrincipal)
  await lab.pipelines.submit(ask)
  assert.equal(lab.submissions.length, 1)
})

pipelineTest('an idempotency key starts one job, and refuses another request', async (lab) => {
  await publish(lab)
  const request = { ...ask, inputs: { alpha: 0.5 }, idempotencyKey: 'build-17' }
  const first = await lab.pipelines.submit(request)
  await publish(lab)
  const again = await lab.pipelines.submit(request)
  assert.deepEqual([again.job.name, again.pipeline.version], [first.job.name, '1'])
  await assert.rejects(lab.pipelines.submit({ ...request, inputs: { alpha: 0.6 } }), {
    code: 'conflict',
    message: /was used for another request, which started job_1/,
  })
  await assert.rejects(lab.pipelines.submit({ ...request, idempotencyKey: '' }), { code: 'invalid-request' })
  assert.equal(lab.submissions.length, 1)
  assert.deepEqual(lab.submissions[0]!.values, { alpha: '0.5' })
})

pipelineTest('two requests with one key at the same time start one job', async (lab) => {
  await publish(lab)
  const request = { ...ask, idempotencyKey: 'build-17' }
  let second: ReturnType<PublishedPipelines['submit']> | undefined
  lab.beforeStoring = async () => {
    lab.beforeStoring = () => Promise.resolve()
    second = lab.pipelines.submit(request)
    await second
  }
  const first = await lab.pipelines.submit(request)
  assert.equal(first.job.name, (await second!).job.name)
  assert.equal(lab.submissions.length, 1)
})

pipelineTest('its keys start it and nothing else; a rotated key stays valid unless revoked', async (lab) => {
  await publish(lab)
  await lab.pipelines.publish({ of: { file: '/p/other.yml' }, name: 'other', by: localPrincipal })
  const { primary, secondary } = await lab.pipelines.credentials('train')
  await lab.pipelines.authorise('train', primary)
  await lab.pipelines.authorise('train', secondary)
  for (const [name, key] of [
    ['other', primary],
    ['none', primary],
    ['train', `${primary}x`],
    ['train', undefined],
  ] as const)
    await assert.rejects(lab.pipelines.authorise(name, key), { code: 'unauthenticated' })
  const rotated = await lab.pipelines.rotateKey('train', { revokeOld: false, by: localPrincipal })
  assert.equal(rotated.secondary, primary)
  await lab.pipelines.authorise('train', primary)
  await lab.pipelines.rotateKey('train', { revokeOld: true, by: localPrincipal })
  await assert.rejects(lab.pipelines.authorise('train', primary), { code: 'unauthenticated' })
  await assert.rejects(lab.pipelines.authorise('train', rotated.primary), { code: 'unauthenticated' })
})

pipelineTest('only jobs that it started are seen through it', async (lab) => {
  await publish(lab)
  await lab.pipelines.publish({ of: { file: '/p/other.yml' }, name: 'other', by: localPrincipal })
  const { job } = await lab.pipelines.submit(ask)
  assert.equal((await lab.pipelines.startedJob('train', job.name)).name, job.name)
  await assert.rejects(lab.pipelines.startedJob('other', job.name), { code: 'not-found' })
  await assert.rejects(lab.pipelines.startedJob('train', 'job_9'), { code: 'not-found' })
})

pipelineTest('deleting the last version removes the keys; everything that changed is told', async (lab, database) => {
  await publish(lab)
  await publish(lab)
  const { primary } = await lab.pipelines.credentials('train')
  await lab.pipelines.delete({ name: 'train', version: '1' }, localPrincipal)
  await lab.pipelines.authorise('train', primary)
  await assert.rejects(lab.pipelines.get({ name: 'train', version: '1' }), {
    code: 'not-found',
    hint: /versions are 2/,
  })
  await lab.pipelines.delete({ name: 'train' }, localPrincipal)
  await assert.rejects(lab.pipelines.authorise('train', primary), { code: 'unauthenticated' })
  await assert.rejects(lab.pipelines.get({ name: 'train' }), { code: 'not-found' })
  const events = await readEvents(database.read, { after: 0, limit: 100, subject: 'train' })
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['pipeline.published', 'pipeline.published', 'pipeline.deleted', 'pipeline.deleted'],
  )
})

pipelineTest('what does not fit a step is the mistake of the caller', async (lab) => {
  await publish(lab)
  lab.beforeStoring = () =>
    Promise.reject(
      new SluiceError('invalid-document', 'p', {
        diagnostics: [{ message: 'Input "alpha" of step "train" must be at most 1, but is "2".' }],
      }),
    )
  await assert.rejects(lab.pipelines.submit({ ...ask, inputs: { alpha: 2 } }), {
    code: 'invalid-request',
    message: 'Input "alpha" of step "train" must be at most 1, but is "2".',
  })
})
