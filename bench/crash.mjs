// kill -9 of the server, again and again, while pipelines of five shapes run: at every point between store and act that
// the program names, and at random moments. Every step must have run exactly once, every output must be the one of an
// undisturbed run, and no process and no attempt may be left. Options: --kills N (default 200), --seed N.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crashPoints } from '../e2e/crash/server.ts'
import { table } from './measure.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sluice = join(root, 'bin', 'sluice.mjs')
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? fallback : Number(process.argv[at + 1])
}
const wantedKills = option('kills', 200)
let seed = option('seed', 1)
/** Marsaglia's xorshift: the same moments for the same seed. */
const random = () => {
  seed ^= seed << 13
  seed ^= seed >>> 17
  seed ^= seed << 5
  return (seed >>> 0) / 2 ** 32
}

/** A step that marks that it really ran, takes its time, and writes what it read and its own name. */
function step(name, { parents = [], input, seconds = 0.05 } = {}) {
  const inputs = parents.map((parent) => `      p_${parent}: \${{parent.jobs.${parent}.outputs.o}}`)
  if (input !== undefined) inputs.push(`      x: ${input}`)
  const reads = parents.map((parent) => `\${{inputs.p_${parent}}}`).join(' ')
  const label = input === undefined ? name : `${name}-\${{inputs.x}}`
  const lines = [
    `  ${name}:`,
    `    command: 'echo ${label} >>$MARKS; sleep ${seconds}; (cat ${reads} </dev/null; echo ${label}) >\${{outputs.o}}'`,
    '    environment_variables: {MARKS: "@MARKS@"}',
    ...(inputs.length > 0 ? ['    inputs:', ...inputs] : []),
    '    outputs: {o: {type: uri_file}}',
  ]
  return lines.join('\n')
}

const names = (count, prefix) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)
const shapes = {
  'chain of 12': {
    yaml: names(12, 's').map((name, index) => step(name, { parents: index === 0 ? [] : [`s${index - 1}`] })),
    marks: names(12, 's'),
  },
  'grid of 30': {
    yaml: names(30, 's').map((name, index) =>
      step(name, { parents: index < 6 ? [] : [`s${index - 6}`, `s${index - 6 + (index % 6 === 5 ? -5 : 1)}`] }),
    ),
    marks: names(30, 's'),
  },
  'loop over 12 items': {
    yaml: [
      step('work', { input: '0' }),
      `  each:\n    type: parallel_for\n    body: \${{parent.jobs.work}}\n    items: [${names(12, '')
        .map((x) => `{x: "${x}"}`)
        .join(', ')}]\n    max_concurrency: 3`,
    ],
    marks: names(12, 'work-'),
  },
  'sweep of 9 trials': {
    yaml: [
      `  tune:
    type: sweep
    trial:
      type: command
      inputs: {a: {type: integer}, b: {type: integer}}
      outputs: {o: {type: uri_file}}
      environment_variables: {MARKS: "@MARKS@"}
      command: >-
        echo trial-\${{inputs.a}}-\${{inputs.b}} >>$MARKS; sleep 0.05;
        python3 -c "import json, os, time, urllib.request;
        body = json.dumps({'run_id': os.environ['MLFLOW_RUN_ID'], 'key': 'loss', 'value': \${{inputs.a}} + \${{inputs.b}}, 'timestamp': int(time.time() * 1000)}).encode();
        url = os.environ['MLFLOW_TRACKING_URI'] + '/api/2.0/mlflow/runs/log-metric';
        call = lambda: urllib.request.urlopen(urllib.request.Request(url, body, {'Content-Type': 'application/json', 'Authorization': 'Bearer ' + os.environ.get('MLFLOW_TRACKING_TOKEN', '')}));
        exec('for n in range(600):\\n try:\\n  call(); break\\n except (OSError, EOFError):\\n  time.sleep(0.1)\\nelse:\\n raise SystemExit(9)')";
        echo \${{inputs.a}} \${{inputs.b}} >\${{outputs.o}}
    search_space:
      a: {type: choice, values: [1, 2, 3]}
      b: {type: choice, values: [1, 2, 3]}
    sampling_algorithm: grid
    objective: {goal: minimize, primary_metric: loss}
    limits: {max_total_trials: 9, max_concurrent_trials: 2}
    outputs: {o: {type: uri_file}}`,
    ],
    marks: [1, 2, 3].flatMap((a) => [1, 2, 3].map((b) => `trial-${a}-${b}`)),
  },
  'parallel over 16 files': {
    files: {
      'code/mark.py': `import os, time
def run(mini_batch):
    for path in mini_batch:
        with open(os.environ['MARKS'], 'a') as marks:
            marks.write('file-' + os.path.basename(path) + chr(10))
        time.sleep(0.05)
    return [os.path.basename(path) for path in mini_batch]
`,
      ...Object.fromEntries(names(16, 'data/f').map((name) => [name, name])),
    },
    yaml: [
      `  score:
    type: parallel
    inputs: {files: {type: uri_folder, path: data}}
    outputs: {o: {type: uri_file}}
    input_data: \${{inputs.files}}
    mini_batch_size: '2'
    max_concurrency_per_instance: 2
    mini_batch_error_threshold: 0
    environment_variables: {MARKS: "@MARKS@"}
    task:
      type: run_function
      code: ./code
      entry_script: mark.py
      append_row_to: \${{outputs.o}}`,
    ],
    marks: names(16, 'file-f'),
  },
}

