// What a long history costs: a pipeline of 500 steps and the questions about jobs, in a new store and in one with 100,000
// earlier jobs of the same pipeline. The history is the program's own first two runs, copied in its database while no server
// is up. Option: --jobs N (default 100000).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { componentSteps, layeredYaml } from './layered-pipeline.mjs'
import { measure, preciseCpu, startServer, table } from './measure.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sluice = join(root, 'bin', 'sluice.mjs')
const at = process.argv.indexOf('--jobs')
const jobs = at === -1 ? 100_000 : Number(process.argv[at + 1])
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-history-'))
const store = join(folder, 'store')
const yaml = join(folder, 'pipeline.yml')

let changes = 0

function writePipeline() {
  writeFileSync(yaml, layeredYaml(`display_name: layers\nexperiment_name: bench\ninputs: {n: ${++changes}}`))
}

function command(...words) {
  return measure(process.execPath, [sluice, ...words, '--data', store, '--json'])
}

/** Milliseconds of the server's CPU by question. */
async function ask() {
  const server = await startServer(sluice, store)
  const costs = {}
  const noted = async (what, work) => {
    const before = preciseCpu(server.pid)
    const result = await work()
    costs[what] = preciseCpu(server.pid) - before
    return result
  }
  const get = async (path) => {
    const answer = await fetch(`${server.url}/api/v1${path}`)
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return answer.json()
  }
  // What a server does once is not what a question costs.
  command('run', yaml)
  writePipeline()
  await noted('plan, every step changed', () => command('plan', yaml))
  await noted('run, every step changed', () => command('run', yaml))
  await noted('run again, unchanged', () => command('run', yaml))
  const [{ name }] = (await get('/jobs?limit=1')).items
  for (const [what, path] of [
    ['newest jobs', '/jobs?limit=50'],
    ['newest jobs and steps', '/jobs?limit=50&with_children=true'],
    ['jobs by status', '/job-counts'],
    ['graph', `/jobs/${name}/graph`],
    ['timeline', `/jobs/${name}/timeline`],
    ['lineage', `/lineage/jobs/${name}`],
    ['cost by job', '/cost?by=job'],
    ['queue', '/queue'],
  ])
    await noted(what, () => get(path))
  await server.stop()
  return costs
}

/** Copies the first two jobs, with their steps, runs and journals, until there are that many. */
function addHistory() {
  const database = new Sqlite(join(store, 'sluice.db'))
  const roots = database.prepare('select name from job where parent is null order by created_ms limit 2').pluck().all()
  const columns = (name) => database.prepare(`select name from pragma_table_info('${name}')`).pluck().all()
  const copies = Math.ceil(jobs / (2 * (componentSteps + 1)))
  const ofJob = 'root = @root'
  const ofRuns = 'run_id in (select name from job where root = @root)'
  for (let copy = 1; copy <= copies; copy++) {
    const earlier = (column) => `${column} - ${copy * 600_000}`
    const named = (column) => `${column} || '_${copy}'`
    const times = ['created_ms', 'started_ms', 'ended_ms', 'at_ms', 'start_ms', 'end_ms']
    const names = ['name', 'root', 'parent', 'reused_from', 'run_id', 'record_key', 'job', 'artifact_uri']
    database.transaction(() => {
      for (const [name, where] of [
        ['run_tag', ofRuns],
        ['run', ofRuns],
        ['job_plan', ofJob],
        ['job_journal', ofJob],
        ['usage_record', ofJob],
        ['job', ofJob],
      ]) {
        const kept = columns(name).filter((column) => column !== 'seq')
        const values = kept.map((column) =>
          times.includes(column)
            ? earlier(column)
            : names.includes(column) && !isTag(name, column)
              ? named(column)
              : column,
        )
        const copyRows = database.prepare(
          `insert into ${name} (${kept.join(', ')}) select ${values.join(', ')} from ${name} where ${where}`,
        )
        for (const job of roots) copyRows.run({ root: job })
      }
    })()
  }
  const count = database.prepare('select count(*) from job').pluck().get()
  database.close()
  return count
}

/** A tag's value names a job too; nobody asks for it here. */
function isTag(name, column) {
  return name === 'run_tag' && column !== 'run_id'
}

try {
  mkdirSync(store)
  writePipeline()
  const few = await ask()
  const count = addHistory()
  writePipeline()
  const many = await ask()
  console.log(
    `CPU of the server, ms. Budget: with ${count} earlier jobs at most twice what it is in a new store; a sum of all costs what it sums.`,
  )
  table(
    ['what', 'new store', `${count} jobs`, ''],
    Object.keys(few).map((what) => [
      what,
      few[what].toFixed(0),
      many[what].toFixed(0),
      `${(many[what] / few[what]).toFixed(1)}x`,
    ]),
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
