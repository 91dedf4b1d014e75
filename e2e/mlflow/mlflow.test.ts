import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { mlflowClients, pythonEnvironment } from '../python-environments.mjs'
import { recordingProxy } from './recording-proxy.ts'
import { startSluice } from './sluice-server.ts'

const run = promisify(execFile)
const tracking = [
  'experiments',
  'runs',
  'search',
  'artifacts',
  'artifacts_in_parts',
  'sklearn_model',
  'evaluate_model',
  'threads',
]
const registry = ['registry_models', 'registry_sklearn']

/** The last client of each generation does everything, each on another database; what is SQL is done on both. */
const plans = [
  {
    client: '3.17',
    database: 'sqlite',
    scripts: [...tracking, ...registry, 'registry_prompts', 'traces', 'evaluation', 'webhooks', 'not_served'],
    isWhole: true,
  },
  {
    client: '2.22',
    database: 'postgres',
    scripts: [...tracking, ...registry, 'prompts_2', 'traces_2'],
    isWhole: true,
  },
  {
    client: '3.17',
    database: 'postgres',
    scripts: [
      'experiments',
      'runs',
      'search',
      'registry_models',
      'registry_prompts',
      'traces',
      'evaluation',
      'webhooks',
    ],
    isWhole: false,
  },
] as const

for (const { client, database, scripts, isWhole } of plans) {
  const skip = database === 'postgres' && process.env['SLUICE_TEST_POSTGRES'] === undefined && 'no PostgreSQL is set'
  test(`the mlflow client ${client} works against ${database}`, { skip }, async (t) => {
    const python = await pythonEnvironment(mlflowClients[client])
    const server = await startSluice(t, database)
    const { url, calls } = await recordingProxy(t, server)
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
    await t.test('every change of an alias is in the events, with who made it', () => checkAliasEvents(server))
    const { listed, byClient } = await listedCalls(client)
    const called = new Set([...calls].map((call) => endpointOf(call, listed)))
    if (isWhole) assert.deepEqual([...called].sort(), [...byClient].sort())
  })
}

/** What registry_models.py did with an alias. */
async function checkAliasEvents(server: string): Promise<void> {
  const answer = await fetch(`${server}/api/v1/events?after=0&subject=diabetes&limit=1000`)
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
}

/** What the reference page says: every endpoint, and those that this client calls. */
async function listedCalls(
  client: '2.22' | '3.17',
): Promise<{ readonly listed: readonly string[]; readonly byClient: readonly string[] }> {
  const page = await readFile(join(import.meta.dirname, '../../docs/reference/mlflow.md'), 'utf8')
  const rows = [...page.matchAll(/^\| ([A-Z]+) +\| `([^`]+)` +\| (✓| ) +\| (✓| ) +\|/gm)]
  const column = client === '2.22' ? 3 : 4
  const nameOf = (row: RegExpMatchArray) => `${row[1]} ${row[2]}`
  return { listed: rows.map(nameOf), byClient: rows.filter((row) => row[column] === '✓').map(nameOf) }
}

/** The endpoint that a call is one of, of two that fit the one without fields; a twin below `/ajax-api` is the same. */
function endpointOf(call: string, listed: readonly string[]): string {
  const calls = [call, call.replace(' /ajax-api/', ' /api/')]
  const exact = listed.find((endpoint) => calls.includes(endpoint))
  if (exact !== undefined) return exact
  const found = listed.find((endpoint) => {
    const pattern = endpoint
      .replace(/[.]/g, '\\.')
      .replace('{path}', '.+')
      .replace(/\{\w+\}/g, '[^/]+')
    return calls.some((one) => new RegExp(`^${pattern}$`).test(one))
  })
  assert.ok(found !== undefined, `${call} is not on the reference page`)
  return found
}
