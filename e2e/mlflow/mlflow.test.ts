import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { mlflowClients, pythonEnvironment } from '../python-environments.mjs'
import { startSluice } from './sluice-server.ts'

const run = promisify(execFile)
const tracking = ['experiments', 'runs', 'search', 'artifacts', 'sklearn_model', 'threads']
const registry = ['registry_models', 'registry_sklearn']

/** The last client of each generation does everything, each on another database; what is SQL is done on both. */
const plans = [
  {
    client: '3.17',
    database: 'sqlite',
    scripts: [...tracking, ...registry, 'registry_prompts', 'traces', 'evaluation', 'webhooks'],
  },
  { client: '2.22', database: 'postgres', scripts: [...tracking, ...registry, 'prompts_2', 'traces_2'] },
  {
    client: '3.17',
    database: 'postgres',
    scripts: ['experiments', 'runs', 'search', 'registry_models', 'traces', 'evaluation', 'webhooks'],
  },
] as const

for (const { client, database, scripts } of plans) {
  const skip = database === 'postgres' && process.env['SLUICE_TEST_POSTGRES'] === undefined && 'no PostgreSQL is set'
  test(`the mlflow client ${client} works against ${database}`, { skip }, async (t) => {
    const python = await pythonEnvironment(mlflowClients[client])
    const url = await startSluice(t, database)
    for (const script of scripts) {
      await t.test(script, async () => {
        const { stdout } = await run(python, [join(import.meta.dirname, `${script}.py`), url], {
          cwd: import.meta.dirname,
          env: { ...process.env, PYTHONUTF8: '1' },
          timeout: 600_000,
          maxBuffer: 64 * 1024 * 1024,
        }).catch((error: { readonly stderr?: string; readonly message: string }) =>
          assert.fail(`${error.message.split('\n')[0]}\n${error.stderr ?? ''}`),
        )
        assert.equal(typeof stdout, 'string')
      })
    }
  })
}
