import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SearchDistribution, SamplingAlgorithm, SearchSpace } from '../../spec/sweep-settings.ts'
import { distributionsOf, gridSize, trialAt, type TrialPoint } from './trial-point.ts'

type Random = Extract<SamplingAlgorithm, { type: 'random' }>

const random: Random = { type: 'random', rule: 'random', seed: 7 }
const sobol: Random = { type: 'random', rule: 'sobol', seed: 7 }

function trials(space: SearchSpace, algorithm: Random | { type: 'grid' }, count: number): readonly TrialPoint[] {
  return Array.from({ length: count }, (_, index) => trialAt(space, algorithm, index)!)
}

function numbers(distribution: SearchDistribution, algorithm: Random, count = 4000): readonly number[] {
  return trials({ x: distribution }, algorithm, count).map(({ x }) => x as number)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviation(values: readonly number[]): number {
  return Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))
}

const moments: readonly (readonly [SearchDistribution, number, number])[] = [
  [{ type: 'uniform', minValue: 2, maxValue: 8 }, 5, 6 / Math.sqrt(12)],
  [{ type: 'quniform', minValue: 0, maxValue: 100, q: 1 }, 50, 100 / Math.sqrt(12)],
  [{ type: 'loguniform', minValue: 0, maxValue: 1 }, Math.E - 1, 0.492],
  [{ type: 'normal', mu: -3, sigma: 2 }, -3, 2],
  [{ type: 'qnormal', mu: 10, sigma: 4, q: 0.5 }, 10, 4],
  [{ type: 'lognormal', mu: 0, sigma: 0.25 }, Math.exp(0.03125), 0.2619],
  [{ type: 'randint', upper: 11 }, 5, Math.sqrt(10)],
]
for (const [distribution, expectedMean, expectedDeviation] of moments) {
  for (const algorithm of [random, sobol]) {
    test(`${algorithm.rule} ${JSON.stringify(distribution)} has the mean and the deviation of its distribution`, () => {
      const values = numbers(distribution, algorithm)
      // Four standard errors; the seed is fixed, so this passes always or never.
      const error = (4 * expectedDeviation) / Math.sqrt(values.length)
      assert.ok(Math.abs(mean(values) - expectedMean) < error, `mean ${mean(values)}`)
      assert.ok(Math.abs(deviation(values) - expectedDeviation) < 2 * error, `deviation ${deviation(values)}`)
    })
  }
}

test('a Sobol sequence fills a square more evenly than random points', () => {
  const space: SearchSpace = {
    x: { type: 'uniform', minValue: 0, maxValue: 1 },
    y: { type: 'uniform', minValue: 0, maxValue: 1 },
  }
  const emptyCells = (algorithm: Random): number => {
    const cells = trials(space, algorithm, 256).map(
      ({ x, y }) => Math.floor((x as number) * 16) * 16 + Math.floor((y as number) * 16),
    )
    return 256 - new Set(cells).size
  }
  assert.equal(emptyCells(sobol), 0)
  assert.ok(emptyCells(random) > 50)
})

test('every value of a choice comes up about as often as the others', () => {
  const counts = new Map<unknown, number>()
  for (const { x } of trials({ x: { type: 'choice', values: ['adam', 'sgd', '4', 'True'] } }, random, 4000))
    counts.set(x, (counts.get(x) ?? 0) + 1)
  assert.deepEqual(new Set(counts.keys()), new Set(['adam', 'sgd', '4', 'True']))
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 110, String(count))
})

const nested: SearchSpace = {
  model: {
    type: 'choice',
    values: [
      { kind: 'ridge', alpha: { type: 'uniform', minValue: 0, maxValue: 1 } },
      {
        kind: 'forest',
        trees: { type: 'choice', values: ['10', '100'] },
        depth: { type: 'choice', values: ['2', '4', '8'] },
      },
      'mean',
    ],
  },
  scale: { type: 'choice', values: ['True', 'False'] },
}

test('a value with distributions in it is drawn whole', () => {
  const seen = trials(nested, random, 60).map(({ model }) => model)
  for (const model of seen) {
    if (typeof model !== 'object') assert.equal(model, 'mean')
    else if (model['kind'] === 'ridge') assert.deepEqual(Object.keys(model), ['kind', 'alpha'])
    else
      assert.ok(['10', '100'].includes(model['trees'] as string) && ['2', '4', '8'].includes(model['depth'] as string))
  }
  assert.equal(new Set(seen.map((model) => (typeof model === 'object' ? model['kind'] : model))).size, 3)
})

test('distributions are listed by path, outer before inner', () => {
  assert.deepEqual(
    distributionsOf(nested).map(([path]) => path),
    ['model', 'model.0.alpha', 'model.1.trees', 'model.1.depth', 'scale'],
  )
})

