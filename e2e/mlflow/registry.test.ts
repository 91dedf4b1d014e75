import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { mlflowClients, pythonEnvironment } from '../python-environments.mjs'
import { startSluice } from './sluice-server.ts'

const run = promisify(execFile)

/** Prompts are one interface in mlflow 3; the registry below them is the same. */
const plans = [
  { client: '3.17', database: 'sqlite', scripts: ['registry_models', 'registry_sklearn', 'registry_prompts'] },
  { client: '2.22', database: 'postgres', scripts: ['registry_models', 'registry_sklearn'] },
  { client: '3.17', database: 'postgres', scripts: ['registry_models', 'registry_prompts'] },
] as const

for (const { client, database, scripts } of plans) {
  const skip = database === 'postgres' && process.env['SLUICE_TEST_POSTGRES'] === undefined && 'no PostgreSQL is set'
  test(`the registry of mlflow ${client} works against ${database}`, { skip }, async (t) => {
    const python = await pythonEnvironment(mlflowClients[client])
    const url = await startSluice(t, database)
    for (const script of scripts) {
      await t.test(script, async () => {
        await run(python, [join(import.meta.dirname, `${script}.py`), url], {
          cwd: import.meta.dirname,
          env: { ...process.env, PYTHONUTF8: '1' },
          timeout: 600_000,
          maxBuffer: 64 * 1024 * 1024,
        }).catch((error: { readonly stderr?: string; readonly message: string }) =>
          assert.fail(`${error.message.split('\n')[0]}\n${error.stderr ?? ''}`),
        )
      })
    }
    await t.test('every change of an alias is in the events, with who made it', async () => {
      const answer = await fetch(`${url}/api/v1/events?after=0&subject=diabetes&limit=1000`)
      const { items } = (await answer.json()) as { items: { kind: string; body: Record<string, string> }[] }
      const moves = items.filter(({ kind, body }) => kind.startsWith('model.alias.') && body['alias'] === 'champion')
      assert.deepEqual(
        moves.map(({ kind, body }) => [kind, body['from_version'], body['version'], body['by']]),
        [
          ['model.alias.set', undefined, '1', 'local'],
          ['model.alias.set', '1', '2', 'local'],
          ['model.alias.deleted', '2', undefined, 'local'],
        ],
      )
    })
  })
}
