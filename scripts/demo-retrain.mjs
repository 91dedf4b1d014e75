// npm run demo -- retrain [FOLDER]: the loop of examples/retrain-on-drift with the commands a user types, in a store of its
// own. Three rounds of requests: as trained on, shifted with an effect, shifted without one. It ends with the timeline.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { root } from './node-24.mjs'

const sluice = join(root, 'bin', 'sluice.mjs')
const monitor = 'progression-drift'
const [asked] = process.argv.slice(2)
const folder = asked === undefined ? mkdtempSync(join(tmpdir(), 'sluice-retrain-')) : resolve(asked)
const example = join(folder, 'retrain-on-drift')
const store = join(folder, 'store')
const env = { ...process.env, SLUICE_DATA: store }
// They would lead to another store than this one.
delete env.SLUICE_DATABASE
delete env.SLUICE_URL
let cwd = folder

/** Shows the command, runs it with this terminal, and ends with its exit code unless that is the one to come. */
function run(args, { command = 'sluice', expected = 0 } = {}) {
  console.log(`\n$ ${[command, ...args].map(quoted).join(' ')}`)
  const [program, all] = command === 'sluice' ? [process.execPath, [sluice, ...args]] : [command, args]
  const { status, error } = spawnSync(program, all, { cwd, env, stdio: 'inherit' })
  if (error !== undefined) end(`${command}: ${error.message}.`, 1)
  if (status !== expected) end(`${command} ended with ${status}, not with ${expected}.`, status || 1)
}