test('a grid is the product in the order written, the last parameter turning fastest', () => {
  const space: SearchSpace = {
    a: { type: 'choice', values: ['1', '2'] },
    b: { type: 'choice', values: ['x', 'y', 'z'] },
  }
  assert.equal(gridSize(space), 6)
  assert.deepEqual(
    trials(space, { type: 'grid' }, 6).map(({ a, b }) => `${String(a)}${String(b)}`),
    ['1x', '1y', '1z', '2x', '2y', '2z'],
  )
  assert.equal(trialAt(space, { type: 'grid' }, 6), undefined)
})

test('a grid goes through every combination inside a value of a choice', () => {
  const { model, scale } = nested as {
    model: Extract<SearchDistribution, { type: 'choice' }>
    scale: SearchDistribution
  }
  const space: SearchSpace = { model: { type: 'choice', values: model.values.slice(1) }, scale }
  assert.equal(gridSize(space), 14)
  const points = trials(space, { type: 'grid' }, 14)
  assert.deepEqual(points[0], { model: { kind: 'forest', trees: '10', depth: '2' }, scale: 'True' })
  assert.deepEqual(points[3], { model: { kind: 'forest', trees: '10', depth: '4' }, scale: 'False' })
  assert.deepEqual(points[13], { model: 'mean', scale: 'False' })
  assert.equal(new Set(points.map((point) => JSON.stringify(point))).size, 14)
})

test('a grid over numbers that are not listed has no end, and no trials', () => {
  assert.equal(gridSize(nested), Infinity)
  assert.throws(() => trialAt({ x: { type: 'randint', upper: 3 } }, { type: 'grid' }, 0), /cannot go through randint/)
})

test('adding a parameter leaves the random values of the others', () => {
  const x: SearchDistribution = { type: 'normal', mu: 0, sigma: 1 }
  const alone = trials({ x }, random, 20).map((point) => point['x'])
  const together = trials({ y: { type: 'randint', upper: 5 }, x }, random, 20).map((point) => point['x'])
  assert.deepEqual(together, alone)
})

test('two parameters of the same distribution, and two seeds, have different values', () => {
  const u: SearchDistribution = { type: 'uniform', minValue: 0, maxValue: 1 }
  for (const algorithm of [random, sobol]) {
    const points = trials({ one: u, eno: u }, algorithm, 50)
    assert.ok(points.every(({ one, eno }) => one !== eno))
    assert.notDeepEqual(trials({ one: u, eno: u }, { ...algorithm, seed: -7 }, 50), points)
  }
})

test('without a seed the trials are those of seed 0', () => {
  const space: SearchSpace = { x: { type: 'normal', mu: 0, sigma: 1 } }
  for (const rule of ['random', 'sobol'] as const)
    assert.deepEqual(trials(space, { type: 'random', rule }, 5), trials(space, { type: 'random', rule, seed: 0 }, 5))
})

const anyNumber = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const anyBounds = fc
  .tuple(anyNumber, anyNumber)
  .filter(([one, other]) => one !== other)
  .map(([one, other]) => ({ minValue: Math.min(one, other), maxValue: Math.max(one, other) }))
const anyQ = fc.double({ min: 1e-3, max: 1e3, noNaN: true })

test('property: values stay in their bounds and on their steps, whatever the seed, the rule and the index', () => {
  const anyAlgorithm = fc.record({
    type: fc.constant('random' as const),
    rule: fc.constantFrom('random' as const, 'sobol' as const),
    seed: fc.maxSafeInteger(),
  })
  fc.assert(
    fc.property(anyBounds, anyQ, anyAlgorithm, fc.nat(1e6), fc.integer({ min: 1, max: 1e9 }), (...drawn) => {
      const [bounds, q, algorithm, index, upper] = drawn
      const space: SearchSpace = {
        u: { type: 'uniform', ...bounds },
        q: { type: 'quniform', ...bounds, q },
        r: { type: 'randint', upper },
        n: { type: 'normal', mu: 0, sigma: 1 },
      }
      const point = trialAt(space, algorithm, index) as Readonly<Record<string, number>>
      assert.ok(point['u']! >= bounds.minValue && point['u']! <= bounds.maxValue)
      assert.ok(point['q']! >= bounds.minValue - q / 2 - 1e-6 && point['q']! <= bounds.maxValue + q / 2 + 1e-6)
      const steps = point['q']! / q
      assert.ok(Math.abs(steps - Math.round(steps)) < 1e-6 * Math.max(1, Math.abs(steps)))
      assert.ok(Number.isInteger(point['r']) && point['r']! >= 0 && point['r']! < upper)
      assert.ok(Number.isFinite(point['n']))
      assert.deepEqual(trialAt(space, algorithm, index), point)
    }),
  )
})

test('property: a grid has every combination exactly once', () => {
  const anyChoice = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), anyChoice, { maxKeys: 4 }), (choices) => {
      const space: SearchSpace = Object.fromEntries(
        Object.entries(choices).map(([name, values]) => [name, { type: 'choice', values }]),
      )
      const size = Object.values(choices).reduce((all, values) => all * values.length, 1)
      assert.equal(gridSize(space), size)
      const points = trials(space, { type: 'grid' }, size).map((point) => JSON.stringify(point))
      assert.equal(new Set(points).size, size)
    }),
  )
})
