// Statistics of 20 columns (14 numeric, 6 of categories): ours beside pandas' describe and ydata-profiling, at 100,000 rows
// and a million. Whole processes, imports and reading included; ours is with a store of its own, made for it. All of them
// say counts, missing values, means and quantiles; ours and ydata-profiling histograms, frequent values and correlations too.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pythonEnvironment } from '../e2e/python-environments.mjs'
import { table, watched } from './measure.mjs'

const root = join(import.meta.dirname, '..')
const peers = join(import.meta.dirname, 'peers')
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-profile-'))
const sizes = (process.env.ROWS ?? '100000,1000000').split(',').map(Number)
const pandas = await pythonEnvironment(['pandas<3', 'pyarrow'])
// ydata-profiling asks for an old numba, and setuptools for pkg_resources.
const ydata = await pythonEnvironment(['ydata-profiling==4.*', 'pyarrow', 'setuptools<81']).catch((error) => {
  console.error(`ydata-profiling cannot be installed here: ${error.message}`)
})

try {
  for (const rows of sizes) {
    const [file, other] = ['table', 'other'].map((name) => join(folder, `${name}-${rows}.parquet`))
    await watched(pandas, [join(peers, 'drift', 'make_tables.py'), String(rows), file, other])
    const profile = ['data', 'profile', file, '--json', '--data', join(folder, `data-${rows}`)]
    const results = {
      sluice: await watched(process.execPath, [join(root, 'bin/sluice.mjs'), ...profile]),
      'pandas describe': await watched(pandas, [join(peers, 'profile', 'run_pandas.py'), file]),
    }
    if (ydata !== undefined)
      for (const mode of ['minimal', 'default'])
        results[`ydata-profiling, ${mode}`] = await watched(ydata, [join(peers, 'profile', 'run_ydata.py'), file, mode])
    const anchor = results.sluice
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
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
