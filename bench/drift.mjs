// Drift of 20 columns (14 numeric, 6 of categories): ours beside Evidently and NannyML, at 100,000 rows and a million. Whole
// processes, imports and reading included. Ours looks at every value and also counts missing values, values out of bounds
// and new categories; Evidently computes one distance for each column (its default), NannyML Jensen-Shannon over bins.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pythonEnvironment } from '../e2e/python-environments.mjs'
import { table, watched } from './measure.mjs'

const root = join(import.meta.dirname, '..')
const peers = join(import.meta.dirname, 'peers', 'drift')
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-drift-'))
const sizes = (process.env.ROWS ?? '100000,1000000').split(',').map(Number)
const evidently = await pythonEnvironment(['evidently==0.7.23', 'pandas<3', 'pyarrow'])
const nannyml = await pythonEnvironment(['nannyml==0.13.*', 'pyarrow', 'setuptools', 'statsmodels'])

try {
  for (const rows of sizes) {
    const [reference, current] = ['reference', 'current'].map((name) => join(folder, `${name}-${rows}.parquet`))
    await watched(evidently, [join(peers, 'make_tables.py'), String(rows), reference, current])
    const diff = ['data', 'diff', reference, current, '--json', '--data', join(folder, `data-${rows}`)]
    const ours = (mode) => watched(process.execPath, [join(root, 'bin/sluice.mjs'), ...diff, '--mode', mode])
    const results = {
      'sluice, exact': await ours('exact'),
      'sluice, bounded': await ours('bounded'),
      Evidently: await watched(evidently, [join(peers, 'run_evidently.py'), reference, current]),
      NannyML: await watched(nannyml, [join(peers, 'run_nannyml.py'), reference, current]),
    }
    const anchor = results['sluice, exact']
    console.log(`\n${rows} x 20`)
    table(
      ['', 'CPU s', 'wall s', 'peak MB', 'CPU, ours = 1', 'memory, ours = 1'],
      Object.entries(results).map(([name, { cpu, wall, memory }]) => [
        name,
        cpu.toFixed(1),
        wall.toFixed(1),
        Math.round(memory / 1e6),
        (cpu / anchor.cpu).toFixed(1),
        (memory / anchor.memory).toFixed(1),
      ]),
    )
    const drifted = JSON.parse(anchor.output.slice(anchor.output.indexOf('{'))).columns.filter(
      ({ verdict }) => verdict?.is_drift,
    )
    console.log(`drifted, by ours: ${drifted.map(({ name }) => name).join(', ')}`)
    console.log(`drifted, by Evidently: ${results.Evidently.output.trim().split('\n').at(-1)}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
