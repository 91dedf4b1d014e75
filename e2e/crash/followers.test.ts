import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer, stopServer } from './server.ts'

interface Job {
  readonly name: string
  readonly status: string
  readonly reused_from?: string
}

/** Steps that compute the same: one runs, the others wait for it; each leaves a mark when it really runs. */
const pipeline = (folder: string, count: number) => `
type: pipeline
experiment_name: followers
jobs:
${Array.from(
  { length: count },
  (_, number) => `  s${number}:
    command: echo ran >>${folder}/marks; until [ -e ${folder}/go ]; do sleep 0.05; done; echo x >\${{outputs.o}}
    outputs: {o: {type: uri_file}}
`,
).join('')}`

async function until<Found>(look: () => Promise<Found | undefined> | Found | undefined): Promise<Found> {
  for (const endMs = Date.now() + 60_000; ;) {
    const found = await look()
    if (found !== undefined) return found
    assert.ok(Date.now() < endMs, 'what is waited for does not come')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('steps that wait for an equal one, of their job or another, have its result after two kills of the server', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-followers-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const data = join(folder, 'store')
  let server = await startServer({ data })
  t.after(() => stopServer(server))
  const submit = async (name: string, count: number): Promise<string> => {
    writeFileSync(join(folder, name), pipeline(folder, count))
    return (await server.post<Job>('/api/v1/jobs', { file: join(folder, name) })).name
  }
  const children = async (root: string): Promise<readonly Job[]> =>
    (await server.get<{ items: readonly Job[] }>(`/api/v1/jobs/${root}/children`)).items
  const killAndStart = async (): Promise<void> => {
    server.process.kill('SIGKILL')
    await server.ended
    server = await startServer({ data })
  }
  const roots = [await submit('one.yml', 4), await submit('two.yml', 2)]
  await until(() => (existsSync(join(folder, 'marks')) ? true : undefined))
  await until(async () => {
    const steps = (await Promise.all(roots.map(children))).flat()
    return steps.filter(({ status }) => status === 'Queued').length === 5 ? true : undefined
  })
  await killAndStart()
  // The one that runs ends while no server looks.
  server.process.kill('SIGKILL')
  await server.ended
  writeFileSync(join(folder, 'go'), '')
  server = await startServer({ data })
  for (const root of roots) {
    const job = await until(async () => {
      const found = await server.get<Job>(`/api/v1/jobs/${root}`)
      return ['Completed', 'Failed', 'Canceled'].includes(found.status) ? found : undefined
    })
    assert.equal(job.status, 'Completed')
  }
  assert.equal(readFileSync(join(folder, 'marks'), 'utf8'), 'ran\n')
  const reused = (await Promise.all(roots.map(children))).flat().filter((job) => job.reused_from !== undefined)
  assert.equal(reused.length, 5)
})
