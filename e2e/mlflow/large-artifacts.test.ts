import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startSluiceIn } from './sluice-server.ts'

const run = promisify(execFile)
const sluice = join(import.meta.dirname, '../../bin/sluice.mjs')
const proxy = '/api/2.0/mlflow-artifacts/artifacts'
const mebibyte = 1024 * 1024
/** LARGE_ARTIFACT_MB makes it larger. */
const megabytes = Number(process.env['LARGE_ARTIFACT_MB'] ?? 400)

test(`${megabytes} MB up and down take no more memory than a part of it`, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-large-'))
  const server = await startSluiceIn(folder)
  t.after(async () => {
    server.kill('SIGTERM')
    await server.ended
    // Only now: a server that lives goes on writing there.
    await rm(folder, { recursive: true, force: true })
  })
  const pid = (JSON.parse(await readFile(join(folder, 'server.json'), 'utf8')) as { readonly pid: number }).pid
  const peak = async () => Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
  const before = await peak()
  const chunk = randomBytes(mebibyte)
  const sent = createHash('sha256')
  async function* bytes(): AsyncGenerator<Buffer> {
    for (let at = 0; at < megabytes; at++) {
      chunk.writeUInt32LE(at)
      sent.update(chunk)
      yield Buffer.from(chunk)
    }
  }
  const url = `${server.url}${proxy}/0/large/artifacts/model.bin`
  const put = await fetch(url, { method: 'PUT', body: bytes(), duplex: 'half' } as RequestInit)
  assert.equal(put.status, 200)
  const received = createHash('sha256')
  let size = 0
  for await (const part of (await fetch(url)).body!) {
    received.update(part as Uint8Array)
    size += (part as Uint8Array).length
  }
  assert.equal(size, megabytes * mebibyte)
  assert.equal(received.digest('hex'), sent.digest('hex'))
  const range = await fetch(url, { headers: { range: `bytes=${size - 5}-` } })
  assert.deepEqual([range.status, (await range.arrayBuffer()).byteLength], [206, 5])
  const grown = (await peak()) - before
  t.diagnostic(`the server's peak grew by ${grown.toFixed(0)} MiB`)
  assert.ok(grown < 160, `the server's memory grew by ${grown.toFixed(0)} MiB`)
})

test('an upload that a kill -9 of the server broke off goes on with the part that is missing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-resumed-'))
  const file = join(folder, 'model.bin')
  const part = 64 * mebibyte
  const writer = await open(file, 'w')
  const [first, last] = [randomBytes(part), randomBytes(1000)]
  await writer.writeFile(first)
  await writer.writeFile(last)
  await writer.close()
  const json = async (response: Response): Promise<Record<string, unknown>> => {
    assert.ok(response.ok, await response.clone().text())
    return (await response.json()) as Record<string, unknown>
  }
  const post = (url: string, body: object) =>
    fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  const killed = await startSluiceIn(folder)
  const created = await json(await post(`${killed.url}/api/2.0/mlflow/runs/create`, {}))
  const { run_id } = (created['run'] as { readonly info: { readonly run_id: string } }).info
  const wanted = { run_id, path: 'deep/model.bin', resume: true }
  const begun = await json(await post(`${killed.url}/api/v1/uploads`, wanted))
  const parts = `${killed.url}/api/v1/uploads/${String(begun['upload_id'])}/parts`
  await json(await fetch(`${parts}/1`, { method: 'PUT', body: first }))
  // The second one is under way when the server dies.
  const dying = fetch(`${parts}/2`, {
    method: 'PUT',
    body: (async function* () {
      yield last.subarray(0, 10)
      killed.kill('SIGKILL')
      await killed.ended
      yield last.subarray(10)
    })(),
    duplex: 'half',
  } as RequestInit)
  await assert.rejects(dying)
  const server = await startSluiceIn(folder)
  t.after(async () => {
    server.kill('SIGTERM')
    await server.ended
    // Only now: a server that lives goes on writing there.
    await rm(folder, { recursive: true, force: true })
  })
  const args = ['artifact', 'upload', file, '--run', run_id, '--path', 'deep/model.bin', '--json']
  const { stdout } = await run(process.execPath, [sluice, ...args, '--data', folder])
  const done = JSON.parse(stdout) as Record<string, unknown>
  assert.deepEqual([done['parts'], done['parts_present'], done['size_bytes']], [2, 1, part + 1000])
  const digest = createHash('sha256').update(first).update(last).digest('hex')
  assert.equal(done['digest'], digest)
  const head = await fetch(`${server.url}${proxy}/${String(done['path'])}`, { method: 'HEAD' })
  assert.equal(head.headers.get('etag'), `"${digest}"`)
})
