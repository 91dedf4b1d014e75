import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type RunningServer, startServer, stopServer } from '../crash/server.ts'
import { makeSchema, skipPostgres } from '../postgres-schema.ts'

/** Where a firing goes from "store" to "act"; `job-stored` is the engine's, the others are in the program's own list. */
const points = ['times-found', 'firing-noted', 'job-stored', 'firing-submitted'] as const

interface Firing {
  readonly status: string
  readonly nominal_time: string
  readonly job?: string
  readonly job_status?: string
}
interface List<Item> {
  readonly items: readonly Item[]
}
interface Place {
  readonly data: string
  readonly folder: string
  readonly marks: string
  readonly database?: string
}

async function makePlace(t: TestContext, engine: 'sqlite' | 'postgres'): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-firing-crash-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const marks = join(folder, 'marks')
  writeFileSync(
    join(folder, 'job.yml'),
    `type: command\nexperiment_name: fired\ninputs: {what: none}\nis_deterministic: false\ncommand: echo \${{inputs.what}} >>${marks}\n`,
  )
  const database = engine === 'postgres' ? await makeSchema(t) : undefined
  return { folder, marks, data: join(folder, 'store'), ...(database !== undefined && { database }) }
}

function marksOf({ marks }: Place): readonly string[] {
  return existsSync(marks) ? readFileSync(marks, 'utf8').trim().split('\n').sort() : []
}

function write({ folder }: Place, name: string, yaml: string): string {
  const file = join(folder, name)
  writeFileSync(file, yaml)
  return file
}

/** Waits until so many firings have started jobs that have ended. */
async function waitForJobs(server: RunningServer, path: string, count: number): Promise<readonly Firing[]> {
  for (;;) {
    const { items } = await server.get<List<Firing>>(`${path}/firings?limit=1000`)
    const ended = items.filter(({ job_status: status }) => status === 'Completed')
    const failed = items.filter((firing) => firing.status === 'failed' || firing.job_status === 'Failed')
    assert.deepEqual(failed, [])
    if (ended.length >= count && items.every(({ status }) => status !== 'pending')) return items
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

for (const engine of ['sqlite', 'postgres'] as const) {
  const skip = engine === 'postgres' && skipPostgres

  test(
    `a kill -9 anywhere around the fire of a schedule loses nothing and doubles nothing (${engine})`,
    { skip },
    async (t) => {
      for (const point of points) {
        await t.test(point, async (inner) => {
          const place = await makePlace(inner, engine)
          // Without a start it fires the moment it is made, and then not for a month.
          const file = write(
            place,
            'schedule.yml',
            'name: once\ntrigger: {type: recurrence, frequency: month, interval: 1}\ncreate_job: {job: ./job.yml, inputs: {what: "${{name}}"}}\n',
          )
          const doomed = await startServer({ ...place, crashAt: point })
          const created = doomed.post('/api/v1/schedules', { file }).catch(() => undefined)
          assert.equal((await doomed.ended).signal, 'SIGKILL', `${point} was never reached`)
          await created
          const server = await startServer(place)
          const firings = await waitForJobs(server, '/api/v1/schedules/once', 1)
          assert.deepEqual(
            firings.map(({ status }) => status),
            ['submitted'],
          )
          const jobs = await server.get<List<{ readonly name: string }>>('/api/v1/jobs')
          assert.deepEqual(
            jobs.items.map(({ name }) => name),
            [firings[0]!.job],
          )
          assert.deepEqual(marksOf(place), ['once'])
          await stopServer(server)
        })
      }
    },
  )

  test(`a kill -9 around the fire of a trigger loses no event and doubles none (${engine})`, { skip }, async (t) => {
    for (const point of ['firing-noted', 'firing-submitted'] as const) {
      await t.test(point, async (inner) => {
        const place = await makePlace(inner, engine)
        const file = write(
          place,
          'trigger.yml',
          'name: after\ntrigger: {type: job_ended, job_display_name: first}\ncreate_job: {job: ./job.yml, inputs: {what: "after-${{trigger.status}}"}}\n',
        )
        const first = write(
          place,
          'first.yml',
          `type: command\ndisplay_name: first\nexperiment_name: first\ncommand: echo first >>${place.marks}\n`,
        )
        const healthy = await startServer(place)
        await healthy.post('/api/v1/triggers', { file })
        await stopServer(healthy)
        const doomed = await startServer({ ...place, crashAt: point })
        await doomed.post('/api/v1/jobs', { file: first }).catch(() => undefined)
        assert.equal((await doomed.ended).signal, 'SIGKILL', `${point} was never reached`)
        const server = await startServer(place)
        const firings = await waitForJobs(server, '/api/v1/triggers/after', 1)
        assert.equal(firings.length, 1)
        assert.deepEqual(marksOf(place), ['after-Completed', 'first'])
        await stopServer(server)
      })
    }
  })

  test(`a backfill whose server is killed again and again runs every time once (${engine})`, { skip }, async (t) => {
    const place = await makePlace(t, engine)
    const file = write(
      place,
      'schedule.yml',
      'name: hourly\ntrigger: {type: cron, expression: 0 * 1 1 *}\ncreate_job: {job: ./job.yml, inputs: {what: "${{trigger.nominal_time}}"}}\n',
    )
    const first = await startServer(place)
    await first.post('/api/v1/schedules', { file })
    const span = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T11:00:00Z' }
    const { submitted } = await first.post<{ submitted: number }>('/api/v1/schedules/hourly/backfill', span)
    assert.equal(submitted, 12)
    let server = first
    for (const jobs of [2, 5, 8]) {
      while (marksOf(place).length < jobs) await new Promise((resolve) => setTimeout(resolve, 5))
      server.process.kill('SIGKILL')
      await server.ended
      server = await startServer(place)
    }
    await waitForJobs(server, '/api/v1/schedules/hourly', 12)
    const expected = Array.from({ length: 12 }, (_, hour) => `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`)
    assert.deepEqual(marksOf(place), expected)
    await stopServer(server)
  })
}
