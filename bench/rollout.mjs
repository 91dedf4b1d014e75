// 50 changes under load: deployments updated, rolled out by steps and in one, rolled back, workers killed with -9. Every
// request must get one answer, its own. Prints the failed ones, which must be 0, and how long a ready environment takes
// to serve. Options: --changes N (default 50), --clients N (default 16).
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { median, startServer, table } from './measure.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? fallback : Number(process.argv[at + 1])
}
const wantedChanges = option('changes', 50)
const clients = option('clients', 16)

const place = mkdtempSync(join(tmpdir(), 'sluice-bench-rollout-'))
const data = join(place, 'store')
mkdirSync(join(place, 'code'), { recursive: true })
writeFileSync(
  join(place, 'code/score.py'),
  'import json\n\ndef init():\n    pass\n\ndef run(raw):\n    return json.loads(raw)["n"]\n',
)
for (const name of ['blue', 'green']) {
  writeFileSync(
    join(place, `${name}.yml`),
    `name: ${name}\nendpoint_name: lines\ncode_configuration: {code: ./code, scoring_script: score.py}\ninstance_count: 2\n`,
  )
}
const server = await startServer(join(root, 'bin/sluice.mjs'), data)
const { local_token: token } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'))

async function call(method, path, body) {
  const reply = await fetch(`${server.url}/api/v1/endpoints${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-sluice-local-token': token },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await reply.text()
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

const agent = new Agent({ keepAlive: true, maxSockets: clients })
const target = new URL(`${server.url}/endpoints/lines/score`)
let isOver = false
let answered = 0
const failures = []

function ask(n) {
  return new Promise((resolve) => {
    const sent = request(
      target,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (reply) => {
        let text = ''
        reply.setEncoding('utf8').on('data', (part) => (text += part))
        reply.on('end', () => {
          if (reply.statusCode === 200 && text === String(n)) answered++
          else failures.push(`${reply.statusCode} ${text} for ${n}`)
          resolve()
        })
      },
    )
    sent.on('error', (error) => {
      failures.push(String(error))
      resolve()
    })
    sent.end(JSON.stringify({ n }))
  })
}

async function load(client) {
  for (let n = client; !isOver; n += clients) await ask(n)
}

/** Pids of this store's scoring workers. */
function workers() {
  return readdirSync('/proc').filter((pid) => {
    try {
      const isHost = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sluiceworks.scoring_host')
      return isHost && readlinkSync(`/proc/${pid}/cwd`).startsWith(data)
    } catch {
      return false
    }
  })
}

const rolloutEnded = async () => {
  for (;;) {
    const rollout = await call('GET', '/lines/rollout')
    if (rollout.ended_at !== undefined) return rollout
    await pause(50)
  }
}
const deploySeconds = []
async function timed(work) {
  const started = performance.now()
  await work()
  deploySeconds.push((performance.now() - started) / 1000)
}

let other = 'green'
const changes = {
  'a deployment is updated': () =>
    timed(() => call('PATCH', '/lines/deployments/blue', { set: { 'environment_variables.ROUND': String(answered) } })),
  'a rollout by steps': async () => {
    const steps = { steps: [25, 100], hold: 0.5, abort_on: ['error-rate>0%'], min_requests: 10 }
    await call('POST', '/lines/rollout', { to: other, ...steps })
    const { status, reason } = await rolloutEnded()
    if (status !== 'promoted') throw new Error(`the rollout was ${status}: ${reason}`)
    other = other === 'green' ? 'blue' : 'green'
  },
  'a worker is killed': () => process.kill(Number(workers()[0]), 'SIGKILL'),
  'a rollback': async () => {
    await call('POST', '/lines/rollback', {})
    other = other === 'green' ? 'blue' : 'green'
  },
  'blue-green in one step': async () => {
    await call('POST', '/lines/rollout', { to: other, steps: [100], hold: 0 })
    await rolloutEnded()
    other = other === 'green' ? 'blue' : 'green'
  },
}

try {
  await call('POST', '', { name: 'lines', auth_mode: 'none' })
  for (const name of ['blue', 'green'])
    await timed(() => call('POST', '/lines/deployments', { file: join(place, `${name}.yml`) }))
  const loads = Array.from({ length: clients }, (_, client) => load(client))
  const counts = new Map()
  for (let index = 0; index < wantedChanges; index++) {
    const [name, change] = Object.entries(changes)[index % Object.keys(changes).length]
    await change()
    counts.set(name, (counts.get(name) ?? 0) + 1)
    await pause(100)
  }
  isOver = true
  await Promise.all(loads)
  table(
    ['change, under load', 'times'],
    [...counts].map(([name, count]) => [name, String(count)]),
  )
  table(
    ['figure', 'value'],
    [
      ['requests answered with their own answer', String(answered)],
      ['requests that failed', String(failures.length)],
      ['a ready environment serves after, median', `${median(deploySeconds).toFixed(2)} s`],
      ['a ready environment serves after, longest', `${Math.max(...deploySeconds).toFixed(2)} s`],
    ],
  )
  for (const failure of failures.slice(0, 10)) console.log(failure)
  process.exitCode = failures.length === 0 ? 0 : 1
} finally {
  agent.destroy()
  await server.stop()
  rmSync(place, { recursive: true, force: true })
}
