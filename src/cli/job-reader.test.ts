import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import { JobReader } from './job-reader.ts'
import type { RestClient } from './link/rest-client.ts'
import type { Job, JobStatus } from './rest-types.ts'

const jobOf = (name: string, status: JobStatus, more: Partial<Job> = {}): Job => ({
  name,
  type: 'command',
  status,
  display_name: name,
  experiment_name: 'x',
  root: 'root',
  parent: 'root',
  created_at: '2026-01-01T00:00:00Z',
  inputs: {},
  outputs: {},
  attempts: 0,
  ...more,
})
const rootJob = (status: JobStatus): Job => jobOf('root', status, { type: 'pipeline' })

type Answer = { readonly items: readonly Job[]; readonly latest_seq?: number }

/** A reader of a job whose answers are given in turn; what it asked for. */
function lab(answers: readonly (Answer | Error)[], root: () => Job = () => rootJob('Running')) {
  const asked: string[] = []
  const left = [...answers]
  const client = {
    get: async (path: string) => {
      if (path === '/api/v1/jobs/root') return root()
      asked.push(path.replace('/api/v1/jobs/root/', ''))
      // Long enough that the next reading of everything is not due while the test runs.
      if (!path.includes('changed_after')) await new Promise((resolve) => setTimeout(resolve, 50))
      const answer = left.shift()!
      if (answer instanceof Error) throw answer
      return answer
    },
  } as unknown as RestClient
  const reader = new JobReader('root')
  return { asked, read: () => reader.read(client) }
}
const stood = (steps: readonly Job[]) => steps.map(({ name, status }) => `${name} ${status}`)

test('after the first reading only what changed is asked for, and put where it stood', async () => {
  const { asked, read } = lab([
    { items: [jobOf('a', 'Running'), jobOf('b', 'NotStarted'), jobOf('c', 'NotStarted')], latest_seq: 7 },
    { items: [jobOf('b', 'Running'), jobOf('a', 'Completed')], latest_seq: 9 },
    { items: [], latest_seq: 9 },
  ])
  assert.deepEqual(stood((await read()).changed), ['a Running', 'b NotStarted', 'c NotStarted'])
  const second = await read()
  assert.deepEqual(stood(second.steps), ['a Completed', 'b Running', 'c NotStarted'])
  assert.deepEqual(stood(second.changed), ['b Running', 'a Completed'])
  const third = await read()
  assert.deepEqual(third.changed, [])
  assert.equal(third.steps, second.steps)
  assert.deepEqual(asked, ['children', 'children?changed_after=7', 'children?changed_after=9'])
})

test('rounds that began since stand below their loop, in the order of the tree', async () => {
  const loop = jobOf('loop', 'Running', { type: 'parallel_for' })
  const { read } = lab([
    { items: [loop, jobOf('round_0', 'Running', { parent: 'loop' }), jobOf('last', 'NotStarted')], latest_seq: 1 },
    { items: [jobOf('round_1', 'NotStarted', { parent: 'loop' })], latest_seq: 2 },
    { items: [jobOf('round_1', 'Running', { parent: 'loop' })], latest_seq: 3 },
  ])
  await read()
  const names = ['loop Running', 'round_0 Running', 'round_1 NotStarted', 'last NotStarted']
  assert.deepEqual(stood((await read()).steps), names)
  assert.equal(stood((await read()).steps)[2], 'round_1 Running')
})

test('a reading that fails changes nothing of what is known; the next one asks for the same', async () => {
  const { asked, read } = lab([
    { items: [jobOf('a', 'Running')], latest_seq: 4 },
    new SluiceError('server-unreachable', 'away'),
    { items: [jobOf('a', 'Completed')], latest_seq: 5 },
  ])
  await read()
  await assert.rejects(read(), { code: 'server-unreachable' })
  assert.deepEqual(stood((await read()).steps), ['a Completed'])
  assert.deepEqual(asked.slice(1), ['children?changed_after=4', 'children?changed_after=4'])
})

test('a server that does not say what changed is asked for everything each time', async () => {
  const { asked, read } = lab([{ items: [jobOf('a', 'Running')] }, { items: [jobOf('a', 'Completed')] }])
  await read()
  assert.deepEqual(stood((await read()).steps), ['a Completed'])
  assert.deepEqual(asked, ['children', 'children'])
})
