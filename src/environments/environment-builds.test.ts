import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import type { Digest } from '../base/ids.ts'
import type { BuiltEnvironment, EnvironmentLock, EnvironmentRequest } from './environment-builder.ts'
import { EnvironmentBuilds } from './environment-builds.ts'

const request: EnvironmentRequest = { kind: 'curated', registry: 'azureml', name: 'sklearn-1.5' }
const lock: EnvironmentLock = {
  digest: 'ab'.repeat(32) as Digest,
  python: '3.11',
  platform: 'linux-x86_64',
  requirements: 'numpy==2.1.3',
  notes: ['a note'],
}
const built: BuiltEnvironment = { digest: lock.digest, path: [], variables: {}, python: 'python3' }

function lab(build: (log: (line: string) => void) => Promise<void>) {
  let now = 1000
  const builds = new EnvironmentBuilds({ now: () => now++, after: () => () => undefined })
  const builder = {
    lock: async () => lock,
    build: async (_: EnvironmentLock, log: (line: string) => void) => {
      await build(log)
      return built
    },
  }
  return { builds, builder: { ...builder, build: builds.recorded(builder) } }
}

/** Until the build has ended: it goes on by itself. */
async function ended(builds: EnvironmentBuilds): Promise<NonNullable<ReturnType<EnvironmentBuilds['find']>>> {
  for (;;) {
    const found = builds.find(request)
    if (found !== undefined && found.status !== 'building') return found
    await new Promise(setImmediate)
  }
}

test('a build that was asked for is seen while it runs and afterwards, by what was asked for', async () => {
  const gate = Promise.withResolvers<void>()
  const { builds, builder } = lab(async (log) => {
    log('Installed 12 packages')
    await gate.promise
  })
  builds.start(builder, request)
  builds.start(builder, request)
  assert.equal(builds.find(request)?.status, 'building')
  gate.resolve()
  const found = await ended(builds)
  assert.equal(found.status, 'ready')
  assert.deepEqual(found.lines, ['Choosing the exact packages.', 'a note', 'Installed 12 packages'])
  assert.ok(found.endedMs! > found.startedMs)
})

test('what a job builds is noted by its lock, and asking for what is there is not', async () => {
  const lines = ['Installed 3 packages']
  const { builds, builder } = lab(async (log) => lines.splice(0).forEach(log))
  const heard: string[] = []
  await builder.build(lock, (line) => heard.push(line))
  assert.deepEqual(builds.find(request, lock.digest)?.lines, ['Installed 3 packages'])
  assert.deepEqual(heard, ['Installed 3 packages'])
  const first = builds.find(request, lock.digest)
  await builder.build(lock, () => undefined)
  assert.equal(builds.find(request, lock.digest), first)
})

test('a build that fails says why, to the log as well, and can be tried again', async () => {
  let tries = 0
  const { builds, builder } = lab(async () => {
    if (tries++ === 0) throw new SluiceError('environment-failed', 'No wheel of numpy==9.\nTry another.')
  })
  builds.start(builder, request)
  const failed = await ended(builds)
  assert.deepEqual([failed.status, failed.error], ['failed', 'No wheel of numpy==9.\nTry another.'])
  assert.deepEqual(failed.lines.slice(-2), ['No wheel of numpy==9.', 'Try another.'])
  builds.start(builder, request)
  assert.equal((await ended(builds)).status, 'ready')
})

test('of a build that says very much the beginning is kept', async () => {
  const { builds, builder } = lab(async (log) => {
    for (let line = 0; line < 6000; line++) log(String(line))
  })
  builds.start(builder, request)
  const { lines } = await ended(builds)
  assert.equal(lines.length, 5001)
  assert.match(lines.at(-1)!, /not kept/)
})
