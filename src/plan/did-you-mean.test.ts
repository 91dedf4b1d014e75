import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean } from './did-you-mean.ts'

test('a near name is suggested', () => {
  assert.equal(didYouMean('alhpa', ['beta', 'alpha']), 'Did you mean "alpha"?')
})

test('when none is near, a few names are all listed', () => {
  assert.equal(didYouMean('x', ['training_data', 'alpha']), 'There is: training_data, alpha')
})

test('no names or too many give no hint', () => {
  assert.equal(didYouMean('x', []), undefined)
  assert.equal(
    didYouMean(
      'x',
      Array.from({ length: 11 }, (_, index) => `long_name_${index}`),
    ),
    undefined,
  )
})
