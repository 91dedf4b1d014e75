// A pipeline of 10,000 steps: rate, memory of the server, and whether a step costs more when there are many.
// Option: --steps N (default 10000).
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { componentSteps, layeredYaml } from './layered-pipeline.mjs'
import { startServer, table, treeCpu } from './measure.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sluice = join(root, 'bin', 'sluice.mjs')
const at = process.argv.indexOf('--steps')
const most = at === -1 ? 10_000 : Number(process.argv[at + 1])
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))

function pipelineYaml(count) {
  const parts = Array.from(
    { length: count / componentSteps },
    (_, part) => `  part${part}: {type: pipeline, component: layers.yml, inputs: {n: ${part}}}`,
  )
  return `type: pipeline\nexperiment_name: bench\njobs:\n${parts.join('\n')}\n`
}

/** Proportional set size of a process in MB: shared pages count by their share. */
function memoryOf(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024
}

const rows = []
for (const count of [most / 10, most]) {
  const place = join(folder, String(count))
  mkdirSync(place)
  const yaml = join(place, 'pipeline.yml')
  writeFileSync(join(place, 'layers.yml'), layeredYaml('name: layers\ninputs: {n: {type: integer}}'))
  writeFileSync(yaml, pipelineYaml(count))
  const server = await startServer(sluice, join(place, 'store'))
  for (const what of ['first run', 'unchanged rerun']) {
    let peak = 0
    const before = treeCpu(server.pid)
    const watch = setInterval(() => (peak = Math.max(peak, memoryOf(server.pid))), 200)
    const client = await inWorker(yaml, join(place, 'store'))
    clearInterval(watch)
    const cpu = treeCpu(server.pid) - before + client.cpu
    rows.push([
      `${count} steps, ${what}`,
      client.wall.toFixed(1),
      (count / client.wall).toFixed(0),
      ((cpu / count) * 1000).toFixed(2),
      peak.toFixed(0),
    ])
  }
  await server.stop()
}
console.log('Budget: under 500 MB at 10,000 steps, and a step costs the same as at a tenth of them.')
table(['what', 'wall s', 'steps/s', 'CPU ms/step', 'server peak PSS MB'], rows)
rmSync(folder, { recursive: true, force: true })

/** `measure` waits in its process; in a worker it leaves this one free to watch. */
async function inWorker(yaml, data) {
  const { Worker } = await import('node:worker_threads')
  const code = `
    import { parentPort, workerData } from 'node:worker_threads'
    const { measure } = await import(workerData.measure)
    parentPort.postMessage(measure(workerData.node, workerData.args))`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: {
      measure: new URL('./measure.mjs', import.meta.url).href,
      node: process.execPath,
      args: [sluice, 'run', yaml, '--data', data, '--json'],
    },
  })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => code === 0 || reject(new Error('the run failed')))
  })
}
