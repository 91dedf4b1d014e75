import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { StepPath } from '../base/ids.ts'
import type { PlannedCommand, PlannedParallelFor, PlannedStep } from '../plan/planned-pipeline.ts'
import { advance, initialState, outstanding } from './advance.ts'
import { commandStep, failed, ifElseStep, plannedPipeline, somebody, StateLab, succeeded } from './jobs.test-support.ts'
import { isTerminal, type Effect, type JobEvent } from './pipeline-state.ts'

const paths = (...names: string[]): StepPath[] => names as StepPath[]
const chain = (): StateLab =>
  new StateLab(plannedPipeline([commandStep('a'), commandStep('b', { parents: paths('a') })]))

test('a step is resolved when its parents have ended, launched after it is started, and ends the pipeline', () => {
  const lab = chain()
  assert.deepEqual(lab.takeEffects(), ['resolve a'])
  lab.resolve('a', { kind: 'run', isPrepared: true })
  assert.deepEqual(lab.takeEffects(), ['enqueue a'])
  lab.start('a')
  assert.deepEqual(lab.takeEffects(), ['launch a 1'])
  lab.end('a', succeeded())
  assert.deepEqual(lab.takeEffects(), ['resolve b'])
  lab.resolve('b', { kind: 'reuse', from: somebody, outputs: {} })
  assert.deepEqual(lab.takeEffects(), ['finish'])
  assert.equal(lab.state.outcome, 'completed')
  assert.deepEqual(lab.at('b'), { status: 'completed', outputs: {}, reusedFrom: somebody })
})

test('a step whose environment is not built is prepared before it is queued', () => {
  const lab = chain()
  lab.takeEffects()
  lab.resolve('a', { kind: 'run', isPrepared: false })
  assert.deepEqual(lab.takeEffects(), ['prepare a'])
  lab.event({ kind: 'prepared', step: 'a' as StepPath })
  assert.deepEqual(lab.takeEffects(), ['enqueue a'])
})

test('a step that follows another job decides again when that one has ended', () => {
  const lab = chain()
  lab.takeEffects()
  lab.resolve('a', { kind: 'follow', leader: somebody })
  assert.deepEqual(lab.takeEffects(), ['follow a'])
  lab.event({ kind: 'leader-ended', step: 'a' as StepPath })
  assert.deepEqual(lab.takeEffects(), ['resolve a'])
})

test('a failure stops the pipeline: running steps are ended, others are not run', () => {
  const lab = new StateLab(
    plannedPipeline([commandStep('a'), commandStep('b'), commandStep('c', { parents: paths('b') })]),
  )
  lab.start('b').takeEffects()
  lab.fail('a')
  assert.deepEqual(lab.takeEffects(), ['enqueue a', 'launch a 1', 'cancel-attempt b 1'])
  assert.equal(lab.at('c').status, 'canceled')
  assert.equal(lab.state.outcome, undefined)
  lab.end('b', { kind: 'canceled' })
  assert.deepEqual(lab.at('b'), { status: 'canceled', why: 'canceled because step "a" failed' })
  assert.equal(lab.state.outcome, 'failed')
  assert.deepEqual(lab.takeEffects(), ['finish'])
})

test('with continue_on_step_failure independent branches go on', () => {
  const steps = [commandStep('a'), commandStep('b'), commandStep('after_a', { parents: paths('a') })]
  const lab = new StateLab(plannedPipeline(steps, { continueOnStepFailure: true }))
  lab.fail('a').succeed('b')
  assert.equal(lab.at('b').status, 'completed')
  assert.deepEqual(lab.at('after_a'), { status: 'canceled', why: 'not run: step "a" failed' })
  assert.equal(lab.state.outcome, 'failed')
})

test('run_if always and failed run after a failure that stops the pipeline; failed is skipped without one', () => {
  const steps = (): PlannedStep[] => [
    commandStep('a'),
    commandStep('tidy', { parents: paths('a'), runIf: 'always' }),
    commandStep('report', { parents: paths('a'), runIf: 'failed' }),
  ]
  const broken = new StateLab(plannedPipeline(steps())).fail('a').succeed('tidy').succeed('report')
  assert.deepEqual(
    [broken.at('tidy').status, broken.at('report').status, broken.state.outcome],
    ['completed', 'completed', 'failed'],
  )
  const whole = new StateLab(plannedPipeline(steps())).succeed('a').succeed('tidy')
  assert.deepEqual(whole.at('report'), { status: 'skipped', why: 'no step before it failed' })
  assert.equal(whole.state.outcome, 'completed')
})

