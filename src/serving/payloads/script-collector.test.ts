import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { databaseTest } from '../../../test/database.test-support.ts'
import type { Digest } from '../../base/ids.ts'
import type { Revision } from '../deployment-store.ts'
import { answered, collecting, everything, openPayloadLab } from './payload-lab.test-support.ts'

/** A revision with a script, which may collect by itself. */
function scripted(dataCollector: Revision['spec']['dataCollector'] & object): Revision {
  const revision = collecting(dataCollector)
  const code = { kind: 'folder', digest: 'c'.repeat(64) as Digest, baseName: 'code' } as const
  return { ...revision, spec: { ...revision.spec, scoring: { code, script: 'score.py' } } }
}

databaseTest('a script is told where to post, and what it posts joins what is collected', async (database, t) => {
  const { payloads, rows } = await openPayloadLab(database, t)
  const revision = scripted({
    ...everything,
    collections: { drivers: { enabled: true }, model_inputs: { enabled: true }, off: { enabled: false } },
    sampling_rate: 0.75,
    mask: ['name'],
  })
  const variables = payloads.variablesOf(revision, 'example.org')
  assert.deepEqual(JSON.parse(await readFile(variables['AZUREML_MDC_CONFIG_PATH']!, 'utf8')), {
    runMode: 'cloud',
    collections: {
      drivers: { enabled: true, sampleRatePercentage: 75 },
      model_inputs: { enabled: true, sampleRatePercentage: 75 },
    },
  })
  assert.deepEqual([variables['AZUREML_MDC_PORT'], variables['NO_PROXY']], ['7584', 'example.org,127.0.0.1'])
  const [, user, password] = /^(diabetes\.blue\.3):([0-9a-f]{64})@127\.0\.0\.1$/.exec(variables['AZUREML_MDC_HOST']!)!
  const basic = (name: string, secret: string): string => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
  const post = {
    authorization: basic(user!, password!),
    eventType: 'azureml.inference.drivers',
    correlationId: 'asked',
    contentType: 'application/json',
    body: Buffer.from('[{"age": 0.9, "name": "Ann"}]'),
  }
  await payloads.takeFromScript(post)
  await payloads.takeFromScript({ ...post, eventType: 'azureml.inference.model_inputs' })
  payloads.observe(answered(revision, 'asked'))
  await payloads.endWindows()
  const [driver] = await rows({ collection: 'drivers' }, '_correlation_id, _model, age, length(name)')
  assert.deepEqual(driver, ['asked_0', 'diabetes', 0.9, 16])
  assert.equal((await rows({ collection: 'model_inputs' })).length, 1, 'not collected a second time from the request')

  const refused: readonly (readonly [Partial<typeof post>, string])[] = [
    [{ authorization: basic(user!, 'f'.repeat(64)) }, 'unauthenticated'],
    [{ authorization: basic('diabetes.green.3', password!) }, 'unauthenticated'],
    [{ authorization: 'Bearer x' }, 'unauthenticated'],
    [{ eventType: 'azureml.inference.off' }, 'not-found'],
    [{ eventType: 'another.drivers' }, 'not-found'],
    [{ body: Buffer.from('not json') }, 'invalid-request'],
  ]
  for (const [change, code] of refused) await assert.rejects(payloads.takeFromScript({ ...post, ...change }), { code })
  const { authorization: _, ...anonymous } = post
  await assert.rejects(payloads.takeFromScript(anonymous), { code: 'unauthenticated' })
})

databaseTest('workers without a script, or without a collector, get no variables', async (database, t) => {
  const { payloads } = await openPayloadLab(database, t)
  assert.deepEqual(payloads.variablesOf(collecting(everything), undefined), {})
  assert.deepEqual(payloads.variablesOf(scripted({ collections: { request: { enabled: false } } }), undefined), {})
})
