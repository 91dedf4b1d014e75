import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StepPath } from '../../base/ids.ts'
import { loadDocument } from '../../spec/load-document.ts'
import type { Job } from '../../spec/documents.ts'
import { planJob, type PlanResult } from '../plan-pipeline.ts'
import type { PlannedCommand, PlannedStep, PlannedSweep } from '../planned-pipeline.ts'

const examples = join(import.meta.dirname, '../../../examples/sweep')
const trialFile = `
type: command
name: fit
inputs:
  data: {type: uri_file}
  alpha: {type: number, min: 0, max: 100}
  depth: {type: integer, default: 3}
  kind: {type: string, enum: [ridge, lasso], default: ridge}
  center: {type: boolean, default: true}
outputs:
  model: {type: uri_folder}
command: fit \${{inputs.data}} \${{inputs.alpha}} \${{inputs.depth}} \${{inputs.kind}} \${{inputs.center}} \${{outputs.model}}
`
const settings = `
objective: {goal: minimize, primary_metric: mse}
limits: {max_total_trials: 4, max_concurrent_trials: 2}
`

/** Plans YAML as it stands in /p/job.yml, with the trial above in /p/trial.yml. */
async function plan(text: string, overrides: Readonly<Record<string, string>> = {}): Promise<PlanResult> {
  const loaded = await loadDocument({
    file: '/p/job.yml',
    readText: (path) => (path === '/p/trial.yml' ? trialFile : text),
  })
  assert.deepEqual(loaded.diagnostics, [])
  return planJob(loaded.document as Job, { resolveComponent: () => undefined, overrides })
}

async function planExample(name: string): Promise<readonly PlannedStep[]> {
  const file = join(examples, name)
  const loaded = await loadDocument({ file, readText: (path) => readFileSync(path, 'utf8') })
  assert.deepEqual(loaded.diagnostics, [])
  const result = planJob(loaded.document as Job, { resolveComponent: () => undefined })
  assert.deepEqual([result.diagnostics, result.warnings], [[], []])
  return result.plan.steps
}

/** The sweep step of a pipeline whose trial is the file above. */
function sweepStep(space: string, more = ''): string {
  return `
type: pipeline
inputs: {data: {type: uri_file, path: rows.csv}}
jobs:
  tune:
    type: sweep
    trial: trial.yml
    inputs: {data: '\${{parent.inputs.data}}'}
    search_space: {${space}}
    objective: {goal: minimize, primary_metric: mse}
    limits: {max_total_trials: 4}
${more}`
}

async function mistakesOf(space: string, more = ''): Promise<readonly string[]> {
  const { diagnostics } = await plan(sweepStep(space, more))
  return diagnostics.map(({ message, hint, at }) => `${at?.line ?? ''}: ${message} | ${hint ?? ''}`)
}

const alpha = 'alpha: {type: uniform, min_value: 0, max_value: 1}'

test('a sweep job is one step whose body is its trial, with the search space as parameters', async () => {
  const [sweep, ...others] = (await planExample('sweep.yml')) as readonly PlannedSweep[]
  assert.deepEqual(others, [])
  assert.equal(sweep!.kind, 'sweep')
  assert.equal(sweep!.path, '')
  assert.equal(sweep!.roundsMayFail, true)
  assert.deepEqual(Object.keys(sweep!.searchSpace), ['alpha', 'scale'])
  assert.deepEqual(sweep!.body.path, 'trial')
  assert.deepEqual(sweep!.body.outputs, { model: { step: 'trial', output: 'model', type: 'uri_folder' } })
  const [trial] = sweep!.body.steps as readonly PlannedCommand[]
  assert.match(trial!.command, /--alpha \$\{\{inputs\.alpha\}\} --scale \$\{\{inputs\.scale\}\} --model/)
  assert.equal(trial!.timeoutSeconds, 600)
  const parameter = { kind: 'parameter', of: '', mode: 'ro_mount' }
  assert.deepEqual(trial!.inputs['alpha'], { ...parameter, name: 'alpha', type: 'number' })
  assert.deepEqual(trial!.inputs['scale'], { ...parameter, name: 'scale', type: 'string' })
  assert.equal(trial!.inputs['data']!.kind, 'data')
})

