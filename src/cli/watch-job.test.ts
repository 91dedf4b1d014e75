import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import type { RestClient, ServerEvent } from './link/rest-client.ts'
import type { Job, JobStatus } from './rest-types.ts'
import type { JobDisplay } from './terminal/live-display.ts'
import type { WatchOptions } from './watch-job.ts'
import { watchJob } from './watch-job.ts'

const jobOf = (status: JobStatus): Job => ({
  name: 'calm_otter',
  type: 'command',
  status,
  display_name: 'x',
  experiment_name: 'x',
  root: 'calm_otter',
  created_at: '2026-01-01T00:00:00Z',
  inputs: {},
  outputs: {},
  attempts: 0,
})
const away = () => new SluiceError('server-unreachable', 'away')
const statusEvent = (status: JobStatus): ServerEvent => ({
  event: 'job.status',
  id: '1',
  data: { body: { job: 'calm_otter', status } },
})

/** A client that answers as `read` says and whose event stream is what `events` gives. */
function lab({ read, events }: { read: () => Promise<Job>; events?: () => AsyncGenerator<ServerEvent> }) {
  const seen = { reads: 0, recovers: [] as boolean[], shown: [] as JobStatus[] }
  const display: JobDisplay = {
    update: (job) => void seen.shown.push(job.status),
    logLines: () => undefined,
    clear: () => undefined,
  }
  const noStream = async function* (): AsyncGenerator<ServerEvent> {
    throw new SluiceError('not-supported', 'no stream')
  }
  const client = {
    get: () => {
      seen.reads++
      return read()
    },
    events: events ?? noStream,
  } as unknown as RestClient
  const watch = (more: Partial<WatchOptions> = {}) =>
    watchJob({
      connection: { client, recover: async ({ mayOpen }) => void seen.recovers.push(mayOpen) },
      name: 'calm_otter',
      display,
      signal: new AbortController().signal,
      showsLogs: false,
      ...more,
    })
  return { seen, watch }
}

test('without an event stream the job is polled until it has ended', async () => {
  const states: JobStatus[] = ['Queued', 'Running', 'Completed']
  const { seen, watch } = lab({ read: async () => jobOf(states.shift()!) })
  const end = await watch()
  assert.equal(end?.job.status, 'Completed')
  assert.deepEqual(seen.shown, ['Queued', 'Running', 'Completed'])
})

test('a flood of events makes few readings, and the last event one at once', async () => {
  let hasEnded = false
  const { seen, watch } = lab({
    read: async () => jobOf(hasEnded ? 'Completed' : 'Running'),
    events: async function* () {
      for (let count = 0; count < 3000; count++) {
        yield statusEvent('Running')
        await new Promise((resolve) => setImmediate(resolve))
      }
      hasEnded = true
      yield statusEvent('Completed')
      await new Promise(() => undefined)
    },
  })
  const startMs = performance.now()
  assert.equal((await watch())?.job.status, 'Completed')
  // At most one reading per 100 ms, the first and the last besides.
  assert.ok(seen.reads <= 3 + (performance.now() - startMs) / 100, `${seen.reads} readings`)
})

test('a server that goes away and comes back is waited for, and looked for elsewhere', async () => {
  const answers = [async () => jobOf('Running'), () => Promise.reject(away()), async () => jobOf('Completed')]
  const { seen, watch } = lab({ read: () => answers.shift()!() })
  assert.equal((await watch())?.job.status, 'Completed')
  // The store is not taken from a server that may be on its way back.
  assert.deepEqual(seen.recovers, [false])
})

test('a server that stays away is an error in the end; any other error is one at once', async () => {
  const { watch } = lab({ read: () => Promise.reject(away()) })
  await assert.rejects(watch({ patienceMs: 50 }), { code: 'server-unreachable' })
  const gone = lab({ read: () => Promise.reject(new SluiceError('not-found', 'none')) })
  await assert.rejects(gone.watch(), { code: 'not-found' })
  assert.equal(gone.seen.reads, 1)
})

test('leaving ends the watching, also while the server is away', async () => {
  for (const read of [async () => jobOf('Running'), () => Promise.reject(away())]) {
    const left = new AbortController()
    const { watch, seen } = lab({ read })
    const watching = watch({ signal: left.signal })
    while (seen.reads === 0) await new Promise((resolve) => setImmediate(resolve))
    left.abort()
    assert.equal(await watching, undefined)
  }
})
