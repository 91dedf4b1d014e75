import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { databaseTest } from '../../../test/database.test-support.ts'
import { openServing, until } from '../../serving/serving.test-support.ts'
import { servingVariants } from './serving-variants.ts'

const script = `
import os
def init(): pass
def run(raw): return [os.environ.get("MODE"), os.path.basename(os.environ.get("AZUREML_MODEL_DIR", ""))]
`
const plan = { steps: [100], holdMs: 0, minRequests: 0, abortOn: [] }

databaseTest('a rollout of a model serves it as the one before is served', async (database, t) => {
  const lab = await openServing(t, database)
  const { serving } = lab
  for (const name of ['ridge', 'lasso']) await mkdir(join(lab.folder, 'models', name), { recursive: true })
  await serving.deploy({
    ...{ endpoint: 'lines', deployment: 'blue', environmentVariables: { MODE: 'fast' } },
    ...{ model: { kind: 'reference', reference: 'azureml:ridge:1' }, scoring: await lab.code(script) },
  })
  const variants = servingVariants(serving, async () => ({ kind: 'none' }))
  const begun = await variants.beginRollout('lines', { ...plan, model: 'azureml:lasso:2' })
  assert.equal(begun.candidate, 'lasso-2')
  await until(async () => (await variants.rollout('lines')).endedMs !== undefined)
  assert.equal((await variants.rollout('lines')).status, 'promoted')
  assert.deepEqual(JSON.parse((await lab.ask('lines')).text), ['fast', '2'])
  await assert.rejects(variants.beginRollout('lines', { ...plan, model: 'azureml:lasso:2' }), {
    message: /takes traffic already/,
  })
  await assert.rejects(variants.beginRollout('none', { ...plan, model: 'azureml:lasso:2' }), { code: 'not-found' })
})

databaseTest('a rollout of a file makes what it says, and of a deployment moves the traffic', async (database, t) => {
  const lab = await openServing(t, database)
  const { code } = await lab.code(script)
  await lab.serving.deploy({ endpoint: 'lines', deployment: 'blue', scoring: { code, script: 'score.py' } })
  const variants = servingVariants(lab.serving, async () => ({ kind: 'none' }))
  const file = join(lab.folder, 'green.yml')
  const text = `name: green\nendpoint_name: lines\ncode_configuration: {code: ${code}, scoring_script: score.py}\n`
  await writeFile(file, text)
  await variants.beginRollout('lines', { ...plan, file, deployment: 'teal' })
  await until(async () => (await variants.rollout('lines')).endedMs !== undefined)
  assert.deepEqual((await lab.serving.show('lines')).traffic, { teal: 100 })
  await variants.beginRollout('lines', { ...plan, steps: [50, 100], holdMs: 60_000, to: 'blue' })
  assert.equal((await variants.abortRollout('lines', 'no')).reason, 'no')
  await variants.beginRollout('lines', { ...plan, steps: [50, 100], holdMs: 60_000, to: 'blue' })
  assert.equal((await variants.promoteRollout('lines')).reason, 'promoted by request')
  assert.deepEqual(
    (await variants.rollouts('lines')).map(({ status }) => status),
    ['promoted', 'aborted', 'promoted'],
  )
  assert.deepEqual(await variants.addOutcomes('lines', [{ requestId: 'x', metric: 'kpi', value: 1 }]), {
    ...{ storedCount: 1, unknownCount: 1 },
  })
  assert.equal((await variants.compare('lines', { baseline: 'teal' })).candidate.deployment, 'blue')
})
