import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WaitingRequests } from './waiting-requests.ts'

interface Item {
  readonly name: number
  readonly sizeBytes: number
}

test('requests are taken in the order they came, those that lost their worker first', () => {
  const waiting = new WaitingRequests<Item>({ maxCount: 2, maxBytes: 100 })
  const [first, second, third] = [1, 2, 3].map((name) => ({ name, sizeBytes: 10 })) as [Item, Item, Item]
  assert.deepEqual([waiting.add(first), waiting.add(second), waiting.add(third)], [true, true, false])
  waiting.putBack(third)
  assert.equal(waiting.count, 3)
  assert.deepEqual([waiting.take(), waiting.take(), waiting.take(), waiting.take()], [third, first, second, undefined])
})

test('a queue that holds too many bytes refuses more, but a single large request gets its turn', () => {
  const waiting = new WaitingRequests<Item>({ maxCount: 10, maxBytes: 100 })
  const large = { name: 1, sizeBytes: 1000 }
  assert.equal(waiting.add(large), true)
  assert.equal(waiting.add({ name: 2, sizeBytes: 1 }), false)
  assert.equal(waiting.remove(large), true)
  assert.equal(waiting.add({ name: 3, sizeBytes: 60 }), true)
  assert.equal(waiting.add({ name: 4, sizeBytes: 60 }), false)
  assert.equal(waiting.add({ name: 5, sizeBytes: 40 }), true)
})

test('whatever happens, the queue is the list of those admitted and neither taken nor removed', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), sizeBytes: fc.nat(50) }),
    fc.record({ do: fc.constant('take' as const) }),
    fc.record({ do: fc.constant('remove' as const), at: fc.nat(10) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const waiting = new WaitingRequests<Item>({ maxCount: 5, maxBytes: 100 })
      let model: Item[] = []
      for (const [name, next] of steps.entries()) {
        if (next.do === 'add') {
          const item = { name, sizeBytes: next.sizeBytes }
          const bytes = model.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
          const fits = model.length < 5 && (bytes === 0 || bytes + next.sizeBytes <= 100)
          assert.equal(waiting.add(item), fits)
          if (fits) model.push(item)
        } else if (next.do === 'take') {
          assert.equal(waiting.take(), model.shift())
        } else {
          const item = model[next.at]
          if (item === undefined) continue
          assert.equal(waiting.remove(item), true)
          assert.equal(waiting.remove(item), false)
          model = model.filter((other) => other !== item)
        }
        assert.equal(waiting.count, model.length)
      }
    }),
  )
})
