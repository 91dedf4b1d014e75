import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { CliLab } from './cli-lab.test-support.ts'
import { openCliLab } from './cli-lab.test-support.ts'
import { isAlive } from './link/server-record.ts'

/** Another program, which ends when it is asked to. */
async function program(t: TestContext) {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setTimeout(() => undefined, 60000)'])
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  return { pid: child.pid!, ended }
}

function record(lab: CliLab, server: { readonly pid: number; readonly startedMs: number; readonly url?: string }) {
  const { pid, startedMs, url = 'http://127.0.0.1:1' } = server
  const text = { pid, url, started_at: new Date(startedMs).toISOString(), local_token: 'x' }
  return writeFile(join(lab.data, 'server.json'), JSON.stringify(text))
}

test('a program that has got the number of a server that died is left alone', async (t) => {
  const lab = await openCliLab(t)
  const { pid } = await program(t)
  // The server wrote its record an hour before that program started.
  await record(lab, { pid, startedMs: Date.now() - 3600_000 })
  const { code, err } = await lab.sluice('down')
  assert.equal(code, 0)
  assert.match(err, /^No server runs for /)
  assert.equal(isAlive(pid), true)
})

test('a server that answers under that number with another one of its own is not that server', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  const { pid } = await program(t)
  // What answers at the URL says that it is this process, not the one in the record.
  await record(lab, { pid, startedMs: Date.now() + 60_000, url: lab.url() })
  assert.match((await lab.sluice('down')).err, /^No server runs/)
  assert.equal(isAlive(pid), true)
})

test('a server that does not answer any more is stopped by its process', async (t) => {
  const lab = await openCliLab(t)
  const { pid, ended } = await program(t)
  await record(lab, { pid, startedMs: Date.now() })
  const { code, out } = await lab.sluice('down', '--json')
  assert.deepEqual([code, JSON.parse(out)], [0, { stopped: pid }])
  assert.deepEqual((await ended)[1], 'SIGTERM')
})

test('a server elsewhere is not stopped from here', async (t) => {
  const lab = await openCliLab(t)
  assert.match((await lab.sluice('down', '--url', 'http://127.0.0.1:1')).err, /down stops one of this machine/)
  assert.match((await lab.sluice('up', '--url', 'http://127.0.0.1:1')).err, /up starts one of this machine/)
})