test('a sweep in a pipeline waits for what its inputs come from, and its outputs flow on', async () => {
  const steps = await planExample('pipeline.yml')
  const [tune, report] = steps as readonly [PlannedSweep, PlannedCommand]
  assert.deepEqual([tune.path, tune.body.path, report.parents], ['tune', 'tune.trial', ['tune']])
  assert.deepEqual(report.inputs['model'], {
    kind: 'output',
    type: 'uri_folder',
    mode: 'ro_mount',
    step: 'tune',
    output: 'model',
  })
  assert.equal((tune.body.steps[0] as PlannedCommand).inputs['scale']?.kind, 'literal')
})

test('every example of a sweep plans, and a plan is plain JSON', async () => {
  for (const name of ['sweep.yml', 'stop-early.yml', 'pipeline.yml']) {
    const steps = await planExample(name)
    assert.equal(JSON.stringify(JSON.parse(JSON.stringify(steps))), JSON.stringify(steps))
  }
})

test('the search space goes before an input of the same name, and defaults stay for the rest', async () => {
  const { plan: planned, diagnostics } = await plan(
    sweepStep(alpha).replace(
      "inputs: {data: '${{parent.inputs.data}}'}",
      "inputs: {data: '${{parent.inputs.data}}', alpha: 7}",
    ),
  )
  assert.deepEqual(diagnostics, [])
  const { inputs } = (planned.steps[0] as PlannedSweep).body.steps[0] as PlannedCommand
  assert.equal(inputs['alpha']?.kind, 'parameter')
  assert.deepEqual(inputs['depth'], { kind: 'literal', value: '3', type: 'integer' })
})

test('only the best trial registers outputs, and the nearer timeout ends a trial', async () => {
  const { plan: planned } = await plan(
    sweepStep(alpha, "    outputs: {model: {name: best-model, version: '3'}}\n").replace(
      'max_total_trials: 4',
      'max_total_trials: 4, trial_timeout: 60',
    ),
  )
  const sweep = planned.steps[0] as PlannedSweep
  const trial = sweep.body.steps[0] as PlannedCommand
  assert.deepEqual(sweep.outputs['model'], { type: 'uri_folder', mode: 'rw_mount', name: 'best-model', version: '3' })
  assert.deepEqual(trial.outputs['model'], { type: 'uri_folder', mode: 'rw_mount' })
  assert.equal(trial.timeoutSeconds, 60)
})

test('a parameter may go to an input of another name', async () => {
  const text = sweepStep('a: {type: uniform, min_value: 0, max_value: 1}').replace(
    "inputs: {data: '${{parent.inputs.data}}'}",
    "inputs: {data: '${{parent.inputs.data}}', alpha: '${{search_space.a}}'}",
  )
  const { plan: planned, diagnostics } = await plan(text)
  assert.deepEqual(diagnostics, [])
  const { inputs } = (planned.steps[0] as PlannedSweep).body.steps[0] as PlannedCommand
  assert.deepEqual(inputs['alpha'], {
    kind: 'parameter',
    of: 'tune' as StepPath,
    name: 'a',
    type: 'number',
    mode: 'ro_mount',
  })
})

test('a parameter in an environment variable of an inline trial is rendered too', async () => {
  const { plan: planned, diagnostics } = await plan(`
type: sweep
trial:
  command: python train.py \${{search_space.lr}}
  environment_variables: {RATE: '\${{search_space.lr}}'}
search_space: {lr: {type: randint, upper: 3}}
${settings}`)
  assert.deepEqual(diagnostics, [])
  const trial = (planned.steps[0] as PlannedSweep).body.steps[0] as PlannedCommand
  assert.equal(trial.environmentVariables['RATE'], '${{inputs.lr}}')
  assert.equal((trial.inputs['lr'] as { type: string }).type, 'integer')
})

