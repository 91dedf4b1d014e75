// Online scoring: ours with everything on beside mlflow models serve, MLServer, BentoML, FastAPI and Azure's server, all
// with one worker around the same Ridge model. The servers run on one core, the load on another, and the rounds are
// interleaved: a machine that is slow for a while is slow for all. CPU is of the whole tree of each server.
// --peers a,b: only those (part of a name is enough; `none`: ours alone). --seconds N: of each measurement (5).
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { mlflowClients, pythonEnvironment } from '../e2e/python-environments.mjs'
import { freePort } from '../e2e/ports.ts'
import { hasCommand, median, startProcess, startServer, table, treeCpu, treeMemory } from './measure.mjs'
import { ours as ways, peers } from './peers/serving/peers.mjs'

const here = import.meta.dirname
const sluice = join(dirname(here), 'bin', 'sluice.mjs')
const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    peers: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '2' },
    rows: { type: 'string', default: '1,32' },
    connections: { type: 'string', default: '1,8,32' },
  },
})
const wanted = values.peers?.split(',').map((name) => name.trim().toLowerCase())
const names = Object.keys(peers).filter(
  (name) => wanted === undefined || wanted.some((part) => name.toLowerCase().includes(part)),
)
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
const [rowCounts, connectionCounts] = [values.rows, values.connections].map((list) => list.split(',').map(Number))
const cores = availableParallelism() > 1 && hasCommand('taskset') ? { server: '0', load: '1' } : undefined
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-serving-'))

const onCore = (core, command) => (core === undefined ? command : ['taskset', '-c', core, ...command])

function ask({ port, path, headers = {}, encoding }, { bodies, connections, seconds, more }) {
  const sent = { 'content-type': 'application/json', ...headers, ...more }
  const job = { port, path, headers: sent, bodies, encoding, connections, seconds }
  const [command, ...args] = onCore(cores?.load, [
    process.execPath,
    join(here, 'load-generator.mjs'),
    JSON.stringify(job),
  ])
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`The load generator ended with ${status}:\n${stderr}`)
  const figures = JSON.parse(stdout)
  if (figures.failures.length > 0) throw new Error(`Answers of ${path}: ${figures.failures.join('\n')}`)
  return figures
}

/** Bodies of `rows` rows and what each must be answered with. */
function questionsOf(server, model, rows) {
  return Array.from({ length: 8 }, (_, n) => {
    const [from, to] = [n * rows, (n + 1) * rows]
    return { body: server.body(model.columns, model.rows.slice(from, to)), expected: model.predictions.slice(from, to) }
  })
}

function checkAnswers(server, questions, answers) {
  for (const [index, text] of answers.entries()) {
    const got = server.predictions(text)
    const { expected } = questions[index]
    const isEqual =
      got.length === expected.length && got.every((value, at) => Math.abs(value / expected[at] - 1) < 1e-9)
    if (!isEqual) throw new Error(`${server.name} predicts ${got} where the model gives ${expected}.`)
  }
}

/** One measurement: latency, rate, CPU of a request in microseconds. */
function measured(server, model, { rows, connections }) {
  const questions = questionsOf(server, model, rows)
  const bodies = questions.map(({ body }) => body)
  // Of the same length for all bodies, whose shapes are the same.
  const more = server.headersOf?.(model.columns, model.rows.slice(0, rows))
  ask(server, { bodies, connections, seconds: Math.min(1, seconds / 2), more })
  const before = treeCpu(server.pid)
  const figures = ask(server, { bodies, connections, seconds, more })
  const cpu = ((treeCpu(server.pid) - before) / figures.count) * 1e6
  checkAnswers(server, questions, figures.answers)
  const isOfLoad = figures.ownCpu / figures.seconds > 0.9
  return { cpu, p50: figures.p50, p99: figures.p99, rate: figures.count / figures.seconds, isOfLoad }
}

