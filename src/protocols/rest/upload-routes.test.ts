import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { openSqlite } from '../../../test/database.test-support.ts'
import { openContentLab } from '../../artifacts/content-lab.test-support.ts'
import { databaseArtifactStore } from '../../artifacts/database-artifact-store.ts'
import { artifactUploads } from '../../artifacts/artifact-uploads.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { trackingLab } from '../../tracking/tracking.test-support.ts'
import { uploadRoutes } from './upload-routes.ts'

interface Answer {
  readonly upload_id: string
  readonly path: string
  readonly size_bytes: number
  readonly digest: string
  readonly parts: readonly { readonly number: number; readonly size_bytes: number }[]
  readonly error: { readonly message: string }
}

async function uploadLab(t: TestContext) {
  const database = await openSqlite(t)
  const tracking = trackingLab(database)
  const { clock } = tracking
  const content = openContentLab(database, t).store
  const artifacts = databaseArtifactStore({ database, content, clock })
  const uploads = artifactUploads({ database, content, artifacts, clock, random: randomBytes })
  const server = await startHttpServer({ routes: uploadRoutes({ uploads, tracking }), port: 0 })
  t.after(() => server.close())
  const call = async (method: string, path: string, body?: object | string) => {
    const response = await fetch(`${server.url}/api/v1/uploads${path}`, {
      method,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(typeof body === 'object' && { headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer }
  }
  return { tracking, artifacts, call }
}

test('an artifact of a run or a model comes in parts', async (t) => {
  const { tracking, artifacts, call } = await uploadLab(t)
  const { runId } = (await tracking.runs.create({})).info
  const { modelId } = await tracking.loggedModels.create({ experimentId: '0', name: 'm' })
  for (const owner of [{ run_id: runId }, { model_id: modelId }]) {
    const begun = await call('POST', '', { ...owner, path: 'deep/x.bin' })
    assert.equal(begun.status, 201)
    const id = begun.body.upload_id
    assert.equal((await call('PUT', `/${id}/parts/1`, 'one,')).status, 200)
    assert.equal((await call('PUT', `/${id}/parts/2`, 'two')).status, 200)
    const again = await call('POST', '', { ...owner, path: 'deep/x.bin', resume: true })
    assert.deepEqual(again.body, (await call('GET', `/${id}`)).body)
    assert.deepEqual(
      again.body.parts.map((part) => [part.number, part.size_bytes]),
      [
        [1, 4],
        [2, 3],
      ],
    )
    const done = await call('POST', `/${id}/complete`, {})
    assert.equal(done.body.size_bytes, 7)
    assert.equal((await artifacts.find(done.body.path)).digest, done.body.digest)
  }
})

test('an upload of nothing that is here is refused; one that is given up is gone', async (t) => {
  const { tracking, call } = await uploadLab(t)
  const { runId } = (await tracking.runs.create({})).info
  const elsewhere = await tracking.experiments.create({ name: 'e', artifactLocation: 's3://bucket/e' })
  const away = (await tracking.runs.create({ experimentId: elsewhere })).info.runId
  const refusals = [
    [{ path: 'x' }, 400, /either of a run or of a logged model/],
    [{ run_id: runId, model_id: 'm-1', path: 'x' }, 400, /either of a run or of a logged model/],
    [{ run_id: 'none', path: 'x' }, 404, /Run with id=none not found/],
    [{ run_id: runId, path: '../../x' }, 400, /is not an artifact path/],
    [{ run_id: away, path: 'x' }, 501, /artifacts at s3:.* are not kept by this server/],
  ] as const
  for (const [body, status, message] of refusals) {
    const refused = await call('POST', '', body)
    assert.equal(refused.status, status)
    assert.match(refused.body.error.message, message)
  }
  const { upload_id: id } = (await call('POST', '', { run_id: runId, path: 'x' })).body
  assert.equal((await call('PUT', `/${id}/parts/none`, 'x')).status, 400)
  assert.equal((await call('DELETE', `/${id}`)).status, 204)
  assert.equal((await call('GET', `/${id}`)).status, 404)
})
