import assert from 'node:assert/strict'
import { type TestContext } from 'node:test'
import { databaseTest } from '../../../test/database.test-support.ts'
import type { Database } from '../../database/database.ts'
import { readEvents } from '../../events/event-log.ts'
import type { ServingPlace } from '../serving-service.ts'
import { handClock, openServing, until, type ServingLab } from '../serving.test-support.ts'
import { readAbortCondition } from './abort-condition.ts'
import type { RolloutRequest, RolloutView } from './rollouts.ts'

const good = `
def init(): pass
def run(raw): return "good"
`
const bad = `
def init(): pass
def run(raw): raise ValueError("no")
`

interface RolloutLab extends ServingLab {
  readonly clock: ReturnType<typeof lateClock>
  /** Asks so many times; whoever is chosen. */
  readonly askTimes: (count: number) => Promise<void>
  /** Turns the clock until the rollout is over, or stands on `percent`. */
  readonly goOn: (percent?: number) => Promise<RolloutView>
}

/** A clock that can be turned so that what is due sees the time a millisecond early, as long as it does not wait. */
function lateClock(): ReturnType<typeof handClock> & { readonly turnLate: (byMs: number) => void } {
  const clock = handClock()
  let earlyMs = 0
  return {
    ...clock,
    now: () => clock.now() - earlyMs,
    turnLate(byMs) {
      earlyMs = 1
      clock.turn(byMs)
      earlyMs = 0
    },
  }
}

/** An endpoint `lines` with all traffic on `blue`, and `green` beside it. */
async function openRollout(
  { database, t }: { readonly database: Database; readonly t: TestContext },
  { green = good, ...changes }: Partial<ServingPlace> & { readonly green?: string } = {},
): Promise<RolloutLab> {
  const clock = lateClock()
  const lab = await openServing(t, database, { clock, ...changes })
  await lab.serving.deploy({ endpoint: 'lines', deployment: 'blue', scoring: await lab.code(good) })
  await lab.serving.deploy({ endpoint: 'lines', deployment: 'green', scoring: await lab.code(green) })
  const askTimes = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) await lab.ask('lines')
  }
  const goOn = async (percent?: number): Promise<RolloutView> => {
    let view = await lab.serving.rollouts.show('lines')
    await until(async () => {
      // While a move is stored its own time must not run out: a slow disk would let the step pass unseen.
      const mostMs = percent === undefined ? Infinity : view.stepSinceMs + 1.9 * view.plan.holdMs
      if (clock.now() < mostMs) clock.turn(1000)
      view = await lab.serving.rollouts.show('lines')
      return view.endedMs !== undefined || (percent !== undefined && view.plan.steps[view.step] === percent)
    })
    return view
  }
  return Object.assign(lab, { clock, askTimes, goOn })
}

const request = (given: Partial<RolloutRequest> & { readonly on?: readonly string[] } = {}): RolloutRequest => {
  const { on = [], ...rest } = given
  return {
    ...{ candidate: 'green', steps: [5, 50, 100], holdMs: 10_000, minRequests: 5 },
    abortOn: on.map(readAbortCondition),
    ...rest,
  }
}

async function trafficEvents(database: Database): Promise<readonly unknown[]> {
  const events = await readEvents(database.read, { after: 0, limit: 100, subject: 'lines' })
  return events.filter(({ kind }) => kind === 'endpoint.traffic').map(({ body }) => body['traffic'])
}

databaseTest('a rollout goes up step by step and is promoted; one call goes back to before it', async (database, t) => {
  const lab = await openRollout({ database, t })
  const { serving } = lab
  const begun = await serving.rollouts.begin('lines', request())
  assert.deepEqual(
    [begun.status, begun.step, begun.plan.baseline, begun.waitsFor],
    [...['stepping', 0, 'blue', 'holds 5 % for another 10 s']],
  )
  assert.deepEqual((await serving.show('lines')).traffic, { blue: 95, green: 5 })
  lab.clock.turn(9000)
  assert.equal((await serving.rollouts.show('lines')).step, 0)
  await lab.goOn(50)
  assert.deepEqual((await serving.show('lines')).traffic, { blue: 50, green: 50 })
  const ended = await lab.goOn()
  assert.deepEqual([ended.status, ended.reason], ['promoted', 'every step held'])
  assert.deepEqual((await serving.rollBack('lines', {})).traffic, { blue: 100 })
  assert.deepEqual((await serving.rollBack('lines', {})).traffic, { green: 100 })
  assert.deepEqual(await trafficEvents(database), [
    ...[{ blue: 100 }, { blue: 95, green: 5 }, { blue: 50, green: 50 }, { green: 100 }, { green: 100 }],
    ...[{ blue: 100 }, { green: 100 }],
  ])
})

databaseTest('blue-green is one step', async (database, t) => {
  const { serving } = await openRollout({ database, t })
  const done = await serving.rollouts.begin('lines', request({ steps: [100], holdMs: 0 }))
  assert.deepEqual([done.status, (await serving.show('lines')).traffic], ['promoted', { green: 100 }])
})

