import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trialText } from './trial-inputs.ts'

test('a trial gets numbers as they are and mappings as JSON with numbers and booleans in it', () => {
  assert.equal(trialText(0.1), '0.1')
  assert.equal(trialText('1.0'), '1.0')
  const model = { name: 'forest', trees: '100', is_deep: 'True', rate: 0.25, inner: { kind: 'x', odd: 'nan' } }
  assert.equal(
    trialText(model),
    '{"name":"forest","trees":100,"is_deep":true,"rate":0.25,"inner":{"kind":"x","odd":"nan"}}',
  )
})
