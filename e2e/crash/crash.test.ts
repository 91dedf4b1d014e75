import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeSchema, skipPostgres } from '../postgres-schema.ts'
import { crashPoints, type RunningServer, startServer, stopServer } from './server.ts'

interface Job {
  readonly name: string
  readonly status: string
  readonly step?: string
  readonly outputs: Record<string, { readonly digest?: string }>
  readonly error?: { readonly message: string }
}
interface List<Item> {
  readonly items: readonly Item[]
}

/** Three steps that each leave a mark when they really run; `b` needs what `a` wrote, `c` stands beside them. */
function pipelineYaml(marks: string): string {
  return `
type: pipeline
display_name: crash
experiment_name: crash
jobs:
  a:
    command: >-
      echo a >>${marks}; echo begin a; mkdir -p outputs; echo kept >outputs/kept.txt; sleep 0.1;
      echo one >\${{outputs.o}}; echo end a
    outputs: {o: {type: uri_file}}
  b:
    command: echo b >>${marks}; cat \${{inputs.i}}; cat \${{inputs.i}} >\${{outputs.o}}; echo two >>\${{outputs.o}}
    inputs: {i: "\${{parent.jobs.a.outputs.o}}"}
    outputs: {o: {type: uri_file}}
  c:
    command: echo c >>${marks}; echo begin c; sleep 0.3; echo end c
`
}

interface Place {
  readonly folder: string
  readonly data: string
  readonly marks: string
  readonly yaml: string
  readonly database?: string
}

async function makePlace(t: TestContext, engine: 'sqlite' | 'postgres'): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-crash-'))
  const marks = join(folder, 'marks')
  const yaml = join(folder, 'pipeline.yml')
  writeFileSync(yaml, pipelineYaml(marks))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const database = engine === 'postgres' ? await makeSchema(t) : undefined
  return { folder, data: join(folder, 'store'), marks, yaml, ...(database !== undefined && { database }) }
}

