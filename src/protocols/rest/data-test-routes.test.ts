import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SluiceError } from '../../base/errors.ts'
import { runDataTests } from '../../data/data-tests.ts'
import { localTableEngine } from '../../data/local-table-engine.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { dataTestRoutes } from './data-test-routes.ts'

test('data tests are asked of the tables that a text or the caller names', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tests-'))
  const engine = localTableEngine({ folder })
  await writeFile(join(folder, 'one.csv'), 'ride,fare\n1,5\n2,7\n')
  await writeFile(join(folder, 'two.csv'), 'ride,fare\n1,5\n1,-7\n')
  const server = await startHttpServer({
    port: 0,
    routes: dataTestRoutes({
      tables: {
        test: (tests, sources) => {
          const paths = Object.entries(sources).map(([name, source]) => [name, join(folder, source)])
          return runDataTests(engine, { document: { tests }, paths: Object.fromEntries(paths), nowMs: 0 })
        },
      },
      allowed: (_, source) => {
        if (source.startsWith('azureml:rides:')) return `${source.slice('azureml:rides:'.length)}.csv`
        throw new SluiceError('permission-denied', `${source} is not for you.`)
      },
    }),
  })
  t.after(async () => {
    await server.close()
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  })
  const ask = async (body: object) => {
    const answer = await fetch(`${server.url}/api/v1/tables/tests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, never>> }
  }
  const head = 'type: data_tests\nname: rides\ninputs:\n  rides: azureml:rides:one\ntests:\n'
  const tests = `${head}  - unique: ride\n  - range: { column: fare, min: 0 }\n    severity: warn\n  - not_null: day\n`
  const statusesOf = (items: readonly { readonly status: string; readonly failing_count?: number }[]) =>
    items.map(({ status, failing_count: count }) => [status, count])

  const first = await ask({ tests })
  assert.equal(first.status, 200)
  assert.deepEqual(statusesOf(first.body['items']!), [
    ['passed', 0],
    ['passed', 0],
    ['error', undefined],
  ])
  const second = await ask({ tests, sources: { rides: 'azureml:rides:two' } })
  assert.deepEqual(statusesOf(second.body['items']!), [
    ['failed', 2],
    ['warned', 1],
    ['error', undefined],
  ])

  const mistaken = await ask({ tests: `${head}  - uniqe: ride\n` })
  assert.equal(mistaken.status, 422)
  assert.match(JSON.stringify(mistaken.body), /uniqe[^]*\^/)
  assert.equal((await ask({ tests, sources: { trips: 'azureml:rides:two' } })).status, 400)
  assert.equal((await ask({ tests: tests.replace('azureml:rides:one', './one.csv') })).status, 403)
  assert.equal((await ask({ tests: 'type: command\ncommand: echo\n' })).status, 422)
})