const mistakes: readonly (readonly [string, string, RegExp])[] = [
  [
    'a parameter the trial does not have',
    `${alpha}, alfa: {type: randint, upper: 2}`,
    /"alfa" of .* is not an input of its trial\. \| .*alpha/,
  ],
  [
    'numbers for integers',
    `${alpha}, depth: {type: uniform, min_value: 1, max_value: 9}`,
    /"depth" .* is uniform, but the input takes integers\. \| Use randint/,
  ],
  [
    'a fraction among integers',
    `${alpha}, depth: {type: choice, values: [1, 2.5]}`,
    /has a value that must be an integer, but is "2.5"/,
  ],
  [
    'less than the least',
    'alpha: {type: uniform, min_value: -1, max_value: 1}',
    /goes down to -1, but the input must be at least 0/,
  ],
  [
    'more than the most',
    'alpha: {type: loguniform, min_value: 0, max_value: 5}',
    /goes up to 148\.\d+, but the input must be at most 100/,
  ],
  ['more integers than allowed', 'alpha: {type: randint, upper: 200}', /goes up to 199/],
  [
    'a number for one of some words',
    `${alpha}, kind: {type: randint, upper: 2}`,
    /is randint, but the input takes one of ridge, lasso\. \| Use a choice/,
  ],
  [
    'a word that is not one of them',
    `${alpha}, kind: {type: choice, values: [ridge, laso]}`,
    /must be one of ridge, lasso, but is "laso" \| Did you mean lasso|Did you mean lasso/,
  ],
  [
    'a number for a boolean',
    `${alpha}, center: {type: normal, mu: 0, sigma: 1}`,
    /is normal, but the input takes a boolean/,
  ],
  ['values for data', `${alpha}, data: {type: choice, values: [a.csv]}`, /gives values, but the input takes uri_file/],
  [
    'a mapping for a number',
    'alpha: {type: choice, values: [1, {a: 2}]}',
    /has a mapping among its values, but the input takes number/,
  ],
]
for (const [what, space, expected] of mistakes) {
  test(`refused where the search space gives ${what}`, async () => {
    const found = await mistakesOf(space)
    assert.equal(found.length, 1, found.join('\n'))
    assert.match(found[0]!, expected)
    assert.match(found[0]!, /^\d+:/)
  })
}

test('a distribution that may leave the range of its input is a warning', async () => {
  const { diagnostics, warnings } = await plan(sweepStep('alpha: {type: normal, mu: 5, sigma: 1}'))
  assert.deepEqual(diagnostics, [])
  assert.match(
    warnings.map(({ message }) => message).join('\n'),
    /goes down to -Infinity, but the input must be at least 0/,
  )
  const fine = await plan(sweepStep('alpha: {type: lognormal, mu: 0, sigma: 1}'))
  assert.match(fine.warnings.map(({ message }) => message).join('\n'), /^Parameter "alpha" .* goes up to Infinity/)
})

test('whole steps and strings take what fits them', async () => {
  assert.deepEqual(await mistakesOf(`${alpha}, depth: {type: quniform, min_value: 1, max_value: 9, q: 2}`), [])
  const { diagnostics } = await plan(`
type: sweep
trial: {command: 'train "\${{search_space.model}}" \${{search_space.rate}}'}
search_space:
  model: {type: choice, values: [{name: a, depth: {type: randint, upper: 3}}, b]}
  rate: {type: qnormal, mu: 1, sigma: 1, q: 0.5}
${settings}`)
  assert.deepEqual(diagnostics, [])
})

test('an expression that names no parameter is told with the nearest', async () => {
  const { diagnostics } = await plan(`
type: sweep
trial: {command: 'train \${{search_space.rat}}'}
search_space: {rate: {type: randint, upper: 3}}
${settings}`)
  assert.match(
    diagnostics.map(({ message, hint }) => `${message} ${hint}`).join('\n'),
    /\$\{\{search_space\.rat\}\}, but the search space has no parameter "rat"\. Did you mean "?rate/,
  )
})

