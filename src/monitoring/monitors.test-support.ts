import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import type { JobName } from '../base/ids.ts'
import { tableEngine } from '../data/table-engine.ts'
import type { Database, Tables } from '../database/database.ts'
import { readEvents } from '../events/event-log.ts'
import type { Job } from '../jobs/job-service.ts'
import type { TemplateSubmission } from '../jobs/job-template.ts'
import type { CollectionSummary } from '../serving/payloads/collected-payloads.ts'
import type { PayloadWindow, WindowSelection } from '../serving/payloads/payload-window-store.ts'
import type { MonitorDocument } from '../spec/monitors/monitor-document.ts'
import { loadValidDocument } from '../spec/load-document.ts'
import { localPrincipal } from '../access/principal.ts'
import type { MonitorCrashPoint } from './crash-points.ts'
import { MonitorRunner } from './monitor-runner.ts'
import { Monitors } from './monitors.ts'
import type { MonitorRun, Verdict } from './monitor.ts'

const home = mkdtempSync(join(tmpdir(), 'monitors-'))
/** One process that reads tables for all tests of a file. */
const engine = tableEngine({ folder: join(home, 'engine') })
after(async () => {
  await engine.close()
  rmSync(home, { recursive: true, force: true })
})

/** What a collected window is, and where its Parquet file lies. */
interface CollectedFile {
  readonly window: Pick<PayloadWindow, 'endpoint' | 'deployment' | 'collection' | 'startMs' | 'endMs'> &
    Partial<Pick<PayloadWindow, 'asset' | 'path'>>
  readonly file: string
}

/**
 * Real tables, runner and service over files of a folder; jobs that are stored and not run, and payloads that the test
 * lays down. The clock stands until it is moved.
 */
export interface MonitorLab {
  readonly folder: string
  readonly monitors: Monitors
  readonly runner: MonitorRunner
  nowMs: number
  readonly moveTo: (text: string) => Promise<void>
  readonly write: (name: string, rows: readonly (readonly (string | number | null)[])[]) => void
  readonly read: (yaml: string) => Promise<MonitorDocument>
  readonly create: (yaml: string) => Promise<void>
  readonly run: (
    name: string,
    at?: string,
  ) => Promise<{ readonly run: MonitorRun; readonly verdicts: readonly Verdict[] }>
  /** The same with the production data from a time on. */
  readonly runFrom: (name: string, fromMs?: number) => ReturnType<MonitorLab['run']>
  /** `signal feature metric` of the verdicts in breach. */
  readonly breaches: (name: string) => Promise<readonly string[]>
  readonly events: () => Promise<readonly { readonly kind: string; readonly body: Readonly<Record<string, unknown>> }[]>
  readonly collected: CollectedFile[]
  readonly jobs: { readonly submission: TemplateSubmission; readonly document: unknown; status: Job['status'] }[]
  /** What `azureml://jobs/...` stands for. */
  readonly outputs: Map<string, string>
  /** What on_breach was asked to keep, by monitor. */
  readonly breachActions: Map<string, string>
  /** Throws at a point, as a process that is killed there. */
  crashAt: MonitorCrashPoint | undefined
  readonly warnings: string[]
  /** Another server of the same store, as after a restart. */
  readonly restart: () => void
}

