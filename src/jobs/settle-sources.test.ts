import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import { openEngineLab } from './engine-lab.test-support.ts'
import { commandStep, plannedPipeline } from './jobs.test-support.ts'
import { settleSources } from './settle-sources.ts'

const nobody = new Proxy(() => undefined, { get: () => assert.fail('nothing registered is named') }) as never

test('what cannot be had is said at once, with the step that asks for it', async (t) => {
  const lab = await openEngineLab(t)
  const plan = plannedPipeline([
    commandStep('coded', { code: { kind: 'local', path: '/none/of/this' } }),
    commandStep('housed', { environment: { kind: 'reference', reference: { kind: 'local', path: '/none.yml' } } }),
    commandStep('reads', {
      inputs: {
        rows: { kind: 'data', type: 'uri_file', mode: 'ro_mount', source: { kind: 'local', path: '/none.csv' } },
      },
    }),
  ])
  const settling = settleSources(
    {
      tables: lab.database.read,
      purpose: 'look',
      content: lab.content,
      checkDestination: async () => undefined,
      overrideOf: () => undefined,
      findEnvironment: () => Promise.reject(new SluiceError('not-found', 'There is no such environment.')),
      findModel: nobody,
      assets: nobody,
      datastores: nobody,
      web: nobody,
      git: nobody,
    },
    { plan },
  )
  await assert.rejects(settling, (error: SluiceError) => {
    const [, ...found] = error.message.split('\n')
    assert.deepEqual(found.map((line) => line.replace(/^(.*?(exist|environment)).*/, '$1')).sort(), [
      'Input "rows" of step "reads" refers to /none.csv, which does not exist',
      'Step "housed": There is no such environment',
      'The code of step "coded": /none/of/this does not exist',
    ])
    return error.code === 'input-not-found'
  })
})
