import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../../../test/system-clock.ts'
import type { Clock } from '../../base/clock.ts'
import type { StepPath } from '../../base/ids.ts'
import type { PlannedInput, PlannedPipeline, PlannedSweep } from '../../plan/planned-pipeline.ts'
import type { SampledValues } from '../../plan/sweeps/sampled-values.ts'
import { metricStore } from '../../tracking/metric-store.ts'
import { type EngineLab, openEngineLab } from '../engine-lab.test-support.ts'
import { commandStep, plannedPipeline } from '../jobs.test-support.ts'
import type { Job, JobStatus } from '../job-service.ts'
import { listTrials } from '../sweep-trials.ts'
import type { SamplerQuestion } from './optuna-sampler.ts'

/** Logs what a step says with bash alone: `log NAME VALUE`. */
const logging = (port: number): string =>
  `log() { exec 3<>/dev/tcp/127.0.0.1/${port}; printf "GET /$MLFLOW_RUN_ID/$1/$2 HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3 >/dev/null; exec 3>&-; }`

/** A lab whose steps can log metrics to the lab's own tracking store. */
async function openSweepLab(
  t: TestContext,
  options: Parameters<typeof openEngineLab>[1] = {},
): Promise<Omit<EngineLab, 'log'> & { readonly log: string }> {
  let step = 0
  const server = createServer((request, response) => {
    const [, run, key, value] = request.url!.split('/') as [string, string, string, string]
    const point = { key, value: Number(value), timestampMs: step, step: step++ }
    void metrics.log(run, point).then(() => response.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const lab = await openEngineLab(t, options)
  const metrics = metricStore({ database: lab.database })
  return { ...lab, log: logging((server.address() as AddressInfo).port) }
}

/** Real time that can be turned ahead: what is due then happens at once. */
function turnableClock(): Clock & { readonly turn: (byMs: number) => void } {
  let aheadMs = 0
  const timers = new Set<{ readonly dueMs: number; readonly fire: () => void }>()
  const now = () => systemClock.now() + aheadMs
  return {
    now,
    after(delayMs, callback) {
      const fire = () => {
        stop()
        callback()
      }
      const timer = { dueMs: now() + delayMs, fire }
      const cancel = systemClock.after(delayMs, fire)
      const stop = () => {
        timers.delete(timer)
        cancel()
      }
      timers.add(timer)
      return stop
    },
    turn(byMs) {
      aheadMs += byMs
      for (const { dueMs, fire } of [...timers]) if (dueMs <= now()) fire()
    },
  }
}

const choice = (...values: string[]) => ({ type: 'choice', values }) as const

/** A sweep over x whose trial is this command; it writes x to its output. */
function sweep(command: string, more: Partial<PlannedSweep> = {}): PlannedSweep {
  const x: PlannedInput = { kind: 'parameter', of: 'tune' as StepPath, name: 'x', type: 'string', mode: 'ro_mount' }
  const body = commandStep('tune.trial', {
    command: `${command}\necho \${{inputs.x}} >\${{outputs.o}}`,
    inputs: { x },
    outputs: { o: { type: 'string', mode: 'upload' } },
  })
  const path = 'tune' as StepPath
  return {
    path,
    key: 'tune',
    parents: [],
    runIf: 'succeeded',
    kind: 'sweep',
    roundsMayFail: true,
    body: {
      path: body.path,
      steps: [body],
      groups: [],
      outputs: { o: { step: body.path, output: 'o', type: 'string' } },
    },
    outputs: { o: { type: 'string', mode: 'upload' } },
    searchSpace: { x: choice('3', '1', '2') },
    objective: { goal: 'minimize', primaryMetric: 'loss' },
    sampling: { type: 'grid' },
    limits: { maxTotalTrials: 10, maxConcurrentTrials: 2 },
    ...more,
  }
}

const after = commandStep('after', {
  parents: ['tune' as StepPath],
  command: 'echo got ${{inputs.best}} >${{outputs.o}}',
  inputs: { best: { kind: 'output', type: 'string', mode: 'ro_mount', step: 'tune' as StepPath, output: 'o' } },
  outputs: { o: { type: 'string', mode: 'upload' } },
})

test('the outputs of the best trial are those of the sweep, and its job says which trial it was', async (t) => {
  const lab = await openSweepLab(t)
  const plan = plannedPipeline([sweep(`${lab.log}; log loss \${{inputs.x}}`), after])
  const { root, step } = await lab.run(plan)
  assert.equal(root.status, 'Completed', JSON.stringify(root.error))
  assert.equal(step('after').outputs['o']?.value, 'got 1')
  const tune = step('tune')
  assert.equal(tune.type, 'sweep')
  assert.deepEqual(tune.properties, {
    best_child_run_id: step('tune.trial_2').name,
    score: '1',
    best_metric_status: 'Succeeded',
    primary_metric_config: '{"name":"loss","goal":"minimize"}',
  })
  assert.equal(step('tune.trial_2').parent, tune.name)
  assert.equal(step('tune.trial_2').displayName, 'trial 2')
  assert.deepEqual(step('tune.trial_2').tags, { hyperparameters: '{"x":"1"}' })
  assert.deepEqual(step('tune.trial_2').inputs['x'], { type: 'string', value: '1' })
  assert.throws(() => step('tune.trial_4'))
  const { values } = metricStore({ database: lab.database })
  const listed = await listTrials({ tables: lab.database.read, values }, tune)
  assert.deepEqual(
    listed.trials.map(({ number, parameters, value, logged, isBest }) => [number, parameters, value, logged, isBest]),
    [
      [2, { x: '1' }, 1, 1, true],
      [3, { x: '2' }, 2, 1, false],
      [1, { x: '3' }, 3, 1, false],
    ],
  )
  const ofOther = listTrials({ tables: lab.database.read, values }, step('after'))
  await assert.rejects(ofOther, { code: 'invalid-request', message: /is no sweep \(command\)/ })
})

test('the same sweep again reuses every trial, and finds the same best one by what the first had logged', async (t) => {
  const lab = await openSweepLab(t)
  const plan = plannedPipeline([sweep(`${lab.log}; log loss \${{inputs.x}}`), after])
  await lab.run(plan)
  const { root, step } = await lab.run(plan)
  assert.equal(root.status, 'Completed', JSON.stringify(root.error))
  for (const trial of ['tune.trial_1', 'tune.trial_2', 'tune.trial_3'])
    assert.ok(step(trial).reusedFrom !== undefined, trial)
  assert.equal(step('tune').properties['best_child_run_id'], step('tune.trial_2').name)
  assert.ok(step('after').reusedFrom !== undefined)
})

test('a trial that fails, or that does not log the metric, cannot win and fails nothing', async (t) => {
  const lab = await openSweepLab(t)
  const command = `${lab.log}; case \${{inputs.x}} in 1) exit 1;; 2) log other 0;; 3) log loss 3;; 4) log loss nan;; esac`
  const { root, step } = await lab.run(
    plannedPipeline([sweep(command, { searchSpace: { x: choice('1', '2', '3', '4') } }), after]),
  )
  assert.equal(root.status, 'Completed', JSON.stringify(root.error))
  assert.deepEqual(
    ['tune.trial_1', 'tune.trial_2', 'tune.trial_3', 'tune.trial_4', 'tune'].map((path) => step(path).status),
    ['Failed', 'Completed', 'Completed', 'Completed', 'Completed'],
  )
  assert.equal(step('after').outputs['o']?.value, 'got 3')
})

test('a sweep none of whose trials completes fails, and says where to look', async (t) => {
  const lab = await openSweepLab(t)
  const { root, step } = await lab.run(plannedPipeline([sweep('exit 1'), after]))
  assert.equal(root.status, 'Failed')
  assert.match(step('tune').error!.message, /^Sweep "tune" has no result: none of its 3 trials completed\.$/)
  assert.match(step('tune').error!.hint!, new RegExp(`sluice job show ${step('tune.trial_1').name}`))
  assert.equal(step('after').status, 'Canceled')
})

test('a sweep whose trials log other metrics fails, and names those', async (t) => {
  const lab = await openSweepLab(t)
  const { step } = await lab.run(plannedPipeline([sweep(`${lab.log}; log Loss 1; log r2 0.5`)]))
  assert.match(step('tune').error!.message, /no trial that completed logged a number as "loss"/)
  assert.match(step('tune').error!.hint!, /^They logged: Loss, r2\. The name must be exactly/)
  const silent = await lab.run(plannedPipeline([sweep('true')]))
  assert.match(silent.step('tune').error!.hint!, /^They logged no metrics\./)
})

test('a trial that is far behind is ended early, and the others go on', async (t) => {
  const lab = await openSweepLab(t, { slots: 3 })
  // The bad one logs all it has before the others log a thing, and would run for ever: only its end makes the sweep end.
  const told = `${lab.folder}/told`
  const isBad = '[ ${{inputs.x}} = 9 ]'
  const command = `${lab.log}; ${isBad} || until [ -e ${told} ]; do sleep 0.02; done
for i in 1 2 3; do log loss \${{inputs.x}}; done
${isBad} && { touch ${told}; sleep 1000; }`
  const policy = {
    type: 'bandit',
    slack: { kind: 'factor', value: 0.5 },
    evaluationInterval: 1,
    delayEvaluation: 2,
  } as const
  const { root, step } = await lab.run(
    plannedPipeline([
      sweep(command, {
        searchSpace: { x: choice('9', '2', '1') },
        limits: { maxTotalTrials: 3, maxConcurrentTrials: 3 },
        earlyTermination: policy,
      }),
    ]),
  )
  assert.equal(root.status, 'Completed', JSON.stringify(root.error))
  assert.equal(step('tune.trial_1').status, 'Canceled')
  // The policy looks from the second value on; whether the third was there by then is a matter of moments.
  assert.match(step('tune.trial_1').statusDetail!, /^ended early by bandit after [23] values of the primary metric$/)
  assert.equal(step('tune').properties['best_child_run_id'], step('tune.trial_3').name)
})

test('when the time is over what runs is ended and the best so far is the result', async (t) => {
  const clock = turnableClock()
  const lab = await openSweepLab(t, { clock })
  const limits = { maxTotalTrials: 10, maxConcurrentTrials: 2, timeoutSeconds: 3600 }
  /** Runs the sweep until its trials are in these states; then its time is over. */
  const runUntil = async (
    plan: PlannedPipeline,
    states: Readonly<Record<string, JobStatus>>,
  ): ReturnType<EngineLab['end']> => {
    const root = await lab.start(plan)
    const areSo = (children: readonly Job[]) =>
      Object.entries(states).every(([path, status]) =>
        children.some((job) => job.step === path && job.status === status),
      )
    while (!areSo(await lab.children(root))) await pause(20)
    let hasEnded = false
    const end = lab.end(root).finally(() => (hasEnded = true))
    // More than once: a look that began before the clock was turned sets its timer afterwards.
    while (!hasEnded) {
      clock.turn(3_600_000)
      await pause(20)
    }
    return end
  }
  const command = `${lab.log}; log loss \${{inputs.x}}; [ \${{inputs.x}} = 3 ] || sleep 1000`
  const { root, step } = await runUntil(plannedPipeline([sweep(command, { limits }), after]), {
    'tune.trial_1': 'Completed',
    'tune.trial_2': 'Running',
  })
  assert.equal(root.status, 'Completed', JSON.stringify(root.error))
  assert.equal(step('tune.trial_2').statusDetail, "the sweep's timeout of 3600 s is over")
  assert.equal(step('after').outputs['o']?.value, 'got 3')
  const late = await runUntil(plannedPipeline([sweep('sleep 1000', { limits })]), { 'tune.trial_1': 'Running' })
  assert.equal(late.step('tune').error?.code, 'timed-out')
})

test('bayesian sampling is told every trial, those that run included, and its answers become trials', async (t) => {
  const asked: SamplerQuestion[] = []
  const propose = async (question: SamplerQuestion): Promise<SampledValues> => {
    asked.push(structuredClone(question))
    return { x: question.trial % 3 }
  }
  const lab = await openSweepLab(t, { sampler: { propose } })
  const { root, step } = await lab.run(
    plannedPipeline([
      sweep(`${lab.log}; [ \${{inputs.x}} = 2 ] && exit 1; log loss \${{inputs.x}}`, {
        sampling: { type: 'bayesian' },
        limits: { maxTotalTrials: 4, maxConcurrentTrials: 1 },
      }),
    ]),
  )
  assert.equal(root.status, 'Completed', JSON.stringify(root.error))
  assert.deepEqual(
    asked.map(({ trial }) => trial),
    [0, 1, 2, 3],
  )
  assert.deepEqual(asked[3]!.earlier, [
    { values: { x: 0 }, state: 'completed', logged: 1, value: 3 },
    { values: { x: 1 }, state: 'completed', logged: 1, value: 1 },
    { values: { x: 2 }, state: 'failed', logged: 0 },
  ])
  assert.deepEqual(step('tune.trial_4').inputs['x'], { type: 'string', value: '3' })
  assert.ok(step('tune.trial_4').reusedFrom !== undefined)
})

test('a sampler that is not to be had fails the sweep with its reason', async (t) => {
  const lab = await openSweepLab(t)
  const { step } = await lab.run(plannedPipeline([sweep('true', { sampling: { type: 'bayesian' } })]))
  assert.match(step('tune').error!.message, /no sampler in this lab/)
})

test('a sweep that is the whole job has its trials as children', async (t) => {
  const lab = await openSweepLab(t)
  const inPipeline = sweep(`${lab.log}; log loss \${{inputs.x}}`)
  const step = inPipeline.body.steps[0] as ReturnType<typeof commandStep>
  const trial = 'trial' as StepPath
  const x = { ...step.inputs['x']!, of: '' as StepPath } as PlannedInput
  const whole: PlannedSweep = {
    ...inPipeline,
    path: '' as StepPath,
    key: '',
    body: {
      ...inPipeline.body,
      path: trial,
      steps: [{ ...step, path: trial, key: 'trial', inputs: { x } }],
      outputs: { o: { step: trial, output: 'o', type: 'string' } },
    },
  }
  const outputs = { o: { step: '' as StepPath, output: 'o' } }
  const { root, step: child } = await lab.run(plannedPipeline([whole], { outputs }))
  assert.equal(root.status, 'Completed', JSON.stringify(root.error))
  assert.equal(root.type, 'sweep')
  assert.equal(root.outputs['o']?.value, '1')
  assert.equal(root.properties['best_child_run_id'], child('trial_2').name)
  assert.equal(child('trial_2').parent, root.name)
  const forced = { ['' as StepPath]: '--no-reuse' }
  const again = await lab.run(plannedPipeline([whole], { outputs }), { forced })
  assert.deepEqual(again.step('trial_1').verdict, { kind: 'run', reason: { kind: 'asked', by: '--no-reuse' } })
})

test('a sweep can be canceled, and so are its trials', async (t) => {
  const lab = await openSweepLab(t)
  const root = await lab.start(plannedPipeline([sweep(`touch ${lab.folder}/began; sleep 1000`)]))
  while (!existsSync(`${lab.folder}/began`)) await pause(20)
  await lab.engine.cancel(root, { by: 'tester' })
  await lab.engine.ended(root)
  const children = await lab.children(root)
  assert.deepEqual(new Set(children.map(({ status }) => status)), new Set(['Canceled']))
})
