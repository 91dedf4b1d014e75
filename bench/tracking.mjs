// Tracking against a real MLflow server (one worker, jobs off, SQLite) in the same run: server CPU and p50 of each call.
// --runs N: ours alone with N runs of 10 metrics and 15 params; page times and memory.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startRealMlflow } from '../e2e/real-mlflow-server.mjs'
import { median, preciseCpu, startServer, table, treeCpu } from './measure.mjs'
import { call, fill, forgetConnections, json, newRun, post, wideRuns } from './tracking-calls.mjs'

const sluice = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'sluice.mjs')
/**
 * Server CPU milliseconds per call and the median time of one; the client's own cost is outside of both. A server that
 * has just started compiles and imports what a call needs: half as many calls as are measured come before, on both
 * servers, and `first` is what each of those cost.
 */
async function measured(server, count, one) {
  const earlier = Math.ceil(count / 2)
  const started = treeCpu(server.pid)
  for (let index = 0; index < earlier; index++) await one(index)
  const times = []
  const before = treeCpu(server.pid)
  for (let index = earlier; index < earlier + count; index++) {
    const start = performance.now()
    await one(index)
    times.push(performance.now() - start)
  }
  // CPU is counted in ticks of 10 ms.
  return {
    cpu: ((treeCpu(server.pid) - before) * 1000) / count,
    first: ((before - started) * 1000) / earlier,
    p50: median(times),
    p95: quantile(times, 0.95),
  }
}

function quantile(numbers, share) {
  return [...numbers].sort((left, right) => left - right)[
    Math.min(numbers.length - 1, Math.floor(numbers.length * share))
  ]
}

function fillMlflow({ python, database }, experiment_id, count) {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'fill_mlflow.py')
  const { status, stderr } = spawnSync(python, [script, database, experiment_id, String(count)])
  if (status !== 0) throw new Error(`The MLflow server could not be filled: ${stderr}`)
  forgetConnections()
}

const searches = {
  'search: metric filter and order': {
    filter: 'metrics.m0 > 0.5 and metrics.m1 < 1.9',
    order_by: ['metrics.m0 DESC'],
    max_results: 100,
  },
  'search: param and tag': {
    filter: "params.p1 = '5' and tags.team = 't3'",
    max_results: 100,
  },
  'search: newest': { max_results: 100 },
  'page of 1,000 by metric': {
    order_by: ['metrics.m3 ASC'],
    max_results: 1000,
  },
}

/** All figures of one server, by the name of the call. */
async function figuresOf(server, { runs, historyPoints, repeat }) {
  const { url } = server
  const experiment_id = (await json(post(url, '/experiments/create', { name: 'bench' }))).experiment_id
  const other = (await json(post(url, '/experiments/create', { name: 'bench 2' }))).experiment_id
  const figures = {}
  figures['create-run'] = await measured(server, repeat, (index) => newRun(url, other, 1_700_000_000_000 + index))
  const run_id = await newRun(url, other)
  figures['log-metric'] = await measured(server, repeat, (step) =>
    post(url, '/runs/log-metric', {
      run_id,
      key: 'loss',
      value: 1 / (step + 1),
      timestamp: 1_700_000_000_000 + step,
      step,
    }),
  )
  const batched = await newRun(url, other)
  const batch = (index) =>
    Array.from({ length: 1000 }, (_, at) => {
      const step = index * 100 + Math.floor(at / 10)
      return {
        key: `k${at % 10}`,
        value: Math.sin(step),
        timestamp: 1_700_000_000_000 + step,
        step,
      }
    })
  figures['log-batch of 1,000'] = await measured(server, Math.max(10, repeat / 20), (index) =>
    post(url, '/runs/log-batch', { run_id: batched, metrics: batch(index) }),
  )
  figures['get-run'] = await measured(server, repeat, () => call(url, 'GET', `/runs/get?run_id=${batched}`))
  const long = await newRun(url, other)
  for (let from = 0; from < historyPoints; from += 1000) {
    const metrics = Array.from({ length: 1000 }, (_, at) => ({
      key: 'loss',
      value: Math.sin(from + at),
      timestamp: 1_700_000_000_000 + from + at,
      step: from + at,
    }))
    await post(url, '/runs/log-batch', { run_id: long, metrics })
  }
  figures[`get-history of ${historyPoints / 1000}k`] = await measured(server, 3, () =>
    call(url, 'GET', `/metrics/get-history?run_id=${long}&metric_key=loss`),
  )
  if (server.database === undefined) await fill(url, experiment_id, runs)
  else fillMlflow(server, experiment_id, runs)
  for (const [name, search] of Object.entries(searches)) {
    figures[name] = await measured(server, name.startsWith('page') ? 5 : Math.max(20, repeat / 10), () =>
      post(url, '/runs/search', {
        experiment_ids: [experiment_id],
        ...search,
      }),
    )
  }
  figures['8 clients, log-metric'] = await eightClients(server, other, repeat)
  return figures
}

