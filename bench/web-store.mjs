// A store for the bench of the web application: runs, wide runs, a log of a gigabyte and a graph of 500 steps.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { componentSteps, layeredYaml } from './layered-pipeline.mjs'
import { startServer } from './measure.mjs'
import { fill, json, post, wideRuns } from './tracking-calls.mjs'

const logBytes = 1_000_000_000
const logLine = 'step %.0f of the training: loss 0.693147 accuracy 0.871 learning rate 0.000300 examples a second 20480'

/** A server on the store in `folder`, filled by its public interfaces unless an earlier bench left it filled. */
export async function startFilledServer(sluice, folder, runs) {
  mkdirSync(folder, { recursive: true })
  const store = join(folder, 'store')
  const kept = join(folder, 'filled.json')
  if (!existsSync(kept) && existsSync(store)) throw new Error(`${store} was not filled to its end: remove it.`)
  const filled = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : undefined
  if (filled !== undefined && filled.runs !== runs)
    throw new Error(`${store} holds ${filled.runs} runs: name another folder for ${runs}.`)
  const server = await startServer(sluice, store)
  if (filled !== undefined) return { server, ...filled }
  try {
    const made = await fillServer(server, { sluice, folder, store, runs })
    writeFileSync(kept, JSON.stringify(made))
    return { server, ...made }
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function fillServer(server, { sluice, folder, store, runs }) {
  const began = performance.now()
  const { experiment_id } = await json(post(server.url, '/experiments/create', { name: 'bench' }))
  await fill(server.url, experiment_id, runs)
  const wide = await wideRuns(server.url, { runs: 10, metrics: 8000 })
  const log = submit(sluice, store, join(folder, 'log.yml'), logYaml)
  const graph = submit(sluice, store, join(folder, 'graph.yml'), layeredYaml('display_name: layers\ninputs: {n: 1}'))
  console.log(`Filled ${store} in ${((performance.now() - began) / 1000).toFixed(0)} s.`)
  return { runs, experiment_id, wide, log, graph, steps: componentSteps }
}

const logYaml = `type: command
display_name: long log
experiment_name: logs
command: >-
  seq -f '${logLine}' 100000000 | head -c ${logBytes}
`

/** Runs a file to its end by the command line; gives the job's name. */
function submit(sluice, store, file, text) {
  writeFileSync(file, text)
  const { status, stdout, stderr } = spawnSync(process.execPath, [sluice, 'run', file, '--data', store, '--json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`${file} failed with ${status}:\n${stdout.slice(-2000)}${stderr.slice(-2000)}`)
  return JSON.parse(stdout.slice(0, stdout.indexOf('\n'))).job.name
}