/** What a command says as JSON; it is not shown. */
function read(...args) {
  const { status, stdout } = spawnSync(process.execPath, [sluice, ...args, '--json'], {
    ...{ cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  })
  if (status !== 0) end(`sluice ${args.join(' ')} ended with ${status}.`, status || 1)
  return JSON.parse(stdout)
}

function end(message, code) {
  console.error(`\n${message} What went wrong is said above.`)
  if (existsSync(join(store, 'server.json'))) console.error(`The server goes on; stop it: sluice --data ${store} down`)
  process.exit(code)
}

function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function say(text) {
  console.log(`\n# ${text}`)
}

/** Asks the endpoint about 400 patients, and adds how they fared to the labels; since when, for the monitor. */
function sendRound({ uri, key }, ...options) {
  const since = new Date().toISOString()
  run(['send.py', uri, key, ...options], { command: 'python3' })
  run(['data', 'create', '--name', 'progression-labels', '--type', 'uri_file', '--path', 'labels.csv'])
  return since
}

/** Waits for the job that the newest breach started; `earlier`: how many breaches there were before. */
async function waitForBreach(earlier) {
  say('on_breach has started retrain.yml; waiting for its job ...')
  for (;;) {
    const { items } = read('monitor', 'breaches', monitor)
    const [{ status, job, job_status: jobStatus, detail } = {}] = items.length > earlier ? items : []
    if (status === 'skipped' || status === 'failed') end(`No job was started: ${detail}.`, 1)
    if (['Completed', 'Failed', 'Canceled'].includes(jobStatus)) {
      run(['monitor', 'breaches', monitor])
      run(['job', 'show', job])
      return jobStatus
    }
    await pause(500)
  }
}

function expectStatus(found, wanted) {
  if (found !== wanted) end(`The job is ${found}, not ${wanted}.`, 1)
}

/** Everything that happened, from the server. */
async function events(url) {
  const all = []
  for (;;) {
    const reply = await fetch(`${url}/api/v1/events?after=${all.at(-1)?.seq ?? 0}&limit=1000`)
    const { items } = await reply.json()
    if (items.length === 0) return all
    all.push(...items)
  }
}

/** One line of the timeline: what happened and what is to be known of it; undefined for what is only a detail. */
async function lineOf({ kind, subject, body }, url) {
  switch (kind) {
    case 'asset.created': {
      const isOurs = ['progression-training', 'progression-labels'].includes(body.name)
      return isOurs ? ['data', `azureml:${body.name}:${body.version}`] : undefined
    }
    case 'payloads.stored':
      return body.collection === 'model_inputs' ? ['requests', `${body.rows} rows kept as they were asked`] : undefined
    case 'model.version.created':
      return ['model', `${subject}:${body.version} registered`]
    case 'model.alias.set':
      return ['model', `${subject}@${body.alias} is version ${body.version}`]
    case 'deployment.ready':
      return ['deployment', `${subject}/${body.deployment} answers, revision ${body.revision}`]
    case 'monitor.computed':
      return ['monitor', await findings(url, body.run)]
    case 'monitor.fired':
      return ['on_breach', `started ${body.job}`]
    case 'job.status':
      if (body.job !== subject || !['Completed', 'Failed', 'Canceled'].includes(body.status)) return undefined
      return ['job', [`${subject} ${body.status}`, body.detail].filter(Boolean).join(', ')]
    default:
      return undefined
  }
}

/** What a run of the monitor found: every feature that moved with effect and threshold, and the window. */
async function findings(url, run) {
  const reply = await fetch(`${url}/api/v1/monitors/${monitor}/runs/${run}`)
  const { verdicts, signals } = await reply.json()
  const moved = verdicts
    .filter((verdict) => verdict.is_breach)
    .map(({ feature, effect, threshold }) => `${feature} ${effect.toFixed(3)} (threshold ${threshold})`)
  const { start, end: until } = signals[0].window
  const said = moved.length === 0 ? `quiet, ${verdicts.length} features as they were` : `moved: ${moved.join(', ')}`
  return `${said}; window ${start.slice(11)} to ${until.slice(11)}`
}

mkdirSync(folder, { recursive: true })
console.log(`$ export SLUICE_DATA=${quoted(store)}`)
run(['init', 'retrain', example])
cwd = example
console.log(`$ cd ${quoted(example)}`)
run(['up', '--detach', '--port', '0'])

say('A first model from the data there are, and a deployment that collects what it is asked.')
run(['run', 'pipeline.yml'])
run(['endpoint', 'create', '--file', 'endpoint.yml'])
run(['deployment', 'create', '--file', 'deployment.yml', '--all-traffic'])
run(['endpoint', 'credentials', 'progression'])
const client = {
  uri: read('endpoint', 'show', 'progression').scoring_uri,
  key: Object.values(read('endpoint', 'credentials', 'progression'))[0],
}

say('Round 1: patients as the model knows them. The monitor stays quiet.')
const first = sendRound(client, '--seed', '1')
run(['payload', 'end-windows'])
run(['monitor', 'create', 'monitor.yml'])
run(['monitor', 'run', monitor, '--since', first])

say('Round 2: bmi and bp have moved, and the progression with them. The monitor names both (exit code 1).')
const second = sendRound(client, '--seed', '2', '--shift', 'bmi=0.05', '--shift', 'bp=0.05', '--effect', '1000')
run(['monitor', 'run', monitor, '--since', second], { expected: 1 })
expectStatus(await waitForBreach(0), 'Completed')
run(['model', 'show', 'progression'])
run(['deployment', 'update', 'live', '--endpoint', 'progression', '--file', 'deployment.yml'])

say('Round 3: s2 has moved, which means nothing. The new model is worse than version 2: nothing is registered.')
const third = sendRound(client, '--seed', '8', '--shift', 's2=0.08')
run(['monitor', 'run', monitor, '--since', third], { expected: 1 })
expectStatus(await waitForBreach(1), 'Canceled')
run(['model', 'show', 'progression'])

say('What happened, from the events of the server (UTC):')
const url = new URL(client.uri).origin
for (const event of await events(url)) {
  const line = await lineOf(event, url)
  if (line !== undefined) console.log(`${event.at.slice(11, 23)}  ${line[0].padEnd(10)}  ${line[1]}`)
}
console.log(`
The server goes on in the background, with its pages at ${url}. Stop it: sluice --data ${quoted(store)} down
(here: node bin/sluice.mjs --data ${quoted(store)} down). The files are in ${example}.`)
