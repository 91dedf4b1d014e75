import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import { budgetsText, pricesText, readBudgets, readPrices } from './read-budgets.ts'

const refusal = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    assert.ok(error instanceof SluiceError && error.code === 'invalid-setting')
    return error.message
  }
  return assert.fail('it was not refused')
}

test('prices and budgets are read, and written as they are read', () => {
  const prices = { currency: 'EUR', cpu_second: 0.5, gb_second: 0, gpu_second: 2 }
  assert.deepEqual(JSON.parse(pricesText(readPrices(prices))), prices)
  assert.equal(readPrices({}).currency, 'USD')
  const budgets = [
    { name: 'a', scope: 'all', window: 'month', of: 'cost', warn_at: 1, stop_at: 2 },
    { name: 'b', scope: 'experiment:my e', window: 'ever', of: 'gpu_seconds', stop_at: 0 },
    { name: 'c', scope: 'each-job', window: 'ever', of: 'cost', warn_at: 3 },
    { name: 'd', scope: 'endpoint:x', window: 'day', of: 'wall_seconds', warn_at: 3 },
  ]
  assert.deepEqual(JSON.parse(budgetsText(readBudgets(budgets))), budgets)
})

test('whatever is wrong is named, with what is expected', () => {
  const budget = (more: object): string =>
    refusal(() => readBudgets([{ name: 'a', window: 'day', stop_at: 1, ...more }]))
  assert.equal(budget({ stop_at: -1 }), 'has stop_at -1 in budget "a"; expected a number that is not negative')
  assert.equal(
    budget({ window: 'hour' }),
    'has window "hour" in budget "a"; expected one of day, week, month, year, ever',
  )
  assert.match(budget({ window: undefined }), /^has window missing in budget "a"; expected one of day/)
  assert.match(budget({ of: 'money' }), /^has of "money" in budget "a"; expected one of cost, cpu_seconds/)
  assert.match(budget({ scope: 'job' }), /^has scope "job" in budget "a"; expected all, each-job, experiment:NAME/)
  assert.match(budget({ scope: 'each-job' }), /^has a window in budget "a"/)
  assert.match(budget({ scope: 'endpoint:x' }), /^has stop_at in budget "a"; expected warn_at alone/)
  assert.match(budget({ stopat: 1 }), /^has "stopat" in budget "a"; expected name, scope, window/)
  assert.match(budget({ name: 'a b' }), /^has name "a b" in budget 1/)
  assert.match(
    refusal(() => readBudgets([{ name: 'a', window: 'day' }])),
    /^limits nothing in budget "a"; expected warn_at, stop_at or both/,
  )
  const twice = { name: 'a', window: 'day', stop_at: 1 }
  assert.match(
    refusal(() => readBudgets([twice, twice])),
    /^has two budgets "a"/,
  )
  assert.match(
    refusal(() => readBudgets({})),
    /^is no JSON list/,
  )
  assert.match(
    refusal(() => readBudgets([1])),
    /^is no JSON object in budget 1/,
  )
  assert.match(
    refusal(() => readPrices([])),
    /^is no JSON object; expected currency/,
  )
  assert.match(
    refusal(() => readPrices({ currency: '' })),
    /^has currency ""/,
  )
  assert.match(
    refusal(() => readPrices({ cpu_second: '1' })),
    /^has cpu_second "1"; expected a number/,
  )
  assert.match(
    refusal(() => readPrices({ cpu: 1 })),
    /^has "cpu"; expected currency, cpu_second/,
  )
})