const ended = ['Completed', 'Failed', 'Canceled']
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Starts a server on a store; `crashAt` lets it kill itself at that point. */
async function serve(data, { crashAt } = {}) {
  const child = spawn(process.execPath, [sluice, 'up', '--data', data, '--port', '0', '--log-level', 'error'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...(crashAt !== undefined && { SLUICE_CRASH_AT: crashAt }) },
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
  const gone = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  let end
  void gone.then((how) => (end = how))
  for (;;) {
    if (end !== undefined) return { child, gone, errors, isGone: true, call: async () => undefined }
    try {
      const record = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'))
      if (record.pid === child.pid && (await fetch(`${record.url}/health`)).ok) {
        const headers = { 'x-sluice-local-token': record.local_token, 'content-type': 'application/json' }
        const call = async (path, init = {}) => {
          const response = await fetch(`${record.url}${path}`, { ...init, headers })
          if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
          return response.json()
        }
        return { child, gone, errors, isGone: false, call }
      }
    } catch {
      // Not written whole, not listening yet, or killed already.
    }
    await pause(10)
  }
}

/** The only job of a store; undefined while there is none or the server does not answer. */
async function onlyJob(server) {
  const list = await server.call('/api/v1/jobs').catch(() => undefined)
  return list?.items[0]
}

/** Runs one shape to its end with kills as `plan` says; what is left of it, to be compared. */
async function run(name, shape, plan) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-crash-bench-'))
  const data = join(folder, 'store')
  const marks = join(folder, 'marks')
  mkdirSync(data)
  writeFileSync(marks, '')
  for (const [path, content] of Object.entries(shape.files ?? {})) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const yaml = join(folder, 'pipeline.yml')
  const text = `type: pipeline\nexperiment_name: crash\njobs:\n${shape.yaml.join('\n')}\n`
  writeFileSync(yaml, text.replaceAll('@MARKS@', marks))
  let kills = 0
  let job
  for (let life = 0; life < 500 && !ended.includes(job?.status); life++) {
    const crashAt = plan.crashAt !== undefined && life === 0 ? plan.crashAt : undefined
    const server = await serve(data, crashAt === undefined ? {} : { crashAt })
    if (!server.isGone && (await onlyJob(server)) === undefined) {
      await server.call('/api/v1/jobs', { method: 'POST', body: JSON.stringify({ file: yaml }) }).catch(() => undefined)
    }
    const killAtMs = plan.maxKills > kills && crashAt === undefined ? random() * plan.maxDelayMs : Infinity
    const startedMs = Date.now()
    let isOver = server.isGone
    void server.gone.then(() => (isOver = true))
    while (!isOver && Date.now() - startedMs < killAtMs) {
      job = await onlyJob(server)
      if (ended.includes(job?.status)) break
      await pause(20)
    }
    if (ended.includes(job?.status) && !isOver) {
      const outcome = await look({ server, job, shape, data, marks, folder }).catch((error) => {
        // Points may come after the end of the job: the next server is looked at.
        if (crashAt === undefined) throw error
      })
      if (outcome !== undefined) {
        server.child.kill('SIGTERM')
        await server.gone
        rmSync(folder, { recursive: true, force: true })
        return { ...outcome, kills }
      }
      job = undefined
    }
    server.child.kill('SIGKILL')
    const { signal } = await server.gone
    if (signal === 'SIGKILL') kills++
    else throw new Error(`${name}: the server ended by itself: ${server.errors}`)
  }
  throw new Error(`${name}: the job did not end: ${JSON.stringify(job)}`)
}