databaseTest('a candidate that fails goes back by itself, with the reason in the events', async (database, t) => {
  const lab = await openRollout({ database, t }, { green: bad })
  await lab.serving.rollouts.begin('lines', request({ steps: [50, 100], on: ['error-rate>10%'] }))
  await until(async () => {
    await lab.askTimes(5)
    return ((await lab.serving.rollouts.show('lines')).counts?.['green']?.errors ?? 0) >= 1
  })
  const ended = await lab.goOn()
  assert.equal(ended.status, 'rolled-back')
  assert.match(ended.reason!, /^error rate 100\.0 %: \d+ of \d+ requests failed \(error-rate>10%\)$/)
  assert.deepEqual((await lab.serving.show('lines')).traffic, { blue: 100 })
  const events = await readEvents(database.read, { after: 0, limit: 100, subject: 'lines' })
  assert.equal(events.find(({ kind }) => kind === 'rollout.rolled-back')?.body['reason'], ended.reason)
})

/** Requests whose outcomes say that `green` is worse. */
async function earnLessWithGreen({ serving }: RolloutLab): Promise<void> {
  const outcomes = []
  for (let n = 0; n < 160; n++) {
    const body = Buffer.from('1')
    const asked = { endpoint: 'lines', requestId: `r-${n}`, contentType: 'application/json', body, headers: () => ({}) }
    const { deployment } = await serving.score(asked)
    const value = (deployment === 'green' ? 1 : 9) + (n % 3)
    outcomes.push({ requestId: `r-${n}`, metric: 'revenue', value })
  }
  await serving.comparisons.addOutcomes('lines', outcomes)
}

databaseTest(
  'a step does not end without a last comparison, though its end is passed while it is looked at',
  async (database, t) => {
    const lab = await openRollout({ database, t })
    await lab.serving.rollouts.begin('lines', request({ steps: [50, 100], on: ['worse:revenue'] }))
    await earnLessWithGreen(lab)
    lab.clock.turn(9000)
    // The look begins a millisecond before the end of the step and goes on at its end.
    lab.clock.turnLate(1000)
    const ended = await lab.goOn()
    assert.deepEqual([ended.status, ended.step], ['rolled-back', 0])
  },
)

databaseTest('a candidate that is worse by an outcome goes back', async (database, t) => {
  const lab = await openRollout({ database, t })
  await lab.serving.rollouts.begin('lines', request({ steps: [50, 100], holdMs: 60_000, on: ['worse:revenue'] }))
  await earnLessWithGreen(lab)
  const ended = await lab.goOn()
  assert.deepEqual(
    [ended.status, ended.reason],
    [...['rolled-back', "revenue is worse than the baseline's (worse:revenue)"]],
  )
})

databaseTest('a new deployment is brought up first; one that cannot serve changes no traffic', async (database, t) => {
  const lab = await openRollout({ database, t })
  const { serving } = lab
  const terms = { steps: [100], holdMs: 0, minRequests: 0, abortOn: [] }
  const fresh = { endpoint: 'lines', deployment: 'grey', scoring: await lab.code(good) }
  assert.equal((await serving.rollOut(fresh, terms)).candidate, 'grey')
  assert.equal((await lab.goOn()).status, 'promoted')
  assert.deepEqual((await serving.show('lines')).traffic, { grey: 100 })
  const broken = {
    endpoint: 'lines',
    deployment: 'red',
    scoring: await lab.code('def init(): raise ValueError("no model")\n'),
  }
  await serving.rollOut(broken, terms)
  const ended = await lab.goOn()
  assert.equal(ended.status, 'failed')
  assert.match(ended.reason!, /no model|did not start/)
  assert.deepEqual((await serving.show('lines')).traffic, { grey: 100 })
  await assert.rejects(serving.rollOut({ ...fresh, deployment: 'grey' }, terms), {
    code: 'conflict',
    message: /takes traffic already/,
  })
})

databaseTest('a rollout owns the traffic until it is over', async (database, t) => {
  const lab = await openRollout({ database, t })
  const { serving } = lab
  await assert.rejects(serving.rollouts.abort('lines'), { code: 'conflict', message: /No rollout/ })
  await assert.rejects(serving.rollouts.show('lines'), { code: 'not-found' })
  await serving.rollouts.begin('lines', request())
  const underWay = { code: 'conflict', message: 'A rollout of "green" is under way at the endpoint "lines".' }
  await assert.rejects(serving.rollouts.begin('lines', request()), underWay)
  await assert.rejects(serving.changeEndpoint('lines', { traffic: { blue: 100 } }), underWay)
  await assert.rejects(
    serving.deploy({ endpoint: 'lines', deployment: 'green', scoring: await lab.code(good) }),
    underWay,
  )
  await assert.rejects(
    serving.deploy({ endpoint: 'lines', deployment: 'x', scoring: await lab.code(good), traffic: 'all' }),
    underWay,
  )
  await serving.deploy({ endpoint: 'lines', deployment: 'other', scoring: await lab.code(good) })
  await serving.rollouts.promote('lines', 'good enough')
  assert.deepEqual((await serving.show('lines')).traffic, { green: 100 })
  // Rollouts are listed by when they began.
  lab.clock.turn(1)
  await serving.rollouts.begin('lines', request({ candidate: 'blue', steps: [100] }))
  // It has no traffic, but the rollout may have to go back to it.
  await assert.rejects(serving.deleteDeployment('lines', 'green'), { code: 'conflict', message: /rollout of "blue"/ })
  assert.deepEqual((await serving.rollBack('lines', { reason: 'second thoughts' })).traffic, { green: 100 })
  assert.deepEqual(
    (await serving.rollouts.list('lines')).map(({ status, reason }) => [status, reason]),
    [
      ['aborted', 'second thoughts'],
      ['promoted', 'good enough'],
    ],
  )
  await serving.rollouts.begin('lines', request({ candidate: 'blue' }))
  await serving.deleteEndpoint('lines')
  await assert.rejects(serving.rollouts.show('lines'), { code: 'not-found' })
})

