import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { TestContext } from 'node:test'
import { openBox } from '../access/access.test-support.ts'
import { endpointKeys } from '../access/endpoint-keys.ts'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { Digest } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import { identifyProcess } from '../processes/process-identity.ts'
import { openDeploymentLog, type DeploymentLog } from './deployment-log.ts'
import { servingService, type ServingPlace, type ServingService } from './serving-service.ts'
import type { PoolSettings } from './pool-settings.ts'
import type { ScoringRequest, WorkerCommand } from './worker.ts'

/** Where the package `sluiceworks` lies. */
export const pythonSource = join(import.meta.dirname, '../../python/src')

/** The interpreter behind `python3`; shims of version managers cost a shell each. */
const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()

/** A folder of the test's own, gone afterwards. */
export async function temporaryFolder(t: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-serving-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Real time. Timers keep the process alive: a test that waits for one must not end before it. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** A clock that stands still until it is turned; then everything that was due happens, in order. */
export function handClock(): Clock & { turn(byMs: number): void } {
  let nowMs = Date.UTC(2026, 0, 1)
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>()
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    turn(byMs) {
      nowMs += byMs
      const due = [...timers].filter(({ atMs }) => atMs <= nowMs).sort((one, other) => one.atMs - other.atMs)
      for (const timer of due) if (timers.delete(timer)) timer.callback()
    },
  }
}

/** Resolves when `holds` does; the test's own time limit ends a wait in vain. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** True while a process with that pid lives (a zombie that nobody reaped yet does not). */
export function lives(pid: number): boolean {
  return identifyProcess(pid) !== undefined
}

/** What most tests serve: it answers with what it was told to, after what it was told to do first. */
export const echoScript = `
import json, os, signal, sys, time

def init():
    print("hello from init")

def run(raw):
    data = json.loads(raw)
    with open(os.environ["EXECUTIONS"], "a") as file:
        file.write(f"{data.get('name', '')} {os.getpid()}\\n")
    if "wait_for" in data:
        while not os.path.exists(data["wait_for"]):
            time.sleep(0.005)
    if data.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if "raise" in data:
        raise ValueError(data["raise"])
    return {"name": data.get("name"), "pid": os.getpid()}
`

export interface ScriptHome {
  readonly folder: string
  readonly command: WorkerCommand
  readonly log: DeploymentLog
  readonly logText: () => Promise<string>
  /** `name pid` of every execution of the echo script, in order. */
  readonly executions: () => Promise<readonly string[]>
}

/** A score.py in a folder of its own and the command that serves it. */
export async function scriptHome(t: TestContext, script = echoScript): Promise<ScriptHome> {
  const folder = await temporaryFolder(t)
  const appRoot = join(folder, 'code')
  await mkdir(appRoot)
  await writeFile(join(appRoot, 'score.py'), script)
  const executions = join(folder, 'executions')
  await writeFile(executions, '')
  const logFile = join(folder, 'log.txt')
  const log = openDeploymentLog(logFile)
  t.after(() => log.close())
  return {
    folder,
    log,
    logText: () => readFile(logFile, 'utf8'),
    executions: async () => (await readFile(executions, 'utf8')).split('\n').slice(0, -1),
    command: {
      python,
      folder: appRoot,
      environment: {
        PATH: process.env['PATH']!,
        PYTHONPATH: pythonSource,
        PYTHONUNBUFFERED: '1',
        EXECUTIONS: executions,
      },
      model: { kind: 'script', appRoot, script: 'score.py' },
    },
  }
}

/** A JSON request. */
export function jsonRequest(body: unknown): ScoringRequest {
  return { contentType: 'application/json', headers: {}, body: Buffer.from(JSON.stringify(body)) }
}

export const poolSettings: PoolSettings = {
  workers: 1,
  // Nothing takes as long: a test that is about a time limit sets its own.
  timeoutMs: 600_000,
  maxWaiting: 100,
  retryAfterDeath: true,
  maxBatchRows: 256,
}