test('a failed attempt is retried after a growing delay, as often as allowed', () => {
  const retry = { maxRetries: 2, delaySeconds: 10, backoff: 3, maxDelaySeconds: 20 }
  const lab = new StateLab(plannedPipeline([commandStep('a', { retry })]))
  lab.start('a').end('a', failed())
  assert.deepEqual(lab.at('a'), { status: 'queued', key: 'key-a', attempts: 1, failures: 1, notBeforeMs: 11_000 })
  lab.start('a', 2).end('a', failed(), 2)
  assert.deepEqual(lab.at('a'), { status: 'queued', key: 'key-a', attempts: 2, failures: 2, notBeforeMs: 21_000 })
  lab.start('a', 3).end('a', failed(), 3)
  assert.equal(lab.at('a').status, 'failed')
  assert.equal(lab.state.outcome, 'failed')
})

test('an attempt that never started does not count as a try', () => {
  const lab = new StateLab(plannedPipeline([commandStep('a')]))
  lab.start('a').end('a', { kind: 'never-started' })
  assert.deepEqual(lab.at('a'), { status: 'queued', key: 'key-a', attempts: 1, failures: 0 })
})

test('a late word of an earlier attempt changes nothing', () => {
  const lab = new StateLab(
    plannedPipeline([commandStep('a', { retry: { maxRetries: 1, delaySeconds: 0, backoff: 1 } })]),
  )
  lab.start('a').end('a', failed()).start('a', 2)
  lab.end('a', succeeded(), 1)
  assert.equal(lab.at('a').status, 'running')
})

test('cancel ends what waits at once and what runs when it has stopped', () => {
  const lab = new StateLab(
    plannedPipeline([commandStep('a'), commandStep('b', { parents: paths('a'), runIf: 'always' })]),
  )
  lab.start('a').takeEffects()
  lab.event({ kind: 'cancel-requested', by: 'ann' })
  assert.deepEqual(lab.takeEffects(), ['cancel-attempt a 1'])
  assert.deepEqual(lab.at('b'), { status: 'canceled', why: 'canceled by ann' })
  lab.end('a', { kind: 'canceled' })
  assert.equal(lab.state.outcome, 'canceled')
})

test('a step that succeeded just before it could be canceled keeps its result', () => {
  const lab = new StateLab(plannedPipeline([commandStep('a')]))
  lab.start('a').event({ kind: 'cancel-requested', by: 'ann' }).end('a', succeeded())
  assert.equal(lab.at('a').status, 'completed')
  assert.equal(lab.state.outcome, 'canceled')
})

for (const [value, taken, untaken] of [
  ['True', 'yes', 'no'],
  ['false\n', 'no', 'yes'],
] as const) {
  test(`if_else on an output ${JSON.stringify(value)} runs "${taken}" and skips "${untaken}" with all that follows it`, () => {
    const gate = ifElseStep('gate', {
      parents: paths('a'),
      condition: { kind: 'output', step: 'a' as StepPath, output: 'ok' },
    })
    const branch = (when: boolean): Partial<PlannedCommand> => ({
      parents: paths('gate'),
      branch: { step: 'gate' as StepPath, when },
    })
    const lab = new StateLab(
      plannedPipeline([
        commandStep('a'),
        gate,
        commandStep('yes', branch(true)),
        commandStep('no', branch(false)),
        commandStep('after', { parents: paths(untaken) }),
      ]),
    )
    lab.succeed('a', { ok: { kind: 'literal', type: 'boolean', value } })
    assert.equal(lab.at(taken).status, 'resolving')
    assert.equal(lab.at(untaken).status, 'skipped')
    assert.equal(lab.at('after').status, 'skipped')
    lab.succeed(taken)
    assert.equal(lab.state.outcome, 'completed')
  })
}