export function openMonitorLab(database: Database, t: TestContext): MonitorLab {
  const folder = mkdtempSync(join(home, 'lab-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const collected: CollectedFile[] = []
  const jobs: MonitorLab['jobs'] = []
  const outputs = new Map<string, string>()
  const breachActions = new Map<string, string>()
  const clock = { now: () => lab.nowMs, after: () => () => undefined }
  const allowedHosts = ['127.0.0.1']
  const overlapping = ({ window }: CollectedFile, selection: WindowSelection) =>
    (['endpoint', 'deployment', 'collection'] as const).every(
      (key) => selection[key] === undefined || selection[key] === window[key],
    ) &&
    window.endMs > (selection.fromMs ?? -Infinity) &&
    window.startMs < (selection.toMs ?? Infinity)
  const actionOf = (monitor: string) =>
    ({ kind: 'published-pipeline', name: breachActions.get(monitor) ?? '', inputs: {}, tags: {} }) as const
  const make = (): Pick<MonitorLab, 'monitors' | 'runner'> => {
    const common = { database, clock, random: randomBytes, allowedHosts }
    const runner = new MonitorRunner({
      ...common,
      firesByItself: true,
      tables: engine,
      flushMinutes: async () => undefined,
      payloads: {
        endWindows: async () => [],
        summaries: async ({ asset }) => {
          const windows = collected.flatMap(({ window }) => (window.asset?.name === asset ? [window] : []))
          const collections = Map.groupBy(windows, ({ endpoint, deployment, collection }) =>
            [endpoint, deployment, collection].join(),
          )
          return [...collections.values()].map(([window]) => window as PayloadWindow & CollectionSummary)
        },
        newestFile: async (selection) =>
          collected.findLast((one) => overlapping(one, selection))?.window as PayloadWindow | undefined,
        files: async (selection) => collected.filter((one) => overlapping(one, selection)).map(({ file }) => file),
      },
      find: async (source) => {
        const path = outputs.get(source) ?? source
        if (!path.startsWith('/')) throw new SluiceError('input-not-found', `There is no data ${source}.`)
        return { path, digest: '' as never, baseName: 'table' }
      },
      assets: {
        get: async ({ name }) => {
          if (name === 'missing') throw new SluiceError('not-found', `There is no component "${name}".`)
          const inputs = {
            input_data: { type: 'uri_folder' },
            data_window_start: { type: 'string' },
            data: { type: 'uri_file' },
          }
          const output = name === 'prepare' ? 'preprocessed_input_data' : 'signal_metrics'
          return {
            definition: { inputs, outputs: name === 'lacking' ? {} : { [output]: { type: 'mltable' } } },
          } as never
        },
      },
      jobs: {
        capture: async ({ file, text }) => ({
          template: { file, texts: { [file]: text! }, components: {}, code: {}, environments: {}, sources: {} },
          parameters: [],
          loaded: undefined as never,
        }),
        submitTemplate: async (template, submission) => {
          const name = `job_${jobs.length + 1}` as JobName
          await database.write((tables: Tables) => submission.also(tables, name))
          jobs.push({ submission, document: JSON.parse(Object.values(template.texts)[0]!), status: 'Running' })
          return { name, status: 'Running' } as Job
        },
        get: async (name) => {
          const job = jobs[Number(name.slice(4)) - 1]
          if (job === undefined) throw new SluiceError('not-found', `There is no job ${name}.`)
          const error = { message: 'It fell over.' }
          return { name, status: job.status, ...(job.status === 'Failed' && { error }) } as Job
        },
      },
      reach: (point) => {
        if (point === lab.crashAt) throw new Error(`killed at ${point}`)
      },
      warn: (message) => lab.warnings.push(message),
      stored: () => undefined,
    })
    const monitors = new Monitors({
      ...common,
      runner,
      hasMailer: true,
      breach: {
        prepare: async (name, { action }) => {
          const what = action.kind === 'published-pipeline' ? action.name : JSON.stringify(action.job)
          if (what === 'missing') throw new SluiceError('not-found', 'There is no published pipeline "missing".')
          return { put: async () => void breachActions.set(name, what) }
        },
        remove: async (_, name) => void breachActions.delete(name),
        history: async () => [],
        preview: async (name) => ({ action: actionOf(name), values: {} }),
        retrain: async (name) => ({
          reason: 'run',
          status: 'submitted',
          atMs: lab.nowMs,
          run: '',
          job: actionOf(name).name,
        }),
        wake: () => undefined,
      },
    })
    return { monitors, runner }
  }
  const lab: MonitorLab = {
    ...make(),
    folder,
    nowMs: Date.parse('2026-03-10T12:00:00Z'),
    crashAt: undefined,
    warnings: [],
    ...{ collected, jobs, outputs, breachActions },
    async moveTo(text) {
      lab.nowMs = Date.parse(text)
      await lab.runner.settle()
    },
    write: (name, rows) => writeFileSync(join(folder, name), `${rows.map((row) => row.join(',')).join('\n')}\n`),
    async read(yaml) {
      const { document } = await loadValidDocument({
        file: join(folder, 'monitor.yml'),
        readText: () => yaml,
        family: 'monitor',
      })
      return document as MonitorDocument
    },
    async create(yaml) {
      await lab.monitors.create(await lab.read(yaml), localPrincipal)
    },
    async run(name, at) {
      const options = at === undefined ? {} : { atMs: Date.parse(at) }
      const { id } = await lab.monitors.run({ name, by: localPrincipal }, options)
      return lab.monitors.runOf(name, id)
    },
    async runFrom(name, fromMs) {
      const { id } = await lab.monitors.run({ name, by: localPrincipal }, fromMs === undefined ? {} : { fromMs })
      return lab.monitors.runOf(name, id)
    },
    async breaches(name) {
      const { verdicts } = await lab.run(name)
      return verdicts
        .filter(({ isBreach }) => isBreach)
        .map(({ signal, feature, metric }) => `${signal} ${feature} ${metric}`)
    },
    events: async () =>
      (await readEvents(database.read, { after: 0, limit: 1000 })).map(({ kind, body }) => ({ kind, body })),
    restart: () => void Object.assign(lab, make()),
  }
  return lab
}

/** Lays down rows as a window that a deployment collected: its Parquet file is made by the engine itself. */
export async function collect(
  lab: MonitorLab,
  window: { readonly collection: string; readonly atMs: number; readonly asset?: string },
  rows: readonly (readonly (string | number)[])[],
): Promise<void> {
  const file = join(lab.folder, `${window.collection}-${lab.collected.length}.parquet`)
  const [columns, ...values] = rows
  const time = `make_timestamp(${window.atMs} * 1000)`
  const list = values.map((row) => `(${row.map((cell) => (typeof cell === 'number' ? cell : `'${cell}'`)).join(', ')})`)
  await engine.session({ readable: [], writable: lab.folder }, (session) =>
    session.run(
      `copy (select ${time} as _time, 'r' || row_number() over () as _request_id, ` +
        `'r' || row_number() over () || '_0' as _correlation_id, * from (values ${list.join(', ')}) ` +
        `t(${columns!.map((name) => `"${name}"`).join(', ')})) to '${file}' (format parquet)`,
    ),
  )
  lab.collected.push({
    file,
    window: {
      ...{ endpoint: 'credit', deployment: 'blue', collection: window.collection },
      ...{ startMs: window.atMs, endMs: window.atMs + 60_000 },
      ...(window.asset !== undefined && { asset: { name: window.asset, version: '1' } }),
    },
  })
}

/** So many rows of `id`, a number around 0 with this shift, and a category of a and b. */
export function sampleRows(
  count: number,
  {
    shift = 0,
    share = 0.5,
    seed = 1,
  }: { readonly shift?: number; readonly share?: number; readonly seed?: number } = {},
): (string | number)[][] {
  let state = seed
  const next = (): number => {
    state = Number((BigInt(state) * 1103515245n + 12345n) % 2147483648n)
    return state / 2147483648
  }
  const rows: (string | number)[][] = [['x', 'still', 'kind']]
  for (let row = 0; row < count; row++) {
    const x = next() + next() + next() + next() - 2 + shift
    const still = next() + next() - 1
    rows.push([x, still, next() < share ? 'a' : 'b'])
  }
  return rows
}