/** A peer, answering; its start is timed from the spawn to the first answer of a prediction. */
async function startPeer(name, { model, mlflowPython, sklearn }) {
  const peer = peers[name]
  const python = peer.packages === undefined ? mlflowPython : await pythonEnvironment([...peer.packages, sklearn])
  const place = join(folder, name.replaceAll(' ', '-'))
  mkdirSync(join(place, 'home'), { recursive: true })
  const port = await freePort()
  const bin = dirname(python)
  const options = { bin, port, model: model.folder, folder: place }
  for (const [file, content] of Object.entries(peer.files?.(options) ?? {}))
    writeFileSync(join(place, file), JSON.stringify(content))
  const { command, environment } = peer.start(options)
  const env = {
    ...{ PATH: `${bin}:${process.env.PATH}`, HOME: join(place, 'home'), LANG: 'C.UTF-8', DO_NOT_TRACK: '1' },
    ...{ OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', ...environment },
  }
  const server = { name, port, path: peer.path, body: peer.body, predictions: peer.predictions }
  const log = join(place, 'log.txt')
  const started = await startProcess(onCore(cores?.server, command), {
    ...{ cwd: place, env, log, detached: true },
    answers: () => isAnswering(server, model),
  })
  return { ...server, ...started, stop: () => endGroup(started) }
}

/** Servers of several processes do not always take their children with them. */
async function endGroup({ pid, stop }) {
  await Promise.race([stop(), new Promise((resolve) => setTimeout(resolve, 10_000).unref())])
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}

async function isAnswering({ port, path, headers = {}, body }, { columns, rows }) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body(columns, rows.slice(0, 1)),
  })
  await response.arrayBuffer()
  return response.ok
}

/** Ours: with a key, the signature checked, metrics, and every request collected. */
async function startOurs(model) {
  const data = join(folder, 'ours')
  mkdirSync(data)
  const prefix = onCore(cores?.server, [])
  const write = (file, content) => writeFileSync(join(folder, file), content)
  write('endpoint.yml', 'name: bench\nauth_mode: key\n')
  write(
    'deployment.yml',
    `name: blue
endpoint_name: bench
model: {path: ${join(model.folder, 'mlflow')}, type: mlflow_model}
request_settings: {request_timeout_ms: 60000}
data_collector:
  collections:
    model_inputs: {enabled: 'true'}
    model_outputs: {enabled: 'true'}
`,
  )
  const run = async (...args) =>
    (await promisify(execFile)(process.execPath, [sluice, ...args, '--data', data], { cwd: folder })).stdout
  const first = await startServer(sluice, data, prefix)
  await run('endpoint', 'deploy', 'bench', '--file', 'endpoint.yml')
  await run('endpoint', 'deploy', 'bench', '--file', 'deployment.yml')
  const keys = JSON.parse(await run('endpoint', 'credentials', 'bench', '--json'))
  await first.stop()
  // Again, to time a start with everything there, as for the others.
  const began = performance.now()
  const started = await startServer(sluice, data, prefix)
  const port = Number(new URL(started.url).port)
  const headers = { authorization: `Bearer ${keys.primary_key ?? keys.primaryKey}` }
  const servers = Object.entries(ways).map(([name, { headers: headersOf, ...way }]) => {
    return { name, port, headers, headersOf, ...way, ...started }
  })
  if (!(await isAnswering(servers[0], model))) throw new Error('Our endpoint does not answer.')
  const startSeconds = (performance.now() - began) / 1000
  return servers.map((server) => ({ ...server, startSeconds }))
}