databaseTest('a plan that cannot be followed is refused before anything changes', async (database, t) => {
  const { serving } = await openRollout({ database, t })
  for (const steps of [[], [5], [50, 25, 100], [5, 5, 100], [0, 100], [2.5, 100], [100, 200]])
    await assert.rejects(serving.rollouts.begin('lines', request({ steps })), {
      code: 'invalid-request',
      message: /the steps/,
    })
  await assert.rejects(serving.rollouts.begin('lines', request({ holdMs: -1 })), { code: 'invalid-request' })
  await assert.rejects(serving.rollouts.begin('lines', request({ minRequests: 0.5 })), { code: 'invalid-request' })
  await assert.rejects(serving.rollouts.begin('lines', request({ candidate: 'red' })), { code: 'not-found' })
  await assert.rejects(serving.rollouts.begin('lines', request({ candidate: 'blue' })), {
    message: /takes all traffic/,
  })
  await assert.rejects(serving.rollouts.begin('lines', request({ version: 99 })), { code: 'conflict' })
  await assert.rejects(serving.rollouts.begin('none', request()), { code: 'not-found' })
  assert.deepEqual((await serving.show('lines')).traffic, { blue: 100 })
})

databaseTest('the next server goes on where the one before was cut off, whatever it was doing', async (database, t) => {
  const lab = await openRollout({ database, t })
  await lab.serving.rollouts.begin('lines', request({ steps: [5, 50, 100] }))
  // A server that dies leaves what is stored; closing it stores nothing more of the rollout.
  await lab.serving.close()
  await lab.restart()
  assert.deepEqual((await lab.serving.show('lines')).traffic, { blue: 95, green: 5 })
  await assert.rejects(lab.serving.changeEndpoint('lines', { traffic: { blue: 100 } }), { code: 'conflict' })
  await lab.goOn(50)
  await lab.serving.close()
  // The hold of a step counts from when it was stored, so time that nobody served counts too.
  lab.clock.turn(60_000)
  await lab.restart()
  const ended = await lab.goOn()
  assert.equal(ended.status, 'promoted')
  assert.deepEqual(await trafficEvents(database), [
    ...[{ blue: 100 }, { blue: 95, green: 5 }, { blue: 50, green: 50 }, { green: 100 }, { green: 100 }],
  ])
})

databaseTest('a move that could not be stored is tried again and never done twice', async (database, t) => {
  let failing = false
  const flaky: Database = {
    ...database,
    read: database.read,
    write: (work) => (failing ? Promise.reject(new Error('disk full')) : database.write(work)),
  }
  const warnings: string[] = []
  const lab = await openRollout({ database: flaky, t }, { warn: (message) => void warnings.push(message) })
  await lab.serving.rollouts.begin('lines', request({ steps: [50, 100] }))
  failing = true
  lab.clock.turn(11_000)
  await until(() => warnings.some((warning) => /rollout at lines could not go on.*disk full/.test(warning)))
  assert.deepEqual((await lab.serving.show('lines')).traffic, { blue: 50, green: 50 })
  failing = false
  assert.equal((await lab.goOn()).status, 'promoted')
  assert.equal((await trafficEvents(database)).length, 4)
})

databaseTest('two servers of one store move a rollout once', async (database, t) => {
  const lab = await openRollout({ database, t })
  await lab.serving.rollouts.begin('lines', request({ steps: [50, 100] }))
  const first = lab.serving
  await lab.restart()
  lab.clock.turn(11_000)
  await until(
    async () =>
      (await first.rollouts.show('lines')).step === 1 && (await lab.serving.rollouts.show('lines')).step === 1,
  )
  await Promise.allSettled([first.rollouts.promote('lines'), lab.serving.rollouts.abort('lines')])
  const [rollout] = await lab.serving.rollouts.list('lines')
  const { traffic } = await lab.serving.show('lines')
  assert.deepEqual(traffic, rollout!.status === 'promoted' ? { green: 100 } : { blue: 100 })
})