test('a broken expression in the command is told as in any command', async () => {
  const { diagnostics } = await plan(`
type: sweep
trial: {command: 'train \${{search_space.rate}} \${{oops}}'}
search_space: {rate: {type: randint, upper: 3}}
${settings}`)
  assert.match(diagnostics.map(({ message }) => message).join('\n'), /oops/)
})

test('--set cannot take the place of the search space, and changes other inputs', async () => {
  const { diagnostics } = await plan(sweepStep(alpha), { 'jobs.tune.inputs.alpha': '3' })
  assert.match(diagnostics.map(({ message }) => message).join('\n'), /--set alpha=3: the search space gives "alpha"/)
  const { plan: planned } = await plan(sweepStep(alpha), { 'jobs.tune.inputs.depth': '9' })
  const { inputs } = (planned.steps[0] as PlannedSweep).body.steps[0] as PlannedCommand
  assert.deepEqual(inputs['depth'], { kind: 'literal', value: '9', type: 'integer' })
})

test('what differs from trial to trial is of no use outside', async () => {
  const other = (text: string): string => `  other:\n    command: echo \${{inputs.x}}\n    inputs: {x: '${text}'}\n`
  assert.match(
    (await mistakesOf(alpha, other('${{parent.jobs.tune.inputs.alpha}}')))[0]!,
    /differs from trial to trial/,
  )
  assert.match((await mistakesOf(alpha, other('${{search_space.alpha}}')))[0]!, /exists only in the trials of a sweep/)
  const mixed = sweepStep(alpha).replace(
    "'${{parent.inputs.data}}'}",
    "'${{parent.inputs.data}}', kind: 'x-${{search_space.alpha}}'}",
  )
  assert.match((await plan(mixed)).diagnostics[0]!.message, /mixes text with .* differs from trial to trial/)
})

test('a Sobol sequence has an end to its dimensions', async () => {
  const many = Array.from({ length: 65 }, (_, index) => `p${index}: {type: randint, upper: 3}`).join(', ')
  const { diagnostics } = await plan(`
type: sweep
trial: {command: train}
sampling_algorithm: {type: random, rule: sobol}
search_space: {${many}}
${settings}`)
  assert.match(diagnostics[0]!.message, /65 distributions, and a Sobol sequence takes at most 64/)
})

test('exponents that lead beyond all numbers are told, with those that were meant', async () => {
  const far = 'alpha: {type: loguniform, min_value: 0.001, max_value: 1000}'
  // The other one is that the trial takes at most 100.
  const told = (await mistakesOf(far)).join('\n')
  assert.match(told, /"alpha" .*loguniform: min_value \(0.001\) and max_value \(1000\) are exponents of e/)
  assert.match(told, /For values from 0.001 to 1000 write min_value: -6.908, max_value: 6.908\./)
  const base = '    sampling_algorithm: {type: random, logbase: 10}\n'
  assert.deepEqual(await mistakesOf('alpha: {type: loguniform, min_value: -300, max_value: 2}', base), [])
  const nested =
    'alpha: {type: choice, values: [1]}, kind: {type: choice, values: [{b: {type: qloguniform, min_value: -5, max_value: 400, q: 1}}]}'
  assert.match(
    (await mistakesOf(nested, base)).join('\n'),
    /"kind.0.b" .*exponents of 10, which leads beyond all numbers\. \| $/m,
  )
})

test('a trial that does not exist, or is no command, is told', async () => {
  const missing = sweepStep(alpha).replace('trial: trial.yml', 'trial: azureml:nowhere:1')
  assert.match((await plan(missing)).diagnostics[0]!.message, /azureml:nowhere:1, which does not exist/)
  const loaded = await loadDocument({ file: '/p/job.yml', readText: () => missing })
  const pipeline = await loadDocument({
    file: '/p/inner.yml',
    readText: () => 'type: pipeline\nname: inner\njobs: {a: {command: echo, environment: azureml:e:1}}\n',
    family: 'component',
  })
  const { diagnostics } = planJob(loaded.document as Job, { resolveComponent: () => pipeline.document as never })
  assert.match(diagnostics[0]!.message, /The trial of step "tune" must be a command/)
})
