import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Database } from '../database/database.ts'
import { bytesOf, openContentLab, refusal } from './content-lab.test-support.ts'
import { databaseArtifactStore } from './database-artifact-store.ts'
import { artifactUploads } from './artifact-uploads.ts'

function openLab(database: Database, t: TestContext) {
  const { store: content, clock } = openContentLab(database, t)
  const artifacts = databaseArtifactStore({ database, content, clock })
  return {
    artifacts,
    content,
    clock,
    uploads: artifactUploads({ database, content, artifacts, clock, random: randomBytes }),
  }
}

const stream = (bytes: Buffer): Readable => Readable.from([bytes])
const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

databaseTest('parts in any order, one of them twice, become one artifact', async (database, t) => {
  const { uploads, artifacts } = openLab(database, t)
  const whole = bytesOf(700_000)
  const { uploadId } = await uploads.begin('1/run/artifacts/model.bin', { resume: false })
  await uploads.put(uploadId, 3, stream(whole.subarray(600_000)))
  await uploads.put(uploadId, 1, stream(bytesOf(10, 9)))
  await Promise.all([
    uploads.put(uploadId, 1, stream(whole.subarray(0, 300_000))),
    uploads.put(uploadId, 2, stream(whole.subarray(300_000, 600_000))),
  ])
  const artifact = await uploads.complete(uploadId, { digest: digestOf(whole) })
  assert.deepEqual(
    [artifact.path, artifact.sizeBytes, artifact.digest],
    ['1/run/artifacts/model.bin', 700_000, digestOf(whole)],
  )
  const read = Buffer.concat((await artifacts.read(artifact).toArray()) as Buffer[])
  assert.ok(read.equals(whole))
  await assert.rejects(uploads.get(uploadId), refusal('not-found', /There is no upload/))
})

databaseTest('an upload is gone on with where it broke off', async (database, t) => {
  const { uploads } = openLab(database, t)
  const path = 'a/b.bin'
  const first = await uploads.begin(path, { resume: true })
  await uploads.put(first.uploadId, 1, stream(Buffer.from('one')))
  const broken = new Readable({ read: () => undefined })
  broken.push(Buffer.alloc(100_000))
  const lost = uploads.put(first.uploadId, 2, broken)
  broken.destroy(new Error('connection lost'))
  await assert.rejects(lost)
  const again = await uploads.begin(path, { resume: true })
  assert.deepEqual(again, {
    uploadId: first.uploadId,
    path,
    parts: [{ number: 1, digest: digestOf(Buffer.from('one')), sizeBytes: 3 }],
  })
  const other = await uploads.begin(path, { resume: false })
  assert.notEqual(other.uploadId, first.uploadId)
  await uploads.abort(other.uploadId)
  await assert.rejects(uploads.abort(other.uploadId), refusal('not-found'))
})

databaseTest('what is missing or is not what was sent is refused, and nothing gets its name', async (database, t) => {
  const { uploads, artifacts } = openLab(database, t)
  const { uploadId } = await uploads.begin('x', { resume: false })
  const complete = (said?: Parameters<typeof uploads.complete>[1]) => uploads.complete(uploadId, said)
  await assert.rejects(complete(), refusal('conflict', /nothing of it has arrived/))
  await uploads.put(uploadId, 2, stream(Buffer.from('two')))
  await assert.rejects(complete(), refusal('conflict', /part 1 is missing/))
  await uploads.put(uploadId, 1, stream(Buffer.from('one')))
  await assert.rejects(
    complete({ parts: [{ number: 1 }] }),
    refusal('conflict', /2 parts have arrived, and 1 were sent/),
  )
  await assert.rejects(complete({ parts: [{ number: 1 }, { number: 3 }] }), refusal('conflict', /part 3 is missing/))
  const wrong = [{ number: 1, digest: 'ab' }, { number: 2 }]
  await assert.rejects(complete({ parts: wrong }), refusal('conflict', /part 1 has arrived as .* was sent as ab/))
  await assert.rejects(complete({ digest: 'ab' }), refusal('conflict', /and not ab/))
  await assert.rejects(artifacts.find('x'), refusal('not-found'))
  for (const number of [0, 10_001, 1.5])
    await assert.rejects(uploads.put(uploadId, number, stream(Buffer.from(''))), refusal('invalid-request'))
  await assert.rejects(uploads.put('none', 1, stream(Buffer.from(''))), refusal('not-found'))
  await assert.rejects(uploads.begin('../x', { resume: false }), refusal('invalid-path'))
  const parts = [
    { number: 1, digest: digestOf(Buffer.from('one')) },
    { number: 2, digest: digestOf(Buffer.from('two')) },
  ]
  assert.equal((await complete({ parts, digest: digestOf(Buffer.from('onetwo')) })).sizeBytes, 6)
})

databaseTest('uploads that nobody completes are forgotten', async (database, t) => {
  const { uploads, clock } = openLab(database, t)
  const { uploadId } = await uploads.begin('x', { resume: false })
  await uploads.put(uploadId, 1, stream(Buffer.from('one')))
  assert.equal(await uploads.removeBefore(clock.now() - 1000), 0)
  assert.equal(await uploads.removeBefore(clock.now() + 1000), 1)
  await assert.rejects(uploads.get(uploadId), refusal('not-found'))
})