async function look({ server, job, shape, data, marks, folder }) {
  const ran = readFileSync(marks, 'utf8').trim().split('\n').filter(Boolean)
  const { items } = await server.call(`/api/v1/jobs/${job.name}/children?limit=1000`)
  const digests = Object.fromEntries(
    items.map((item) => [item.step, Object.values(item.outputs).map((output) => output.digest ?? output.value)]),
  )
  const count = (name) => ran.filter((mark) => mark === name).length
  // Files of ended attempts are put away after the end is stored.
  for (let tries = 0; tries < 50 && readdirSync(join(data, 'attempts')).length > 0; tries++) await pause(100)
  // The end of a job is read before it is synced, and a point may come after that: what a server that killed itself left
  // is for the next one to put away. No answer is an error.
  await server.call(`/api/v1/jobs/${job.name}`)
  return {
    status: job.status,
    digests: JSON.stringify(digests),
    lost: shape.marks.filter((name) => count(name) === 0).length,
    repeated: ran.length - new Set(ran).size,
    orphans: orphansOf(folder),
    attemptsLeft: readdirSync(join(data, 'attempts')).length,
  }
}

/** Processes with the folder in their environment that are not the server. */
function orphansOf(folder) {
  if (!existsSync('/proc')) return 0
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`MARKS=${folder}`)
    } catch {
      return false
    }
  }).length
}

const place = mkdtempSync(join(tmpdir(), 'sluice-crash-bench-'))
const points = await crashPoints(place)
rmSync(place, { recursive: true, force: true })
const rows = []
let isBad = false
let allKills = 0
for (const [name, shape] of Object.entries(shapes)) {
  const expected = await run(name, shape, { maxKills: 0 })
  const sums = { runs: 0, kills: 0, lost: 0, repeated: 0, orphans: 0, attemptsLeft: 0, different: 0 }
  const add = (outcome) => {
    sums.runs++
    for (const key of ['kills', 'lost', 'repeated', 'orphans', 'attemptsLeft']) sums[key] += outcome[key]
    if (outcome.status !== expected.status || outcome.digests !== expected.digests) sums.different++
  }
  const missed = []
  for (const crashAt of points) {
    const outcome = await run(name, shape, { crashAt, maxKills: 0 })
    if (outcome.kills === 0) missed.push(crashAt)
    add(outcome)
  }
  // A point that was never hit is only right where the shape has nothing of the kind.
  const share = wantedKills / Object.keys(shapes).length
  while (sums.kills < share)
    add(await run(name, shape, { maxKills: Math.min(12, share - sums.kills + 1), maxDelayMs: 400 }))
  allKills += sums.kills
  isBad ||=
    expected.status !== 'Completed' || sums.lost + sums.repeated + sums.orphans + sums.attemptsLeft + sums.different > 0
  rows.push([name, ...Object.values(sums).map(String), missed.join(' ') || 'none'])
  // All shapes take half an hour on a busy machine: who waits sees what is known.
  console.error(`${name} (${expected.status}): ${JSON.stringify(sums)}`)
}
console.log(`${allKills} kills with -9; every shape also at each of ${points.length} points: ${points.join(', ')}.`)
table(['shape', 'runs', 'kills', 'lost', 'repeated', 'orphans', 'attempts left', 'different', 'points not met'], rows)
if (isBad) process.exitCode = 1
