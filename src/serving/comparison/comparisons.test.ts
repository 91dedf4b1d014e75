import assert from 'node:assert/strict'
import { type TestContext } from 'node:test'
import { databaseTest } from '../../../test/database.test-support.ts'
import type { Database } from '../../database/database.ts'
import type { Routing } from '../router.ts'
import { openServing, until, type ServingLab } from '../serving.test-support.ts'
import type { MirroredComparison } from './compare-variants.ts'
import type { MirroredRequest, ScoredRequest } from './request-record.ts'
import { insertMirrored, insertScored } from './request-store.ts'

const script = (value: string) => `
def init(): pass
def run(raw): return ${value}
`

/** An endpoint with two deployments, 50 to 50. */
async function openPair(database: Database, t: TestContext, routing: Routing = { labels: {} }): Promise<ServingLab> {
  const lab = await openServing(t, database)
  await lab.serving.createEndpoint({ name: 'pair', authMode: 'none', tags: {}, properties: {}, routing })
  for (const [name, value] of [
    ['blue', '{"y": [1.0, 2.0]}'],
    ['green', '{"y": [1.5, 2.0]}'],
  ] as const)
    await lab.serving.deploy({ endpoint: 'pair', deployment: name, scoring: await lab.code(script(value)) })
  await lab.serving.changeEndpoint('pair', { traffic: { blue: 50, green: 50 } })
  return lab
}

const scored = (n: number, given: Partial<ScoredRequest>): ScoredRequest => ({
  ...{ endpoint: 'pair', requestId: `r-${n}`, deployment: n % 2 === 0 ? 'blue' : 'green', revision: 1 },
  ...{ isPinned: false, isOk: true, atMs: Date.now(), latencyMs: 10 },
  ...given,
})

const store = (database: Database, requests: readonly ScoredRequest[]) =>
  database.write((tables) => insertScored(tables, requests, database.dialect))

databaseTest('what is asked is noted, and outcomes that come later are joined by request id', async (database, t) => {
  const { serving } = await openPair(database, t)
  const given: [string, string][] = []
  for (let n = 0; n < 160; n++) {
    const body = Buffer.from('1')
    const request = {
      endpoint: 'pair',
      requestId: `id-${n}`,
      contentType: 'application/json',
      body,
      headers: () => ({}),
    }
    given.push([`id-${n}`, (await serving.score(request)).deployment])
  }
  const outcomes = given.map(([requestId, name], n) => ({
    ...{ requestId, metric: 'revenue', value: (name === 'green' ? 30 : 10) + (n % 7) },
  }))
  const unknown = { requestId: 'nobody', metric: 'revenue', value: 1 }
  assert.deepEqual(await serving.comparisons.addOutcomes('pair', [...outcomes, unknown]), {
    ...{ storedCount: 161, unknownCount: 1 },
  })
  await serving.comparisons.addOutcomes('pair', outcomes)
  const comparison = await serving.comparisons.compare('pair', { baseline: 'blue' })
  const counts = (name: string) => given.filter(([, deployment]) => deployment === name).length
  assert.deepEqual(
    comparison.metrics.map(({ name, baseline, candidate }) => [name, baseline.count, candidate.count]),
    ['latency', 'error', 'revenue'].map((name) => [name, counts('blue'), counts('green')]),
  )
  const revenue = comparison.metrics[2]!
  assert.equal(revenue.verdict, 'better')
  assert.ok(revenue.interval.low > 10 && revenue.interval.high < 30, JSON.stringify(revenue.interval))
  assert.deepEqual(comparison.split?.counts, { blue: counts('blue'), green: counts('green') })
  assert.equal(comparison.split.isOff, false)
  assert.ok(comparison.baseline.p50! > 0 && comparison.baseline.p95! >= comparison.baseline.p50!)
})

databaseTest('requests of a unit count as one, however many it sends', async (database, t) => {
  const { serving } = await openPair(database, t)
  // Forty units a side that send ten requests each; all the variance is between units.
  const requests = Array.from({ length: 800 }, (_, n) => {
    const unit = Math.floor(n / 10)
    const isFirst = unit % 2 === 0
    return scored(n, { deployment: isFirst ? 'blue' : 'green', unit: `u${unit}`, latencyMs: 10 + (unit % 20) })
  })
  await store(database, requests)
  const { metrics, split } = await serving.comparisons.compare('pair', { baseline: 'blue', candidate: 'green' })
  const latency = metrics.find(({ name }) => name === 'latency')!
  assert.deepEqual([latency.baseline.count, latency.candidate.count, latency.verdict], [40, 40, 'undecided'])
  assert.ok(latency.baseline.standardError > 0.5, String(latency.baseline.standardError))
  assert.deepEqual(split?.counts, { blue: 40, green: 40 })
})

