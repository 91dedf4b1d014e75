import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer, stopServer } from './server.ts'

interface Job {
  readonly name: string
  readonly status: string
  readonly error?: { readonly message: string }
}

test('a step keeps its limits over a kill -9 of its server, and leaves no control groups', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-limits-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [data, yaml, go, began] = ['store', 'job.yml', 'go', 'began'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  writeFileSync(
    yaml,
    `type: command
command: |
  touch ${began}; until [ -e ${go} ]; do sleep 0.05; done
  python3 -c 'import time; x = b"x" * 90_000_000; time.sleep(300)'
limits: { memory: 64MB, processes: 20 }
`,
  )
  const first = await startServer({ data })
  const { name } = await first.post<Job>('/api/v1/jobs', { file: yaml })
  while (!existsSync(began)) await new Promise((resolve) => setTimeout(resolve, 20))
  const noted = join(data, 'attempts', `${name}.1`, 'cgroups')
  // Where none can be made there is no such file, and the processes are looked at instead.
  const groups = existsSync(noted)
    ? Object.values(JSON.parse(readFileSync(noted, 'utf8')) as Record<string, string>)
    : []
  first.process.kill('SIGKILL')
  await first.ended
  const second = await startServer({ data })
  t.after(() => stopServer(second))
  writeFileSync(go, '')
  const ended = async (): Promise<Job> => {
    const job = await second.get<Job>(`/api/v1/jobs/${name}`)
    if (['Completed', 'Failed', 'Canceled'].includes(job.status)) return job
    await new Promise((resolve) => setTimeout(resolve, 50))
    return ended()
  }
  const job = await ended()
  assert.equal(job.status, 'Failed')
  assert.match(job.error!.message, /It used more than its limit of 64 MB of memory and was ended \(peak [\d.]+ MB\)/)
  assert.deepEqual(groups.filter(existsSync), [])
})
