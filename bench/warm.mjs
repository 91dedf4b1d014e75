// A scikit-learn fit as a step: in a new process, and forked from a warm interpreter. One fit, then 50 trials that differ
// in alpha, through the whole program. CPU counts the server, its helpers and the steps; floors: the bare imports.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measure, startServer, table, treeCpu } from './measure.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sluice = join(root, 'bin', 'sluice.mjs')
const trials = Number(process.env.TRIALS ?? 50)
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-warm-'))

const fit = `import argparse
import json

import numpy
import pandas
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score

parser = argparse.ArgumentParser()
parser.add_argument("--data")
parser.add_argument("--alpha", type=float)
parser.add_argument("--metrics")
arguments = parser.parse_args()
rows = pandas.read_csv(arguments.data)
scores = cross_val_score(Ridge(alpha=arguments.alpha), rows.iloc[:, :-1], rows.iloc[:, -1], cv=5)
with open(arguments.metrics, "w") as file:
    json.dump({"r2": float(numpy.mean(scores))}, file)
`

function pipelineYaml(isolation, alphas) {
  const steps = alphas.map((alpha, index) =>
    [
      `  fit_${index}:`,
      '    type: command',
      '    code: src',
      `    isolation: ${isolation}`,
      '    environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest',
      `    command: python fit.py --data \${{inputs.data}} --alpha ${alpha} --metrics \${{outputs.metrics}}`,
      '    inputs: {data: {type: uri_file, path: data.csv}}',
      '    outputs: {metrics: {type: uri_file}}',
    ].join('\n'),
  )
  return `type: pipeline\nexperiment_name: warm\njobs:\n${steps.join('\n')}\n`
}

mkdirSync(join(folder, 'src'))
writeFileSync(join(folder, 'src', 'fit.py'), fit)
cpSync(join(root, 'examples/diabetes/data/diabetes.csv'), join(folder, 'data.csv'))

/** CPU of the steps that no living process has waited for: a warm interpreter leaves its launchers to the kernel. */
function stepsCpu(steps) {
  return steps.reduce((sum, { usage }) => sum + usage.cpu_seconds, 0)
}

async function run(server, data, { isolation, alphas }) {
  const file = join(folder, `${isolation}-${alphas.length}-${alphas[0]}.yml`)
  writeFileSync(file, pipelineYaml(isolation, alphas))
  const before = treeCpu(server.pid)
  const client = measure(process.execPath, [sluice, 'run', file, '--data', data])
  const listed = measure(process.execPath, [sluice, 'job', 'list', '--limit', '1', '--data', data, '--json'])
  const { name } = JSON.parse(listed.stdout).items[0]
  const shown = spawnSync(process.execPath, [sluice, 'job', 'show', name, '--data', data, '--json'], { maxBuffer: 1e9 })
  const { steps } = JSON.parse(String(shown.stdout))
  const cold = steps.filter((step) => {
    const log = join(data, 'logs', `${step.name}.log`)
    return readFileSync(log, 'utf8').includes('started as a new process')
  })
  if (cold.length > 0) throw new Error(`${cold.length} steps were not forked`)
  const helpers = treeCpu(server.pid) - before
  return { wall: client.wall, cpu: client.cpu + helpers + (isolation === 'warm' ? stepsCpu(steps) : 0) }
}

const data = join(folder, 'store')
const server = await startServer(sluice, data)
try {
  // The environment is built and read into memory before anything counts.
  await run(server, data, { isolation: 'process', alphas: [9] })
  const count = Array.from({ length: trials }, (_, index) => 0.01 * (index + 1))
  const figures = {}
  for (const isolation of ['process', 'warm']) {
    figures[isolation] = [
      await run(server, data, { isolation, alphas: [isolation === 'warm' ? 7.1 : 7.2] }),
      await run(server, data, { isolation, alphas: [isolation === 'warm' ? 8.1 : 8.2] }),
      await run(server, data, { isolation, alphas: count.map((alpha) => alpha + (isolation === 'warm' ? 20 : 30)) }),
    ]
  }
  const names = ['first fit', 'next fit', `${trials} trials`]
  table(
    ['', 'new process: wall s', 'CPU s', 'warm: wall s', 'CPU s', 'wall', 'CPU'],
    names.map((name, index) => {
      const [cold, warm] = [figures.process[index], figures.warm[index]]
      const times = (one, other) => `${(one / other).toFixed(1)}x`
      const each = [cold.wall, cold.cpu, warm.wall, warm.cpu].map((figure) => figure.toFixed(2))
      return [name, ...each, times(cold.wall, warm.wall), times(cold.cpu, warm.cpu)]
    }),
  )
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
