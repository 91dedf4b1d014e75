import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerDifference } from './answer-difference.ts'

const difference = (one: unknown, other: unknown) =>
  answerDifference(Buffer.from(JSON.stringify(one)), Buffer.from(JSON.stringify(other)))

test('numbers are compared place by place, whatever the shape around them', () => {
  assert.deepEqual(difference([1, 2, 3], [1, 2, 3]), { isEqual: true, numberCount: 3, mean: 0, largest: 0 })
  assert.deepEqual(difference({ predictions: [1, 2] }, { predictions: [2, 0] }), {
    ...{ isEqual: false, numberCount: 2, mean: -0.5, largest: 2 },
  })
  assert.deepEqual(difference(5, 7), { isEqual: false, numberCount: 1, mean: 2, largest: 2 })
})

test('other shapes, texts and kinds make answers different without making numbers of them', () => {
  for (const [one, other] of [
    ['yes', 'no'],
    [[1, 2], [1]],
    [{ a: 1 }, { b: 1 }],
    [[], {}],
    [null, 0],
    [{ a: null }, { a: {} }],
  ] as const)
    assert.equal(difference(one, other)!.isEqual, false, JSON.stringify([one, other]))
  assert.deepEqual(difference(['yes', null], ['yes', null]), { isEqual: true, numberCount: 0 })
})

test('what is no JSON or longer than 64 KiB is not compared', () => {
  assert.equal(answerDifference(Buffer.from('{'), Buffer.from('1')), undefined)
  assert.equal(difference('x'.repeat(70_000), 'y'), undefined)
})
