import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pointOfValues, sampledParameters } from './sampled-values.ts'
import type { SearchSpace } from '../../spec/sweep-settings.ts'

const space: SearchSpace = {
  lr: { type: 'loguniform', minValue: -5, maxValue: 0 },
  layers: { type: 'randint', upper: 4 },
  optimizer: {
    type: 'choice',
    values: [{ name: 'sgd', momentum: { type: 'quniform', minValue: 0, maxValue: 1, q: 0.5 } }, 'adam'],
  },
  noise: { type: 'normal', mu: 0, sigma: 1 },
  batch: { type: 'choice', values: ['16', '32', '64'] },
}

test('a sampler sees probabilities, integers and places, with what exists only in one of them', () => {
  assert.deepEqual(sampledParameters(space), [
    { path: 'lr', kind: 'probability' },
    { path: 'layers', kind: 'integer', count: 4 },
    {
      path: 'optimizer',
      kind: 'choice',
      count: 2,
      inner: [[{ path: 'optimizer.0.momentum', kind: 'probability' }], []],
    },
    { path: 'noise', kind: 'probability' },
    { path: 'batch', kind: 'choice', count: 3 },
  ])
})

test('its values become a point of the space', () => {
  const values = { lr: 0.5, layers: 3, optimizer: 0, 'optimizer.0.momentum': 0.6, noise: 0.5, batch: 1 }
  assert.deepEqual(pointOfValues(space, values), {
    lr: Math.exp(-2.5),
    layers: 3,
    optimizer: { name: 'sgd', momentum: 0.5 },
    noise: 0,
    batch: '32',
  })
  assert.equal(pointOfValues(space, { ...values, optimizer: 1 })['optimizer'], 'adam')
})

test('property: whatever a sampler says, the point lies in the space', () => {
  const anyValues = fc.dictionary(
    fc.constantFrom('lr', 'layers', 'optimizer', 'noise', 'batch'),
    fc.double({ noNaN: true }),
  )
  fc.assert(
    fc.property(anyValues, (values) => {
      const { lr, layers, noise, batch } = pointOfValues(space, values)
      assert.ok((lr as number) >= Math.exp(-5) && (lr as number) <= 1)
      assert.ok([0, 1, 2, 3].includes(layers as number))
      assert.ok(Number.isFinite(noise))
      assert.ok(['16', '32', '64'].includes(batch as string))
    }),
  )
})