async function waitForEnd(server: RunningServer): Promise<Job> {
  for (;;) {
    const { items } = await server.get<List<Job>>('/api/v1/jobs')
    if (items.length === 1 && ['Completed', 'Failed', 'Canceled'].includes(items[0]!.status)) return items[0]!
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** What an undisturbed run leaves; a crash anywhere must leave the same. */
interface Outcome {
  readonly status: string
  readonly marks: readonly string[]
  readonly logs: Record<string, string>
  readonly digests: Record<string, string | undefined>
  readonly artifact: string
  readonly attemptsLeft: readonly string[]
}

async function outcome(server: RunningServer, place: Place, root: Job): Promise<Outcome> {
  const { items: steps } = await server.get<List<Job>>(`/api/v1/jobs/${root.name}/children`)
  const logs: Record<string, string> = {}
  const digests: Record<string, string | undefined> = {}
  for (const step of steps) {
    logs[step.step!] = await server.text(`/api/v1/jobs/${step.name}/log?offset=0`)
    digests[step.step!] = step.outputs['o']?.digest
  }
  const a = steps.find((step) => step.step === 'a')!
  return {
    status: root.status,
    marks: readFileSync(place.marks, 'utf8').trim().split('\n').sort(),
    logs,
    digests,
    artifact: await server.text(`/get-artifact?run_id=${a.name}&path=outputs/kept.txt`),
    attemptsLeft: readdirSync(join(place.data, 'attempts')),
  }
}

async function undisturbed(t: TestContext): Promise<Outcome> {
  const place = await makePlace(t, 'sqlite')
  const server = await startServer(place)
  await server.post('/api/v1/jobs', { file: place.yaml })
  const found = await outcome(server, place, await waitForEnd(server))
  await stopServer(server)
  return found
}

for (const engine of ['sqlite', 'postgres'] as const) {
  const skip = engine === 'postgres' && skipPostgres
  test(
    `a kill -9 at any point between store and act loses nothing and repeats nothing (${engine})`,
    { skip },
    async (t) => {
      const expected = await undisturbed(t)
      assert.deepEqual(expected.marks, ['a', 'b', 'c'])
      assert.deepEqual(expected.attemptsLeft, [])
      const points = await crashPoints(join(tmpdir(), `sluice-crash-points-${process.pid}`))
      t.after(() => rmSync(join(tmpdir(), `sluice-crash-points-${process.pid}`), { recursive: true, force: true }))
      assert.ok(points.length >= 10)
      for (const point of points) {
        // A point that is never reached would be waited for without end.
        await t.test(point, { timeout: 120_000 }, async (inner) => {
          const place = await makePlace(inner, engine)
          const doomed = await startServer({ ...place, crashAt: point })
          // The answer may be lost with the server; the job must not be.
          const submitted = doomed.post('/api/v1/jobs', { file: place.yaml }).catch(() => undefined)
          const end = await doomed.ended
          assert.equal(end.signal, 'SIGKILL', `${point} was never reached`)
          await submitted
          const server = await startServer(place)
          const root = await waitForEnd(server)
          assert.deepEqual(await outcome(server, place, root), expected, root.error?.message)
          assert.equal(await orphans(place), '')
          await stopServer(server)
        })
      }
    },
  )

  test(
    `a step goes on while its server is dead, and the next server takes it over (${engine})`,
    { skip },
    async (t) => {
      const place = await makePlace(t, engine)
      const go = join(place.folder, 'go')
      writeFileSync(
        place.yaml,
        `type: command\nexperiment_name: crash\ncommand: echo x >>${place.marks}; echo begin; until [ -e ${go} ]; do sleep 0.05; done; echo end`,
      )
      const first = await startServer(place)
      const job = await first.post<Job>('/api/v1/jobs', { file: place.yaml })
      while (!existsSync(place.marks)) await new Promise((resolve) => setTimeout(resolve, 20))
      first.process.kill('SIGKILL')
      await first.ended
      assert.notEqual(await orphans(place), '', 'the step lives on')
      const second = await startServer(place)
      assert.equal(second.url, first.url, 'the port stays, so that the step finds its server again')
      assert.equal((await second.get<Job>(`/api/v1/jobs/${job.name}`)).status, 'Running')
      writeFileSync(go, '')
      const ended = await waitForEnd(second)
      assert.equal(ended.status, 'Completed')
      assert.equal(readFileSync(place.marks, 'utf8'), 'x\n')
      assert.equal(await second.text(`/api/v1/jobs/${job.name}/log?offset=0`), 'begin\nend\n')
      await stopServer(second)
    },
  )

  test(`a step that ended while no server was there is completed by the next (${engine})`, { skip }, async (t) => {
    const place = await makePlace(t, engine)
    const first = await startServer(place)
    await first.post('/api/v1/jobs', { file: place.yaml })
    while (!existsSync(place.marks)) await new Promise((resolve) => setTimeout(resolve, 20))
    first.process.kill('SIGKILL')
    await first.ended
    while ((await orphans(place)) !== '') await new Promise((resolve) => setTimeout(resolve, 50))
    const second = await startServer(place)
    const root = await waitForEnd(second)
    assert.equal(root.status, 'Completed')
    assert.deepEqual(readFileSync(place.marks, 'utf8').trim().split('\n').sort(), ['a', 'b', 'c'])
    await stopServer(second)
  })
}

test('a second server on the same store is refused with one clear error, and the first goes on', async (t) => {
  const place = await makePlace(t, 'sqlite')
  const first = await startServer(place)
  const second = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../../bin/sluice.mjs'), 'up', '--data', place.data, '--port', '0'],
    {
      encoding: 'utf8',
    },
  )
  assert.equal(second.status, 5)
  assert.match(second.stderr, /runs already at http:\/\/127\.0\.0\.1:\d+/)
  assert.equal(await first.text('/health'), 'OK')
  await stopServer(first)
})

/** Processes of this store's steps, as ps shows them. */
async function orphans({ data }: Place): Promise<string> {
  const { stdout } = spawnSync('pgrep', ['-af', join(data, 'attempts')], { encoding: 'utf8' })
  const marked = spawnSync('sh', ['-c', `grep -lz "^SLUICE_ATTEMPT=" /proc/[0-9]*/environ 2>/dev/null`], {
    encoding: 'utf8',
  }).stdout
  const inFolder = marked
    .split('\n')
    .filter((file) => file !== '')
    .filter((file) => workingFolder(file).startsWith(data))
  return `${stdout}${inFolder.join('\n')}`
}

function workingFolder(environFile: string): string {
  return spawnSync('readlink', [environFile.replace(/environ$/, 'cwd')], { encoding: 'utf8' }).stdout
}