test('a condition that was not written fails the if_else and says what to do', () => {
  const gate = ifElseStep('gate', {
    parents: paths('a'),
    condition: { kind: 'output', step: 'a' as StepPath, output: 'ok' },
  })
  const lab = new StateLab(plannedPipeline([commandStep('a'), gate])).succeed('a', {
    ok: { kind: 'absent', type: 'boolean' },
  })
  const at = lab.at('gate')
  assert.ok(at.status === 'failed')
  assert.match(at.error.message, /"gate" needs true or false, but output "ok" of step "a" was not written/)
})

test('a pipeline without steps ends at once', () => {
  const lab = new StateLab(plannedPipeline([]))
  assert.deepEqual(lab.takeEffects(), ['finish'])
})

/** Any graph of up to 8 steps, commands and control steps: each takes some earlier ones as parents. */
const anyPlan = fc
  .array(
    fc.record({
      parents: fc.array(fc.nat(7), { maxLength: 3 }),
      runIf: fc.constantFrom('succeeded', 'always', 'failed'),
      retries: fc.nat(2),
      kind: fc.constantFrom('command', 'loop', 'sweep'),
    }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((drafts) =>
    drafts.map(({ parents, runIf, retries, kind }, index) => {
      const waits = [...new Set(parents.filter((parent) => parent < index))].map((parent) => `s${parent}` as StepPath)
      const retry = { maxRetries: retries, delaySeconds: 0, backoff: 1 }
      if (kind === 'command') return commandStep(`s${index}`, { parents: waits, runIf, retry })
      return controlStep(`s${index}`, { parents: waits, runIf, roundsMayFail: kind === 'sweep' })
    }),
  )

function controlStep(path: string, more: Partial<PlannedParallelFor>): PlannedParallelFor {
  const body = { path: 'body' as StepPath, steps: [], groups: [], outputs: {} }
  const items = { kind: 'literal', items: [] } as const
  const common = { path: path as StepPath, key: path, parents: [], runIf: 'succeeded', roundsMayFail: false } as const
  return { ...common, kind: 'parallel_for', body, items, ...more }
}

test('whatever happens in whatever order, every job ends once, and replaying its journal gives the same state', () => {
  fc.assert(
    fc.property(anyPlan, fc.boolean(), fc.infiniteStream(fc.nat(1000)), (steps, continueOnStepFailure, choices) => {
      const lab = new StateLab(plannedPipeline(steps, { continueOnStepFailure }))
      const countFinishes = (): number => lab.takeEffects().filter((effect) => effect === 'finish').length
      let finishes = countFinishes()
      for (let guard = 0; lab.state.outcome === undefined; guard++) {
        assert.ok(guard < 5000, 'the job ends')
        const choice = choices.next().value
        if (choice < 20) lab.event({ kind: 'cancel-requested', by: 'x' })
        else lab.event(answer(lab, outstanding(lab.state), choice))
        finishes += countFinishes()
      }
      assert.equal(finishes, 1)
      assert.ok([...lab.state.steps.values()].every(isTerminal))
      const replayed = initialState(lab.state.plan)
      for (const event of lab.journal) advance(replayed, event)
      assert.deepEqual(replayed, lab.state)
    }),
  )
})

/** What the world may answer to one of the effects that are open. */
function answer(lab: StateLab, open: readonly Effect[], choice: number): JobEvent {
  assert.ok(open.length > 0, 'a job that has not ended has something to do')
  const effect = open[choice % open.length]!
  assert.ok(effect.kind !== 'finish')
  const { step } = effect
  const at = lab.at(step)
  // As the engine would: a follower is woken by its leader's end, and does not decide before.
  if (at.status === 'following') {
    assert.equal(effect.kind, 'follow')
    return { kind: 'leader-ended', step }
  }
  if (at.status === 'resolving') {
    if (choice % 7 === 0) {
      const outcome = { kind: 'follow', leader: somebody } as const
      return { kind: 'resolved', steps: [{ step, key: `key-${step}`, outcome }] }
    }
    const outcome =
      choice % 3 === 0
        ? ({ kind: 'reuse', from: somebody, outputs: {} } as const)
        : ({ kind: 'run', isPrepared: choice % 2 === 0 } as const)
    return { kind: 'resolved', steps: [{ step, key: `key-${step}`, outcome }] }
  }
  if (at.status === 'preparing')
    return choice % 5 === 0
      ? { kind: 'unpreparable', step, error: { code: 'x', message: 'x' } }
      : { kind: 'prepared', step }
  if (at.status === 'expanded') return nextRound(lab, step, choice)
  if (at.status === 'queued') return { kind: 'started', step, attempt: at.attempts + 1 }
  assert.ok(at.status === 'running')
  const ends = [succeeded(), failed(), { kind: 'never-started' }, { kind: 'canceled' }] as const
  return { kind: 'ended', step, attempt: at.attempts, end: ends[choice % (at.isCanceling === true ? 4 : 3)]!, atMs: 0 }
}

/** What an expander may say: up to three rounds of two steps, a round that is stopped, an end when none runs. */
function nextRound(lab: StateLab, step: StepPath, choice: number): JobEvent {
  const rounds = lab.state.rounds.get(step)!
  const running = rounds.filter((round) => round.status === 'running')
  if (rounds.length < 3 && choice % 2 === 0) {
    const path = `${step}.${rounds.length}`
    const members = [commandStep(path), commandStep(`${path}.next`, { parents: [path as StepPath] })]
    return { kind: 'expanded', step, rounds: [{ path: path as StepPath, steps: members, groups: [], outputs: {} }] }
  }
  if (running.length === 0) {
    const end = choice % 3 === 0 ? { error: { code: 'x', message: 'x' } } : { outputs: {} }
    return { kind: 'expanded', step, rounds: [], end }
  }
  const stop = choice % 7 === 0 ? { stop: [{ round: running[0]!.path, why: 'slow' }] } : {}
  return { kind: 'expanded', step, rounds: [], ...stop }
}

test('a failed trial is a result; a failed item of a loop fails the loop and stops the job', () => {
  const round = (control: string): JobEvent => ({
    kind: 'expanded',
    step: control as StepPath,
    rounds: [{ path: `${control}.0` as StepPath, steps: [commandStep(`${control}.0`)], groups: [], outputs: {} }],
  })
  const sweep = new StateLab(plannedPipeline([controlStep('sweep', { roundsMayFail: true }), commandStep('other')]))
  sweep.event(round('sweep')).fail('sweep.0')
  assert.equal(sweep.at('sweep').status, 'expanded')
  assert.equal(sweep.state.rounds.get('sweep' as StepPath)![0]!.status, 'failed')
  sweep.event({ kind: 'expanded', step: 'sweep' as StepPath, rounds: [], end: { outputs: {} } }).succeed('other')
  assert.equal(sweep.state.outcome, 'completed')
  const loop = new StateLab(plannedPipeline([controlStep('loop', {}), commandStep('other')]))
  loop.event(round('loop')).fail('loop.0')
  assert.deepEqual(loop.at('loop'), {
    status: 'failed',
    error: { code: 'step-failed', message: 'Step "loop.0" failed: exit code 1' },
  })
  assert.equal(loop.at('other').status, 'canceled')
  assert.equal(loop.state.outcome, 'failed')
})

test('a round that is stopped ends its own steps only, with the reason', () => {
  const lab = new StateLab(plannedPipeline([controlStep('sweep', { roundsMayFail: true })]))
  const rounds = ['0', '1'].map((key) => ({
    path: `sweep.${key}` as StepPath,
    steps: [commandStep(`sweep.${key}`), commandStep(`sweep.${key}.b`, { parents: paths(`sweep.${key}`) })],
    groups: [],
    outputs: {},
  }))
  lab
    .event({ kind: 'expanded', step: 'sweep' as StepPath, rounds })
    .start('sweep.0')
    .start('sweep.1')
  const stop = [{ round: 'sweep.0' as StepPath, why: 'far behind' }]
  lab.event({ kind: 'expanded', step: 'sweep' as StepPath, rounds: [], stop })
  lab.end('sweep.0', { kind: 'canceled' })
  assert.deepEqual(lab.at('sweep.0'), { status: 'canceled', why: 'far behind' })
  assert.deepEqual(lab.at('sweep.0.b'), { status: 'canceled', why: 'far behind' })
  assert.equal(lab.at('sweep.1').status, 'running')
})
