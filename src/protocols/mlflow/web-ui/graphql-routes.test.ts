import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mlflowLab } from '../mlflow.test-support.ts'

test('what a message does not hold is the zero of its type', async (t) => {
  const { ok, call } = await mlflowLab(t)
  const { run } = (await ok('POST', '/runs/create', { experiment_id: '0' })) as { run: { info: { run_id: string } } }
  const asked = `mlflowGetRun(input: {runId: "${run.info.run_id}"}) { run { info { userId endTime } data { tags { key } } } }`
  assert.deepEqual(await call('POST', '/graphql', { query: `query { ${asked} }` }), {
    status: 200,
    body: {
      data: {
        mlflowGetRun: { run: { info: { userId: '', endTime: '0' }, data: { tags: [{ key: 'mlflow.runName' }] } } },
      },
      errors: null,
    },
  })
  const dataset = { name: 'd', digest: '1', source_type: 'local', source: '{}' }
  await ok('POST', '/runs/log-inputs', { run_id: run.info.run_id, datasets: [{ dataset }] })
  const query = 'mutation { mlflowSearchDatasets(input: {experimentIds: ["0"]}) { datasetSummaries { name context } } }'
  assert.deepEqual(await call('POST', '/graphql', { query }), {
    status: 200,
    body: { data: { mlflowSearchDatasets: { datasetSummaries: [{ name: 'd', context: '' }] } }, errors: null },
  })
})

test('a query that asks too much is refused before its fields are looked at', async (t) => {
  const { call } = await mlflowLab(t)
  const refusal = async (query: string) => {
    const { status, body } = await call('POST', '/graphql', { query })
    assert.equal(status, 200)
    return (body as { errors: readonly string[] }).errors
  }
  const repeated = (count: number, text: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => text(i)).join(' ')
  assert.deepEqual(await refusal(`{ ${repeated(12, (i) => `none${i}`)} }`), [
    'GraphQL queries should have at most 10 root fields, got 12 root fields.',
  ])
  const get = 'mlflowGetExperiment(input: {experimentId: "0"})'
  assert.deepEqual(await refusal(`{ ${get} { ${repeated(11, (i) => `e${i}: experiment { name }`)} } }`), [
    'GraphQL queries should have at most 10 aliases, got 11 aliases.',
  ])
  assert.deepEqual(await refusal(`{ a ${'{ a '.repeat(10)}${'}'.repeat(10)} }`), ['Query exceeds maximum depth of 10'])
  const tooMany = ['Query exceeds maximum total selections of 1000']
  assert.deepEqual(await refusal(`{ ${get} { ${repeated(1000, () => 'experiment')} } }`), tooMany)
  assert.deepEqual(await refusal('query { ...A } fragment A on Query { ...A }'), tooMany)
  assert.deepEqual(await refusal('{ none }'), ['Cannot query field "none" on type "Query".'])
})
