import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { trafficWith } from './rollout-traffic.ts'

test('the candidate gets its percent, and the others share the rest as before', () => {
  assert.deepEqual(trafficWith({ blue: 100 }, 'green', 5), { blue: 95, green: 5 })
  assert.deepEqual(trafficWith({ blue: 60, grey: 40 }, 'green', 50), { blue: 30, grey: 20, green: 50 })
  assert.deepEqual(trafficWith({ blue: 90, green: 10 }, 'green', 25), { blue: 75, green: 25 })
  assert.deepEqual(trafficWith({ blue: 100 }, 'green', 100), { green: 100 })
  assert.deepEqual(trafficWith({}, 'green', 5), { green: 100 })
  assert.deepEqual(trafficWith({ blue: 0 }, 'green', 5), { green: 100 })
})

test('whatever the weights, whole percents sum to 100 and nobody is off by more than one', () => {
  const weights = fc.tuple(fc.nat(50), fc.nat(25), fc.nat(24))
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 100 }), ([blue, grey, red], percent) => {
      const before = { blue, grey, red, white: 100 - blue - grey - red }
      const traffic = trafficWith(before, 'green', percent)
      assert.equal(
        Object.values(traffic).reduce((sum, share) => sum + share, 0),
        100,
      )
      if (percent === 100) return
      for (const [name, share] of Object.entries(before))
        assert.ok(Math.abs((traffic[name] ?? 0) - (share * (100 - percent)) / 100) < 1)
    }),
  )
})