function trainModel(mlflowPython) {
  const place = join(folder, 'model')
  const { status, stderr } = spawnSync(mlflowPython, [join(here, 'peers/serving/train.py'), place], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The model was not trained:\n${stderr}`)
  return { folder: place, ...JSON.parse(readFileSync(join(place, 'rows.json'), 'utf8')) }
}

const settings = rowCounts.flatMap((rows) => connectionCounts.map((connections) => ({ rows, connections })))
const servers = []
const results = new Map()

async function measureAll() {
  const mlflowPython = await pythonEnvironment(mlflowClients['3.17'])
  const model = trainModel(mlflowPython)
  const sklearn = `scikit-learn==${model.versions['scikit-learn']}`
  for (const name of names) {
    servers.push(await startPeer(name, { model, mlflowPython, sklearn }))
    console.error(`${name} answers after ${servers.at(-1).startSeconds.toFixed(1)} s`)
  }
  servers.unshift(...(await startOurs(model)))
  for (let round = 0; round < rounds; round++)
    for (const setting of settings)
      for (const server of servers) {
        const key = `${server.name} ${setting.rows} ${setting.connections}`
        const figures = measured(server, model, setting)
        results.set(key, [...(results.get(key) ?? []), figures])
      }
  for (const server of servers) server.memory = treeMemory(server.pid)
}

const figure = (name, { rows, connections }, pick) =>
  median(results.get(`${name} ${rows} ${connections}`).map((each) => each[pick]))

/** The load generator had no time left: the server's CPU is its own, its rate could be more and its times less. */
const isOfLoad = (name, { rows, connections }) =>
  results.get(`${name} ${rows} ${connections}`).some((each) => each.isOfLoad)

function report() {
  const place = cores === undefined ? 'no core of its own' : 'servers on one core, load on another'
  console.log(`${rounds} round(s) of ${seconds} s, interleaved; ${place}. CPU is of whole trees; x is times ours.`)
  console.log('> before a rate: the load generator was busy all the time; the server could answer more.')
  for (const setting of settings) {
    console.log(`\n${setting.rows} row(s) a request, ${setting.connections} connection(s)`)
    const ours = figure('sluice', setting, 'cpu')
    table(
      ['server', 'requests/s', 'p50 ms', 'p99 ms', 'CPU us/request', ''],
      servers.map(({ name }) => [
        name,
        `${isOfLoad(name, setting) ? '>' : ''}${figure(name, setting, 'rate').toFixed(0)}`,
        figure(name, setting, 'p50').toFixed(2),
        figure(name, setting, 'p99').toFixed(2),
        figure(name, setting, 'cpu').toFixed(0),
        `${(figure(name, setting, 'cpu') / ours).toFixed(1)}x`,
      ]),
    )
  }
  console.log('')
  table(
    ['server', 'start s', 'memory MB'],
    servers.map(({ name, startSeconds, memory }) => [name, startSeconds.toFixed(1), (memory / 2 ** 20).toFixed(0)]),
  )
}

/** design.md 10: CPU of a request at 32 connections, and times at one. */
const budgets = {
  'mlflow models serve': { times: 12, way: 'sluice' },
  MLServer: { times: 10, way: 'sluice, tensors' },
  'MLServer batching': { times: 10, way: 'sluice, tensors' },
  'FastAPI async': { times: 4, way: 'sluice' },
}

function reportBudgets() {
  const lines = []
  for (const rows of rowCounts) {
    for (const [name, { times, way }] of Object.entries(budgets)) {
      if (!names.includes(name) || !connectionCounts.includes(32)) continue
      const setting = { rows, connections: 32 }
      const ratio = figure(name, setting, 'cpu') / figure(way, setting, 'cpu')
      lines.push([
        rows === 1,
        `${rows} row(s), 32 connections: CPU of ${way} 1/${ratio.toFixed(1)} of ${name} (budget 1/${times})`,
        ratio >= times,
      ])
    }
    for (const name of ['FastAPI sync', 'FastAPI async']) {
      if (!names.includes(name) || !connectionCounts.includes(1)) continue
      for (const pick of ['p50', 'p99']) {
        const setting = { rows, connections: 1 }
        const [mine, theirs] = [figure('sluice', setting, pick), figure(name, setting, pick)]
        lines.push([
          rows === 1,
          `${rows} row(s), 1 connection: ${pick} ${mine.toFixed(2)} ms, ${name} ${theirs.toFixed(2)} ms`,
          mine <= theirs,
        ])
      }
    }
  }
  if (lines.length > 0) console.log('\nBudgets (stated for requests of one row):')
  for (const [, text, isMet] of lines) console.log(`${isMet ? 'met    ' : 'NOT MET'} ${text}`)
}

try {
  await measureAll()
  report()
  reportBudgets()
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  for (const server of servers) await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
