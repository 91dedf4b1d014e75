import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkMirrorTraffic, checkTraffic, chooseDeployment, type RoutingChoice } from './router.ts'

const choice: RoutingChoice = {
  endpoint: 'diabetes',
  traffic: { blue: 90, green: 10 },
  deployments: new Set(['blue', 'green', 'shadow']),
  unit: 0,
}

test('each deployment gets exactly its weight of the requests', () => {
  const chosen = Array.from({ length: 1000 }, (_, n) => chooseDeployment({ ...choice, unit: n / 1000 }))
  assert.equal(chosen.filter((name) => name === 'blue').length, 900)
  assert.equal(chosen.filter((name) => name === 'green').length, 100)
})

test('whatever the weights, a deployment without weight is never chosen and the last sliver belongs to somebody', () => {
  const weights = fc.dictionary(fc.constantFrom('blue', 'green', 'red', 'away'), fc.integer({ min: 0, max: 100 }))
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (traffic, unit) => {
      const deployments = new Set(['blue', 'green', 'red'])
      const candidates = Object.keys(traffic).filter((name) => deployments.has(name) && traffic[name]! > 0)
      const choose = () => chooseDeployment({ endpoint: 'e', traffic, deployments, unit })
      if (candidates.length === 0) assert.throws(choose, { code: 'not-found' })
      else assert.ok(candidates.includes(choose()))
    }),
  )
})

test('the header picks a deployment without traffic, and 404 names those that there are', () => {
  assert.equal(chooseDeployment({ ...choice, pinned: 'shadow' }), 'shadow')
  assert.throws(() => chooseDeployment({ ...choice, pinned: 'red' }), {
    code: 'not-found',
    message: 'The endpoint "diabetes" has no deployment "red" that is ready.',
    hint: /^It has: blue, green, shadow\./,
  })
})

test('without positive weight nobody answers', () => {
  for (const traffic of [{}, { blue: 0 }, { away: 100 }])
    assert.throws(() => chooseDeployment({ ...choice, traffic }), {
      code: 'not-found',
      message: 'No deployment of the endpoint "diabetes" takes traffic.',
    })
})

test('traffic must be whole percents of existing deployments that sum to 100 or 0, and every mistake is told', () => {
  const deployments = new Set(['blue', 'green'])
  for (const traffic of [{ blue: 90, green: 10 }, { blue: 100 }, { blue: 0, green: 0 }, {}])
    checkTraffic(traffic, deployments)
  const mistakes = (traffic: Record<string, number>, message: string) =>
    assert.throws(() => checkTraffic(traffic, deployments), { code: 'invalid-request', message })
  mistakes({ blue: 90 }, 'The traffic cannot be set: the weights sum to 90, not to 100 or 0.')
  mistakes(
    { blue: 33.5, red: -1 },
    'The traffic cannot be set: blue=33.5 is not a whole number of percent between 0 and 100; ' +
      'there is no deployment "red"; red=-1 is not a whole number of percent between 0 and 100.',
  )
})

test('mirror traffic goes to one deployment and is at most half', () => {
  const deployments = new Set(['blue', 'green'])
  checkMirrorTraffic({ green: 50 }, deployments)
  checkMirrorTraffic({}, deployments)
  for (const mirror of [{ green: 51 }, { red: 10 }, { blue: 10, green: 10 }])
    assert.throws(() => checkMirrorTraffic(mirror, deployments), { code: 'invalid-request' })
})
