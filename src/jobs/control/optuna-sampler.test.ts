import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { EnvironmentLock } from '../../environments/environment-builder.ts'
import { venvBuilder } from '../../environments/venv/index.ts'
import { sharedCache, sharedUvCache } from '../../environments/venv/lab.test-support.ts'
import { pointOfValues, sampledParameters } from '../../plan/sweeps/sampled-values.ts'
import type { SearchSpace } from '../../spec/sweep-settings.ts'
import { systemClock } from '../../../test/system-clock.ts'
import { type EarlierTrial, OptunaSampler, type SamplerQuestion } from './optuna-sampler.ts'

const pythonSource = join(import.meta.dirname, '../../../python/src')
const space: SearchSpace = {
  x: { type: 'uniform', minValue: -10, maxValue: 10 },
  shape: { type: 'choice', values: [{ kind: 'bowl', depth: { type: 'randint', upper: 5 } }, 'plain'] },
}
const parameters = sampledParameters(space)

/** The real Optuna; its environment stays in the shared cache between runs. */
function openSampler(t: TestContext): OptunaSampler {
  const environments = venvBuilder({
    cacheFolder: sharedCache,
    uvCache: sharedUvCache,
    baseEnvironment: process.env,
    log: () => undefined,
  })
  const variables = { PATH: process.env['PATH'] ?? '' }
  const sampler = new OptunaSampler({ environments, pythonSource, variables, clock: systemClock, log: () => undefined })
  t.after(async () => {
    await sampler.close()
    await environments.close()
  })
  return sampler
}

/** A host that is this shell command and no Python. */
function brokenSampler(t: TestContext, python: string): OptunaSampler {
  const environments = {
    lock: () => Promise.resolve({} as EnvironmentLock),
    build: (lock: EnvironmentLock) => Promise.resolve({ digest: lock.digest, path: [], variables: {}, python }),
  }
  const sampler = new OptunaSampler({
    environments,
    pythonSource,
    variables: {},
    clock: systemClock,
    log: () => undefined,
  })
  t.after(() => sampler.close())
  return sampler
}

function question(trial: number, earlier: readonly EarlierTrial[]): SamplerQuestion {
  return { goal: 'minimize', seed: 11, trial, parameters, earlier }
}

/** (x - 3)^2, with a little more for a plain shape. */
function loss(values: EarlierTrial['values']): number {
  const { x, shape } = pointOfValues(space, values)
  return ((x as number) - 3) ** 2 + (shape === 'plain' ? 5 : 0)
}

async function run(sampler: OptunaSampler, count: number): Promise<readonly EarlierTrial[]> {
  const earlier: EarlierTrial[] = []
  // Each question needs the answers before it.
  for (let trial = 0; trial < count; trial++) {
    const values = await sampler.propose(question(trial, earlier))
    earlier.push({ values, state: 'completed', value: loss(values), logged: 1 })
  }
  return earlier
}

test('bayesian sampling searches where it is good, and proposes the same again after its host died', async (t) => {
  const sampler = openSampler(t)
  const trials = await run(sampler, 40)
  const mean = (some: readonly EarlierTrial[]): number => some.reduce((sum, { value }) => sum + value!, 0) / some.length
  // The first ten are random; the rest knows better.
  assert.ok(mean(trials.slice(30)) < mean(trials.slice(0, 10)) / 2)
  await sampler.close()
  assert.deepEqual(await run(openSampler(t), 40), trials)
})

test('running, stopped and failed trials are told too, and do not break it', async (t) => {
  const sampler = openSampler(t)
  const [first, second, third, fourth] = await run(sampler, 4)
  const earlier: readonly EarlierTrial[] = [
    first!,
    { ...second!, state: 'stopped' },
    { values: third!.values, state: 'failed' },
    { values: fourth!.values, state: 'running' },
  ]
  const values = await sampler.propose(question(4, earlier))
  assert.notDeepEqual(values, fourth!.values)
  assert.deepEqual(await sampler.propose(question(4, earlier)), values)
})

test('what Optuna refuses is told in its own words, and the host goes on', async (t) => {
  const sampler = openSampler(t)
  const refused = { ...question(0, []), goal: 'sideways' as 'minimize' }
  await assert.rejects(sampler.propose(refused), { code: 'internal', message: /Optuna cannot propose.*sideways/ })
  assert.equal(typeof (await sampler.propose(question(0, [])))['x'], 'number')
})

test('a host that ends is tried once more, then the sweep is told why', async (t) => {
  await assert.rejects(brokenSampler(t, '/bin/false').propose(question(0, [])), {
    code: 'environment-failed',
    message: 'The host of bayesian sampling ended with status 1.',
  })
})

test('an interpreter that is not there is told', async (t) => {
  await assert.rejects(brokenSampler(t, '/no/such/python').propose(question(0, [])), {
    code: 'environment-failed',
    message: /could not be started: .*ENOENT/,
  })
})

test('what was asked when the server closes is answered with that', async (t) => {
  const sampler = brokenSampler(t, '/bin/cat')
  const answer = sampler.propose(question(0, []))
  const refused = assert.rejects(answer, { message: /closes while a sweep/ })
  await sampler.close()
  await refused
})