databaseTest(
  'a metric is worse, equivalent or undecided by its margin, and errors are a share',
  async (database, t) => {
    const { serving } = await openPair(database, t)
    await store(
      database,
      Array.from({ length: 2000 }, (_, n) => {
        const isGreen = n % 2 === 1
        return scored(n, { isOk: !(isGreen && n % 20 === 1), latencyMs: 20 + ((n >> 1) % 7) })
      }),
    )
    const compare = async (margins: Readonly<Record<string, { value: number; isRelative: boolean }>>) => {
      const { metrics } = await serving.comparisons.compare('pair', { baseline: 'blue', margins })
      return Object.fromEntries(metrics.map(({ name, verdict }) => [name, verdict]))
    }
    assert.deepEqual(await compare({}), { latency: 'equivalent', error: 'worse' })
    const strict = { latency: { value: 0.001, isRelative: true }, error: { value: 0.5, isRelative: false } }
    assert.deepEqual(await compare(strict), { latency: 'undecided', error: 'equivalent' })
  },
)

databaseTest('a covariate takes out what it explains', async (database, t) => {
  const { serving } = await openPair(database, t)
  const requests = Array.from({ length: 400 }, (_, n) => scored(n, {}))
  await store(database, requests)
  const before = (n: number) => (n * 7919) % 101
  const outcomes = requests.flatMap(({ requestId, deployment }, n) => [
    { requestId, metric: 'before', value: before(n) },
    { requestId, metric: 'after', value: before(n) + (deployment === 'green' ? 2 : 0) + (n % 3) },
  ])
  await serving.comparisons.addOutcomes('pair', outcomes)
  const compare = async (covariate?: string) => {
    const terms = { baseline: 'blue', ...(covariate !== undefined && { covariate }) }
    return (await serving.comparisons.compare('pair', terms)).metrics.find(({ name }) => name === 'after')!
  }
  const [plain, adjusted] = [await compare(), await compare('before')]
  assert.equal(plain.verdict, 'undecided')
  assert.equal(adjusted.verdict, 'better')
  assert.ok(adjusted.varianceReduction! > 0.95, String(adjusted.varianceReduction))
  assert.ok(adjusted.interval.low > 1 && adjusted.interval.high < 3)
})

databaseTest('a split that is off is told', async (database, t) => {
  const { serving } = await openPair(database, t)
  await store(
    database,
    Array.from({ length: 600 }, (_, n) => scored(n, { deployment: n % 3 === 0 ? 'blue' : 'green' })),
  )
  const { split } = await serving.comparisons.compare('pair', { baseline: 'blue' })
  assert.deepEqual([split?.isOff, split?.counts], [true, { blue: 200, green: 400 }])
})

databaseTest('copies go to the mirror, and their differences are recorded pair by pair', async (database, t) => {
  const lab = await openServing(t, database, { random: () => 0.3 })
  const { serving } = lab
  for (const [name, value] of [
    ['blue', '{"y": [1.0, 2.0]}'],
    ['green', '{"y": [1.5, 2.0]}'],
    ['faulty', '1 / 0'],
  ] as const)
    await serving.deploy({ endpoint: 'pair', deployment: name, scoring: await lab.code(script(value)) })
  const ask = async (mirror: string) => {
    await serving.changeEndpoint('pair', { mirrorTraffic: { [mirror]: 50 } })
    for (let n = 0; n < 5; n++) {
      const body = Buffer.from('1')
      const request = { endpoint: 'pair', requestId: `${mirror}-${n}`, contentType: 'application/json', body }
      const { deployment, answer } = await serving.score({ ...request, headers: () => ({}) })
      assert.deepEqual([deployment, answer.kind], ['blue', 'answered'])
    }
    let mirrored: MirroredComparison | undefined
    await until(async () => {
      mirrored = (await serving.comparisons.compare('pair', { candidate: mirror })).mirrored
      return mirrored?.count === 5
    })
    return mirrored!
  }
  const green = await ask('green')
  assert.deepEqual([green.comparedCount, green.equalCount, green.largestDifference], [5, 0, 0.5])
  const prediction = green.metrics.find(({ name }) => name === 'prediction')!
  assert.deepEqual([prediction.difference.value, prediction.difference.count], [0.25, 5])
  assert.deepEqual([green.distance?.value, green.agreement?.value], [0.5, 0])
  assert.ok(green.latencyRatio!.value > 0)
  assert.deepEqual(green.answeredBy, { both: 5, original: 0, copy: 0, neither: 0 })
  const faulty = await ask('faulty')
  assert.deepEqual(
    [faulty.comparedCount, faulty.metrics.find(({ name }) => name === 'error')!.difference.value],
    [0, 1],
  )
  assert.deepEqual(faulty.answeredBy, { both: 0, original: 5, copy: 0, neither: 0 })
  assert.deepEqual([faulty.agreement, faulty.distance, faulty.latencyRatio], [undefined, undefined, undefined])
})

