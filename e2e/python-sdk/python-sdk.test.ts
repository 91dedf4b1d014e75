import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startServer, stopServer } from '../crash/server.ts'

const run = promisify(execFile)
const source = join(import.meta.dirname, '../../python/src')

/** The versions that the client is for, as far as they are on this machine. */
for (const version of ['3.10', '3.11', '3.12', '3.13']) {
  const python = `python${version}`
  const isThere = await run(python, ['--version']).then(
    () => true,
    () => false,
  )
  test(
    `the client does what its documentation says, on Python ${version}`,
    { skip: !isThere && `no ${python} here` },
    async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'sluice-sdk-'))
      const data = join(folder, 'store')
      const server = await startServer({ data })
      t.after(async () => {
        await stopServer(server)
        rmSync(folder, { recursive: true, force: true })
      })
      const env = { ...process.env, PYTHONPATH: source, PYTHONDONTWRITEBYTECODE: '1', HTTP_PROXY: 'http://127.0.0.1:9' }
      const { stdout } = await run(python, [join(import.meta.dirname, 'check.py'), folder, data], { env })
      assert.deepEqual((JSON.parse(stdout) as { python: number[] }).python, version.split('.').map(Number))
    },
  )
}

test('a server that restarts while a job is waited for is waited for too', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sdk-'))
  const data = join(folder, 'store')
  const first = await startServer({ data })
  const script = `
import sys
from sluiceworks import Client
open(sys.argv[1] + "/slow.yml", "w").write("command: echo up; sleep 2; echo done\\n")
job = Client(data=sys.argv[2]).submit(sys.argv[1] + "/slow.yml")
print(job.name, flush=True)
print(job.wait(120).status)
`
  const env = { ...process.env, PYTHONPATH: source, PYTHONDONTWRITEBYTECODE: '1' }
  const waiting = run('python3', ['-c', script, folder, data], { env })
  await new Promise<void>((resolve) => waiting.child.stdout!.once('data', () => resolve()))
  first.process.kill('SIGKILL')
  await first.ended
  const second = await startServer({ data, port: Number(new URL(first.url).port) })
  t.after(async () => {
    await stopServer(second)
    rmSync(folder, { recursive: true, force: true })
  })
  assert.match((await waiting).stdout, /\nCompleted\n$/)
})