/** A content store of plain copies: what serving asks of one, without its promises of durability. */
function fakeContents(folder: string): ServingPlace['contents'] {
  let count = 0
  return {
    async ingest(path) {
      const digest = String(++count).padStart(64, '0') as Digest
      const kind = (await stat(path)).isDirectory() ? 'folder' : 'file'
      await cp(path, join(folder, digest, basename(path)), { recursive: true })
      return { kind, digest, sizeBytes: 0, fileCount: 1 }
    },
    async materialise({ digest }, how) {
      const [name] = await readdir(join(folder, digest))
      const source = join(folder, digest, name!)
      if (how.by === 'link') return source
      await cp(source, how.target, { recursive: true })
      return how.target
    },
  }
}

/** Builds nothing: everything runs on this machine's own Python, and `asked` tells for what. */
function fakeEnvironments(): ServingPlace['environments'] & { readonly asked: EnvironmentRequest[] } {
  const asked: EnvironmentRequest[] = []
  return {
    asked,
    async lock(request) {
      asked.push(request)
      return { digest: 'e'.repeat(64) as Digest, python: '3', platform: 'any', requirements: '', notes: ['a note'] }
    },
    isBuilt: async () => true,
    async build(lock, log) {
      log('nothing to build')
      // What was asked last: a stub can tell mlflow from mlflow-skinny by it.
      return { digest: lock.digest, path: [], variables: { BUILT: JSON.stringify(asked.at(-1)) }, python }
    },
  }
}

export interface ServingLab {
  readonly serving: ServingService
  readonly place: ServingPlace
  readonly folder: string
  readonly environments: ReturnType<typeof fakeEnvironments>
  /** A code folder with this score.py. */
  readonly code: (script: string) => Promise<{ readonly code: string; readonly script: string }>
  /** Another service on the same store and folder, as after a restart; close the one before, or forget it. */
  readonly restart: (changes?: Partial<ServingPlace>) => Promise<ServingService>
  readonly ask: (endpoint: string, body?: unknown, deployment?: string) => Promise<{ status: number; text: string }>
}

/** Serving on an empty store, with models named by folders below `models`. */
export async function openServing(
  t: TestContext,
  database: Database,
  changes: Partial<ServingPlace> = {},
): Promise<ServingLab> {
  const folder = await temporaryFolder(t)
  const environments = fakeEnvironments()
  const clock = realClock
  const place: ServingPlace = {
    database,
    clock,
    folder: join(folder, 'serving'),
    contents: fakeContents(join(folder, 'contents')),
    environments,
    keys: endpointKeys({ database, box: await openBox(t, database), clock, random: randomBytes }),
    models: {
      async resolve(reference) {
        const [, name, version] = /^azureml:(.+):(\d+)$/.exec(reference) ?? []
        if (name === undefined) throw new SluiceError('not-found', `There is no model "${reference}".`)
        return { name, version: Number(version), artifactPath: `0/run/artifacts/${name}`, tags: {} }
      },
      materialise: async (artifactPath) => join(folder, 'models', basename(artifactPath)),
    },
    pythonSource,
    variables: { PATH: process.env['PATH']! },
    random: Math.random,
    observers: [],
    warn: (message) => assert.fail(message),
    reach: () => undefined,
    ...changes,
  }
  let scripts = 0
  let serving = servingService(place)
  const services = [serving]
  t.after(() => Promise.all(services.map((service) => service.close())))
  await serving.start()
  return {
    // Always the newest.
    get serving() {
      return serving
    },
    place,
    folder,
    environments,
    async code(script) {
      const code = join(folder, `code-${++scripts}`)
      await mkdir(code)
      await writeFile(join(code, 'score.py'), script)
      return { code, script: 'score.py' }
    },
    async restart(replaced = {}) {
      serving = servingService({ ...place, ...replaced })
      services.push(serving)
      await serving.start()
      return serving
    },
    async ask(endpoint, body = {}, deployment) {
      const { answer } = await serving.score({
        endpoint,
        requestId: 'asked',
        ...(deployment !== undefined && { deployment }),
        contentType: 'application/json',
        body: Buffer.from(JSON.stringify(body)),
        headers: () => ({}),
      })
      if (answer.kind === 'refused') return { status: answer.error.status, text: answer.error.message }
      return { status: 200, text: answer.body.toString() }
    },
  }
}
