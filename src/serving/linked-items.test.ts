import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LinkedItems, type Link } from './linked-items.ts'

function itemsOf<Item>(linked: LinkedItems<Item>): readonly Item[] {
  const items: Item[] = []
  for (let link = linked.first; link !== undefined; link = link.after) items.push(link.item)
  return items
}

test('whatever is added and taken out, what is left is there once, in its order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -10, max: 10 }), { maxLength: 60 }), (steps) => {
      const linked = new LinkedItems<number>()
      let model: Link<number>[] = []
      for (const [at, step] of steps.entries()) {
        const link = model[step]
        if (step < 0) model.push(linked.add(at))
        else if (link !== undefined) {
          assert.equal(linked.remove(link), true)
          assert.equal(linked.remove(link), false)
          assert.deepEqual([link.before, link.after], [undefined, undefined], 'it leads nowhere')
          model = model.filter((other) => other !== link)
        }
        assert.deepEqual(
          itemsOf(linked),
          model.map(({ item }) => item),
        )
        assert.equal(linked.count, model.length)
      }
    }),
  )
})

test('a link of other items is not taken out of these', () => {
  const [one, other] = [new LinkedItems<string>(), new LinkedItems<string>()]
  const link = one.add('a')
  other.add('b')
  assert.equal(other.remove(link), false)
  assert.deepEqual(itemsOf(one), ['a'])
  assert.deepEqual(itemsOf(other), ['b'])
})