databaseTest('pairs have a verdict of their own, with far fewer requests', async (database, t) => {
  const { serving } = await openPair(database, t)
  // What requests take differs a lot; what the copy takes more hardly does.
  const pairs = Array.from({ length: 200 }, (_, n): MirroredRequest => {
    const latencyMs = 10 + ((n * 7919) % 101)
    return {
      ...{ endpoint: 'pair', requestId: `r-${n}`, deployment: 'blue', revision: 1, mirror: 'green', mirrorRevision: 1 },
      ...{ atMs: 1, status: 200, mirrorStatus: 200, latencyMs, mirrorLatencyMs: latencyMs + 20 + (n % 3) },
      difference: { isEqual: n % 4 > 0, numberCount: 1, mean: 0, largest: n % 4 > 0 ? 0 : 2 },
    }
  })
  await database.write((tables) => insertMirrored(tables, pairs))
  await store(
    database,
    pairs.map(({ latencyMs }, n) => scored(n, { deployment: 'blue', latencyMs })),
  )
  const { mirrored } = await serving.comparisons.compare('pair', { baseline: 'blue', candidate: 'green' })
  const verdicts = Object.fromEntries(mirrored!.metrics.map(({ name, verdict }) => [name, verdict]))
  assert.equal(verdicts['latency'], 'worse')
  assert.equal(mirrored!.equalCount, 150)
  const { agreement, distance, latencyRatio } = mirrored!
  const around = (figure: typeof agreement, value: number): void => {
    assert.ok(Math.abs(figure!.value - value) < 1e-12, `${figure!.value}`)
    assert.ok(figure!.interval.low < value && value < figure!.interval.high)
  }
  around(agreement, 0.75)
  around(distance, 0.5)
  const total = (pick: (pair: MirroredRequest) => number): number => pairs.reduce((sum, pair) => sum + pick(pair), 0)
  around(latencyRatio, total((pair) => pair.mirrorLatencyMs) / total((pair) => pair.latencyMs))
})

databaseTest('a comparison that cannot be made says what is missing', async (database, t) => {
  const lab = await openPair(database, t)
  const { comparisons } = lab.serving
  await lab.serving.deploy({ endpoint: 'pair', deployment: 'grey', scoring: await lab.code(script('1')) })
  assert.equal((await comparisons.compare('pair', {})).candidate.deployment, 'green')
  await lab.serving.changeEndpoint('pair', { traffic: { blue: 100 } })
  for (const [request, message] of [
    [{}, /Nothing says which deployment of "pair" is the candidate/],
    [{ candidate: 'red' }, /no deployment "red"/],
    [{ candidate: 'blue' }, /cannot be compared with itself/],
  ] as const)
    await assert.rejects(comparisons.compare('pair', request), { message })
  await assert.rejects(comparisons.compare('none', {}), { code: 'not-found' })
  for (const outcome of [
    { requestId: 'r', metric: 'latency', value: 1 },
    { requestId: 'r', metric: 'a b', value: 1 },
    { requestId: 'r', metric: 'a', value: Number.NaN },
  ])
    await assert.rejects(comparisons.addOutcomes('pair', [outcome]), { code: 'invalid-request' })
  await lab.serving.deleteEndpoint('pair')
  await assert.rejects(comparisons.addOutcomes('pair', []), { code: 'not-found' })
})
