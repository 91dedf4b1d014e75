import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type RunningServer, startServer, stopServer } from '../crash/server.ts'
import { makeSchema, skipPostgres } from '../postgres-schema.ts'

interface Job {
  readonly name: string
  readonly type: string
  readonly status: string
  readonly step?: string
  readonly reused_from?: string
  readonly properties: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, { readonly value?: string }>>
  readonly error?: { readonly message: string }
}
interface List<Item> {
  readonly items: readonly Item[]
}

const logMetric = join(import.meta.dirname, 'log_metric.py')

/** Eight trials of a loss whose least is at x = 5; each leaves a mark when it really runs. */
function yaml(marks: string, sampling: string): string {
  return `
type: pipeline
display_name: sweep
experiment_name: sweep
jobs:
  tune:
    type: sweep
    trial:
      command: >-
        echo \${{search_space.x}} >>${marks}; sleep 0.2;
        python3 ${logMetric} loss $(( (\${{search_space.x}} - 5) * (\${{search_space.x}} - 5) ));
        echo \${{search_space.x}} >\${{outputs.x}}
    outputs: {x: {type: integer}}
    search_space: {x: {type: choice, values: [1, 2, 3, 4, 5, 6, 7, 8]}}
    sampling_algorithm: ${sampling}
    objective: {goal: minimize, primary_metric: loss}
    limits: {max_total_trials: 8, max_concurrent_trials: 2}
  after:
    command: echo \${{inputs.x}} >\${{outputs.found}}
    inputs: {x: "\${{parent.jobs.tune.outputs.x}}"}
    outputs: {found: {type: integer}}
`
}

interface Place {
  readonly data: string
  readonly marks: string
  readonly file: string
  readonly database?: string
}

async function makePlace(t: TestContext, engine: 'sqlite' | 'postgres', sampling: string): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sweep-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const marks = join(folder, 'marks')
  const file = join(folder, 'pipeline.yml')
  writeFileSync(file, yaml(marks, sampling))
  const database = engine === 'postgres' ? await makeSchema(t) : undefined
  return { data: join(folder, 'store'), marks, file, ...(database !== undefined && { database }) }
}

function marksOf({ marks }: Place): readonly string[] {
  return existsSync(marks) ? readFileSync(marks, 'utf8').trim().split('\n') : []
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20))
}

async function jobs(server: RunningServer): Promise<readonly Job[]> {
  return (await server.get<List<Job>>('/api/v1/jobs')).items
}

async function ended(server: RunningServer, name: string): Promise<Job> {
  for (;;) {
    const job = await server.get<Job>(`/api/v1/jobs/${name}`)
    if (['Completed', 'Failed', 'Canceled'].includes(job.status)) return job
    await pause()
  }
}

/** Kills the server whenever so many trials have begun, and starts the next. */
async function killedAt(place: Place, counts: readonly number[]): Promise<RunningServer> {
  let server = await startServer(place)
  await server.post('/api/v1/jobs', { file: place.file })
  for (const count of counts) {
    while (marksOf(place).length < count) await pause()
    server.process.kill('SIGKILL')
    await server.ended
    server = await startServer(place)
  }
  return server
}

async function checkResult(server: RunningServer, place: Place): Promise<void> {
  const [root] = await jobs(server)
  const done = await ended(server, root!.name)
  assert.equal(done.status, 'Completed', done.error?.message)
  const { items: steps } = await server.get<List<Job>>(`/api/v1/jobs/${root!.name}/children`)
  const step = (path: string): Job => steps.find((one) => one.step === path)!
  assert.equal(step('after').outputs['found']?.value, '5')
  const best = steps.find(({ name }) => name === step('tune').properties['best_child_run_id'])!
  assert.equal(best.outputs['x']?.value, '5')
  assert.equal(steps.filter(({ step: path }) => path!.startsWith('tune.')).length, 8)
  const run = await server.get<{ run: { data: { tags: { key: string; value: string }[] } } }>(
    `/api/2.0/mlflow/runs/get?run_id=${step('tune').name}`,
  )
  const tag = run.run.data.tags.find(({ key }) => key === 'best_child_run_id')
  assert.equal(tag?.value, best.name)
  const trials = await server.get<List<{ job: string; number: number; value: number; is_best: boolean }>>(
    `/api/v1/jobs/${step('tune').name}/trials`,
  )
  assert.deepEqual(
    trials.items.map(({ value }) => value),
    [0, 1, 1, 4, 4, 9, 9, 16],
  )
  assert.deepEqual([trials.items[0]!.job, trials.items[0]!.number, trials.items[0]!.is_best], [best.name, 5, true])
  // Each trial once: none that ended, or that still ran when the server died, ran again.
  assert.deepEqual([...marksOf(place)].sort(), ['1', '2', '3', '4', '5', '6', '7', '8'])
}

for (const engine of ['sqlite', 'postgres'] as const) {
  const skip = engine === 'postgres' && skipPostgres
  test(
    `a sweep whose server is killed again and again has the result of an undisturbed one (${engine})`,
    { skip },
    async (t) => {
      const place = await makePlace(t, engine, 'grid')
      const server = await killedAt(place, [1, 3, 4, 6, 8])
      t.after(() => stopServer(server))
      await checkResult(server, place)
      // And the same sweep again runs nothing.
      const again = await server.post<Job>('/api/v1/jobs', { file: place.file })
      await ended(server, again.name)
      const { items: steps } = await server.get<List<Job>>(`/api/v1/jobs/${again.name}/children`)
      assert.ok(steps.filter(({ type }) => type === 'command').every(({ reused_from: from }) => from !== undefined))
      await checkResult(server, place)
    },
  )
}
