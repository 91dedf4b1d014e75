import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fakeToken } from '../../../test/fake-server.test-support.ts'
import type { SluiceError } from '../../base/errors.ts'
import { settings } from '../../config.ts'
import { openCliLab } from '../cli-lab.test-support.ts'
import type { CliLab } from '../cli-lab.test-support.ts'
import { startBackgroundServer } from './background-server.ts'
import type { Purpose } from './connection.ts'
import { connect } from './connection.ts'
import { liveServer, readServerRecord } from './server-record.ts'

function connectTo(lab: CliLab, options: { url?: string; purpose?: Purpose; patienceMs?: number } = {}) {
  const { url, purpose = 'work', patienceMs } = options
  return connect({
    settings: settings({ environment: lab.environment, flags: url === undefined ? {} : { url } }),
    environment: lab.environment,
    program: ['false'],
    openServer: lab.openServer,
    purpose,
    ...(patienceMs !== undefined && { patienceMs }),
  })
}

const valid = async (lab: CliLab) => ({ file: await lab.file('p.yml', 'steps: {}') })

test('the server of the data folder is used, with its token', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  const connection = await connectTo(lab)
  assert.deepEqual([connection.client.url, connection.isInProcess, lab.opened.count], [lab.url(), false, 0])
  await connection.client.post('/api/v1/validate', await valid(lab))
  await connection.close()
})

test('a server that is named by its address gets the token only if it is the one that wrote it', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  const own = await connectTo(lab, { url: `${lab.url()}/` })
  await own.client.post('/api/v1/validate', await valid(lab))
  const other = await connectTo(lab, { url: lab.url().replace('127.0.0.1', 'localhost') })
  await assert.rejects(
    other.client.post('/api/v1/validate', await valid(lab)),
    (error: SluiceError) => error.code === 'permission-denied',
  )
  await own.close()
  await other.close()
})

test('without a server the store is opened here, and freed at the end', async (t) => {
  const lab = await openCliLab(t)
  const connection = await connectTo(lab)
  assert.equal(connection.isInProcess, true)
  await assert.rejects(connectTo(lab, { patienceMs: 0 }), (error: SluiceError) => error.code === 'store-in-use')
  await connection.close()
  await connection.close()
  await (await connectTo(lab)).close()
  assert.equal(lab.opened.count, 2)
})

test('a second command waits for the first to announce its server and then uses it', async (t) => {
  const lab = await openCliLab(t)
  const first = await lab.openServer()
  const connecting = connectTo(lab)
  const record = { pid: process.pid, url: first.url, started_at: new Date().toISOString(), local_token: fakeToken }
  await writeFile(join(lab.data, 'server.json'), JSON.stringify(record))
  const second = await connecting
  assert.deepEqual([second.client.url, second.isInProcess, lab.opened.count], [first.url, false, 1])
  await second.close()
  await first.close()
})

test('a second command waits for one that only looked, and opens the store itself', async (t) => {
  const lab = await openCliLab(t)
  const first = await lab.openServer()
  const connecting = connectTo(lab)
  await first.close()
  const second = await connecting
  assert.equal(second.isInProcess, true)
  await second.close()
})

test('a record of a dead process, or of a number that another program has now, is no server', async (t) => {
  const lab = await openCliLab(t)
  const write = (record: unknown) =>
    writeFile(join(lab.data, 'server.json'), typeof record === 'string' ? record : JSON.stringify(record))
  const record = { pid: process.pid, url: 'http://127.0.0.1:1', started_at: 'x', local_token: 'y' }
  for (const wrong of ['', '{', '[]', { ...record, pid: 'x' }, { ...record, pid: -1 }, { ...record, url: 1 }]) {
    await write(wrong)
    assert.equal(await readServerRecord(lab.data), undefined, JSON.stringify(wrong))
  }
  await write(record)
  assert.equal((await readServerRecord(lab.data))?.pid, process.pid)
  assert.equal(await liveServer(lab.data), undefined)
  await write({ ...record, pid: 2 ** 22 + 1 })
  assert.equal(await liveServer(lab.data), undefined)
})

test('the connection finds a server that came back elsewhere, and opens the store itself only when it may', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  const connection = await connectTo(lab)
  await rm(join(lab.data, 'server.json'))
  await connection.recover({ mayOpen: false })
  assert.deepEqual([connection.client.url, connection.isInProcess], [lab.url(), false])
  await connection.recover({ mayOpen: true })
  assert.equal(connection.isInProcess, true)
  await connection.release()
})

/** A program that notes how it was started and then does what `script` says. */
async function programOf(t: TestContext, script: string) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-background-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'program.mjs')
  await writeFile(
    file,
    `import { writeFileSync } from 'node:fs'
     import { createServer } from 'node:http'
     const data = process.env.SLUICE_DATA
     writeFileSync(data + '/started', JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), database: process.env.SLUICE_DATABASE }))
     ${script}`,
  )
  const data = join(folder, 'data')
  return {
    data,
    options: {
      program: [process.execPath, file],
      settings: settings({ environment: { SLUICE_DATA: data, SLUICE_DATABASE: 'postgres://u:secret@h/d' } }),
      environment: { PATH: process.env['PATH'] ?? '' },
    },
  }
}

const serving = `
  const server = createServer((request, response) => response.end('OK'))
  server.listen(0, '127.0.0.1', () => {
    const url = 'http://127.0.0.1:' + server.address().port
    writeFileSync(data + '/server.json', JSON.stringify({ pid: process.pid, url, started_at: 'now', local_token: 't' }))
  })
  setTimeout(() => process.exit(), 300000)`

test('a background server is started detached, with its settings as variables, and awaited until it answers', async (t) => {
  const { data, options } = await programOf(t, serving)
  const record = await startBackgroundServer({ ...options, exitWhenIdle: true })
  t.after(() => process.kill(record.pid))
  assert.equal((await liveServer(data))?.pid, record.pid)
  assert.deepEqual(JSON.parse(await readFile(join(data, 'started'), 'utf8')), {
    args: ['up', '--exit-when-idle'],
    cwd: data,
    database: 'postgres://u:secret@h/d',
  })
  assert.equal((await stat(data)).mode & 0o777, 0o700)
  assert.equal((await stat(join(data, 'server.log'))).mode & 0o777, 0o600)
  const group = await readFile(`/proc/${record.pid}/stat`, 'utf8').catch(() => undefined)
  if (group !== undefined) assert.equal(group.slice(group.lastIndexOf(')') + 2).split(' ')[2], String(record.pid))
})

test('a background server that ends instead is an error with its last words', async (t) => {
  const { data, options } = await programOf(t, `console.error('error: the disk is full'); process.exit(3)`)
  await assert.rejects(startBackgroundServer(options), (error: SluiceError) => {
    assert.equal(error.code, 'server-unreachable')
    assert.equal(error.message, 'The background server ended with exit code 3. It said:\nerror: the disk is full')
    assert.equal(error.hint, `Its log is ${join(data, 'server.log')}`)
    return true
  })
})

test('a background server that hangs is an error after a while', async (t) => {
  const { data, options } = await programOf(
    t,
    `writeFileSync(data + '/pid', String(process.pid)); setTimeout(() => undefined, 20000)`,
  )
  await assert.rejects(startBackgroundServer({ ...options, timeoutMs: 500 }), /did not answer after 0\.5 s/)
  // It may not have come so far; an empty file would be pid 0, which is this test and all beside it.
  const pid = Number(await readFile(join(data, 'pid'), 'utf8').catch(() => ''))
  if (pid > 0) process.kill(pid)
})
