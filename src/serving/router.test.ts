import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  checkMirrorTraffic,
  checkTraffic,
  chooseDeployment,
  noRouting,
  pinOf,
  unitDraw,
  type RoutingChoice,
} from './router.ts'

const choice: RoutingChoice = {
  endpoint: 'diabetes',
  traffic: { blue: 90, green: 10 },
  deployments: new Set(['blue', 'green', 'shadow']),
  draw: () => 0.5,
}

const pin = (deployment: string) => ({ deployment, header: 'azureml-model-deployment' })

test('each deployment gets its weight of the requests', () => {
  const chosen = Array.from({ length: 20_000 }, (_, n) => chooseDeployment({ ...choice, draw: unitDraw('e', `u${n}`) }))
  const share = chosen.filter((name) => name === 'green').length / 20_000
  // Four standard errors around a tenth.
  assert.ok(Math.abs(share - 0.1) < 0.0085, `${share}`)
})

test('a unit stays where it is, and as a candidate grows units move to it and to nobody else', () => {
  const deployments = new Set(['blue', 'green', 'grey'])
  const chosen = (traffic: Record<string, number>, unit: string) =>
    chooseDeployment({ endpoint: 'e', traffic, deployments, draw: unitDraw('e', unit) })
  const steps = [5, 25, 50, 100].map((share) => {
    const rest = (100 - share) / 2
    return { blue: rest, green: share, grey: rest }
  })
  for (const unit of Array.from({ length: 500 }, (_, n) => `person-${n}`)) {
    const path = steps.map((traffic) => chosen(traffic, unit))
    assert.deepEqual(
      path,
      steps.map((traffic) => chosen(traffic, unit)),
    )
    const joined = path.indexOf('green')
    assert.deepEqual(new Set(path.slice(joined)), new Set(['green']))
    assert.ok(new Set(path.slice(0, joined)).size <= 1, path.join(' '))
  }
})

test("an endpoint's own header picks a deployment by name or by label", () => {
  const routing = { deploymentHeader: 'x-api-version', labels: { v1: 'blue' } }
  const pinned = (value: string | undefined) => pinOf(routing, (name) => (name === 'x-api-version' ? value : undefined))
  assert.deepEqual(pinned('v1'), { deployment: 'blue', header: 'x-api-version' })
  assert.deepEqual(pinned('green'), { deployment: 'green', header: 'x-api-version' })
  assert.deepEqual(pinned('toString'), { deployment: 'toString', header: 'x-api-version' })
  assert.equal(pinned(''), undefined)
  assert.equal(pinned(undefined), undefined)
  assert.equal(
    pinOf(noRouting, () => 'v1'),
    undefined,
  )
})

test('whatever the weights, a deployment without weight is never chosen and the last sliver belongs to somebody', () => {
  const weights = fc.dictionary(fc.constantFrom('blue', 'green', 'red', 'away'), fc.integer({ min: 0, max: 100 }))
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (traffic, drawn) => {
      const deployments = new Set(['blue', 'green', 'red'])
      const candidates = Object.keys(traffic).filter((name) => deployments.has(name) && traffic[name]! > 0)
      const choose = () => chooseDeployment({ endpoint: 'e', traffic, deployments, draw: () => drawn })
      if (candidates.length === 0) assert.throws(choose, { code: 'not-found' })
      else assert.ok(candidates.includes(choose()))
    }),
  )
})

test('the header picks a deployment without traffic, and 404 names those that there are', () => {
  assert.equal(chooseDeployment({ ...choice, pinned: pin('shadow') }), 'shadow')
  assert.throws(() => chooseDeployment({ ...choice, pinned: pin('red') }), {
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