async function eightClients(server, experiment_id, repeat) {
  const { url } = server
  const runs = await Promise.all(Array.from({ length: 8 }, () => newRun(url, experiment_id)))
  const times = []
  const [before, start] = [treeCpu(server.pid), performance.now()]
  await Promise.all(
    runs.map(async (run_id) => {
      for (let step = 0; step < repeat / 2; step++) {
        const begin = performance.now()
        await post(url, '/runs/log-metric', {
          run_id,
          key: 'loss',
          value: step,
          timestamp: 1_700_000_000_000 + step,
          step,
        })
        times.push(performance.now() - begin)
      }
    }),
  )
  const cpu = ((treeCpu(server.pid) - before) * 1000) / times.length
  return {
    cpu,
    p50: median(times),
    p95: quantile(times, 0.95),
    rate: times.length / ((performance.now() - start) / 1000),
  }
}

async function compare(runs) {
  const theirs = await startRealMlflow()
  const peer = await figuresOf(theirs, {
    runs,
    historyPoints: 100_000,
    repeat: 200,
  }).finally(theirs.stop)
  const data = mkdtempSync(join(tmpdir(), 'sluice-tracking-'))
  const server = await startServer(sluice, data)
  const ours = await figuresOf(server, {
    runs,
    historyPoints: 100_000,
    repeat: 1000,
  }).finally(server.stop)
  rmSync(data, { recursive: true, force: true })
  console.log(`${runs} runs of 10 metrics and 15 params. Budget: ours at most 0.100 of MLflow's server CPU in each.`)
  table(
    ['call', 'ours CPU ms', 'MLflow CPU ms', 'ratio', 'first, ours', 'first, MLflow', 'ours p50 ms', 'MLflow p50 ms'],
    Object.entries(ours).map(([name, figure]) => {
      const other = peer[name]
      return [
        name,
        figure.cpu.toFixed(2),
        other.cpu.toFixed(2),
        (figure.cpu / other.cpu).toFixed(3),
        figure.first?.toFixed(2) ?? '',
        other.first?.toFixed(2) ?? '',
        figure.p50.toFixed(2),
        other.p50.toFixed(2),
      ]
    }),
  )
  const rates = [ours, peer].map((figures) => figures['8 clients, log-metric'].rate.toFixed(0))
  console.log(`8 clients: ${rates[0]} log-metric/s (MLflow ${rates[1]})`)
}

/** Pages through what `search` finds; gives every page's time, and what it cost the server. */
async function pageTimes({ url, pid }, search, pages) {
  const [times, costs] = [[], []]
  let page_token
  for (let page = 0; page < pages; page++) {
    const [start, before] = [performance.now(), preciseCpu(pid)]
    const answer = await json(
      post(url, '/runs/search', {
        ...search,
        ...(page_token !== undefined && { page_token }),
      }),
    )
    times.push(performance.now() - start)
    costs.push(preciseCpu(pid) - before)
    page_token = answer.next_page_token
    if (page_token === undefined) break
  }
  return { times, costs }
}

/** What the first pages of a process cost that has just started on the store. */
async function printFirstPages(data, experiment_id) {
  const server = await startServer(sluice, data)
  const search = { experiment_ids: [experiment_id], ...searches['page of 1,000 by metric'] }
  const { times, costs } = await pageTimes(server, search, 5)
  const rows = times.map((time, page) => [page + 1, time.toFixed(1), costs[page].toFixed(1)])
  table(['page of 1,000 by metric, after a start', 'ms', 'server CPU ms'], rows)
  await server.stop()
}

/** What a table of runs asks, first to last page or the first twenty. */
const pagesAsked = {
  ...searches,
  'page of 1,000, newest': { max_results: 1000 },
  'page of 100, by start': {
    order_by: ['attributes.start_time ASC'],
    max_results: 100,
  },
  'page of 100, by end': {
    order_by: ['attributes.end_time DESC'],
    max_results: 100,
  },
  'page of 100, by status': {
    order_by: ['attributes.status DESC'],
    max_results: 100,
  },
  'page of 100, by name': {
    order_by: ['attributes.run_name ASC'],
    max_results: 100,
  },
  'page of 100, by metric': { order_by: ['metrics.m3 DESC'], max_results: 100 },
  'page of 100, by param': { order_by: ['params.p2 ASC'], max_results: 100 },
  'page of 100, by a tag of two values': {
    order_by: ['tags.kind ASC'],
    max_results: 100,
  },
  'filter that matches nothing': { filter: 'metrics.m0 > 2', max_results: 100 },
  'filter LIKE': {
    filter: "params.p1 LIKE '9%' and tags.kind = 'tune'",
    max_results: 100,
  },
  'filter LIKE on a tag': { filter: "tags.team LIKE '%3%'", max_results: 100 },
  'filter by metric and param': {
    filter: "metrics.m0 > 0.9 and params.p1 = '5'",
    max_results: 100,
  },
  'filter by metric, order by another': {
    filter: 'metrics.m0 > 0.9',
    order_by: ['metrics.m4 DESC'],
    max_results: 100,
  },
  'the same, the other way round': {
    filter: 'metrics.m0 > 0.9',
    order_by: ['metrics.m4 ASC'],
    max_results: 100,
  },
  'filter by two metrics that exclude each other': {
    filter: 'metrics.m0 > 0.6 and metrics.m1 < 1.4',
    max_results: 100,
  },
}

async function printSearches(server, experiment_id) {
  const rows = []
  for (const [name, search] of Object.entries(pagesAsked)) {
    const { times, costs } = await pageTimes(server, { experiment_ids: [experiment_id], ...search }, 60)
    const figures = [times, costs].flatMap((each) => [median(each), quantile(each, 0.95)])
    rows.push([name, times.length, ...figures.map((figure) => figure.toFixed(1))])
  }
  table(['search', 'pages', 'p50 ms', 'p95 ms', 'server CPU p50 ms', 'server CPU p95 ms'], rows)
}

/** Our own calls for pages: the table with twenty columns, its count, the names of columns, ten runs side by side. */
async function printWebCalls({ url, pid }, experiment_id) {
  const columns = Array.from({ length: 10 }, (_, at) => [`metrics.m${at}`, `params.p${at}`]).flat()
  const wide = await wideRuns(url, { runs: 10, metrics: 8000 })
  const table100 = { experiment_ids: [experiment_id], columns }
  const calls = {
    'runs/search, 20 columns': ['runs/search', table100],
    'runs/search, 20 columns, by metric': ['runs/search', { ...table100, order_by: ['metrics.m3 DESC'] }],
    'runs/search, 20 columns, 1,000 runs': ['runs/search', { ...table100, max_results: 1000 }],
    'runs/count': ['runs/count', { experiment_ids: [experiment_id] }],
    'runs/count, filtered': ['runs/count', { experiment_ids: [experiment_id], filter: 'metrics.m0 > 0.9' }],
    'experiments/ID/run-keys': [`experiments/${experiment_id}/run-keys`],
    'runs/compare, 10 runs of 8,000 metrics': ['runs/compare', { run_ids: wide }],
  }
  const rows = []
  for (const [name, [path, body]] of Object.entries(calls)) {
    const [times, costs] = [[], []]
    for (let round = 0; round < 20; round++) {
      const [start, before] = [performance.now(), preciseCpu(pid)]
      const answer = await fetch(`${url}/api/v1/${path}`, {
        ...(body !== undefined && {
          method: 'POST',
          body: JSON.stringify(body),
        }),
        headers: { 'content-type': 'application/json' },
      })
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      await answer.arrayBuffer()
      times.push(performance.now() - start)
      costs.push(preciseCpu(pid) - before)
    }
    const figures = [times, costs].flatMap((each) => [median(each), quantile(each, 0.95)])
    rows.push([name, ...figures.map((figure) => figure.toFixed(1))])
  }
  table(['call', 'p50 ms', 'p95 ms', 'server CPU p50 ms', 'server CPU p95 ms'], rows)
}

async function large(runs) {
  const data = mkdtempSync(join(tmpdir(), 'sluice-tracking-'))
  const server = await startServer(sluice, data)
  const { url } = server
  const experiment_id = (await json(post(url, '/experiments/create', { name: 'bench' }))).experiment_id
  const start = performance.now()
  await fill(url, experiment_id, runs)
  const seconds = (performance.now() - start) / 1000
  console.log(`${runs} runs written by 8 clients in ${seconds.toFixed(0)} s (${(runs / seconds).toFixed(0)} runs/s).`)
  await printSearches(server, experiment_id)
  await printWebCalls(server, experiment_id)
  const memory = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/smaps_rollup`, 'utf8'))[1]) / 1024
  console.log(`Memory of the server: ${memory.toFixed(0)} MB PSS. Budgets: p95 within 50 ms, memory under 300 MB.`)
  await server.stop()
  forgetConnections()
  await printFirstPages(data, experiment_id)
  rmSync(data, { recursive: true, force: true })
}

const at = process.argv.indexOf('--runs')
const runs = at < 0 ? 10_000 : Number(process.argv[at + 1])
await (at < 0 || runs <= 10_000 ? compare(runs) : large(runs))
