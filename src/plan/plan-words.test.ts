import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobName, StepPath } from '../base/ids.ts'
import { verdictText, type StepVerdict } from './plan-words.ts'

const job = 'keen_owl_1' as JobName
const steps = (...paths: string[]): readonly StepPath[] => paths as StepPath[]
const change = { field: 'input alpha', old: '0.4', now: '0.5' }

const rows: readonly (readonly [StepVerdict, string, string])[] = [
  [{ kind: 'taken', from: job }, 'taken from keen_owl_1 as it is', 'reused from keen_owl_1, taken as it is'],
  [{ kind: 'rounds', trials: 1 }, 'tries 1 trial', 'tries 1 trial'],
  [{ kind: 'rounds', trials: 20 }, 'tries 20 trials', 'tries 20 trials'],
  [{ kind: 'rounds', count: 1 }, 'runs its body once', 'runs its body once'],
  [{ kind: 'rounds', most: 5 }, 'runs its body at most 5 times', 'runs its body at most 5 times'],
  [{ kind: 'rounds' }, 'runs its body for each item', 'runs its body for each item'],
  [
    { kind: 'run', reason: { kind: 'asked', by: '--from' } },
    'will run because --from asks for it',
    'ran because --from asks for it',
  ],
  [{ kind: 'unchanged', from: job }, 'unchanged', 'reused from keen_owl_1, unchanged'],
  [{ kind: 'restored', from: job }, 'restored from keen_owl_1', 'reused from keen_owl_1, restored'],
  [
    { kind: 'run', reason: { kind: 'changed', since: job, changes: [change] } },
    'will run because input alpha: 0.4 -> 0.5',
    'ran because input alpha: 0.4 -> 0.5',
  ],
  [
    { kind: 'run', reason: { kind: 'changed', since: job, changes: [change, { field: 'code', now: 'x' }] } },
    'will run because input alpha: 0.4 -> 0.5; code: (none) -> x',
    'ran because input alpha: 0.4 -> 0.5; code: (none) -> x',
  ],
  [
    { kind: 'run', reason: { kind: 'no-earlier-job' } },
    'will run because no earlier job ran this step',
    'ran because no earlier job ran this step',
  ],
  [
    { kind: 'run', reason: { kind: 'never-succeeded', earlier: job } },
    'will run because it never succeeded (last tried in keen_owl_1)',
    'ran because it never succeeded (last tried in keen_owl_1)',
  ],
  [
    { kind: 'run', reason: { kind: 'not-deterministic' } },
    'will run because is_deterministic is false',
    'ran because is_deterministic is false',
  ],
  [
    { kind: 'run', reason: { kind: 'force-rerun' } },
    'will run because force_rerun is set',
    'ran because force_rerun is set',
  ],
  [
    { kind: 'run', reason: { kind: 'outputs-missing', from: job } },
    'will run because the outputs of keen_owl_1 are missing or damaged',
    'ran because the outputs of keen_owl_1 are missing or damaged',
  ],
  [{ kind: 'depends', steps: steps('a') }, 'depends on the output of a', 'depends on the output of a'],
  [
    { kind: 'depends', steps: steps('a', 'b', 'c.d') },
    'depends on the output of a, b and c.d',
    'depends on the output of a, b and c.d',
  ],
  [{ kind: 'condition', decided: true }, 'takes the true block', 'takes the true block'],
  [{ kind: 'condition', decided: false }, 'takes the false block', 'takes the false block'],
  [
    { kind: 'condition', step: 'evaluate' as StepPath, output: 'is_better' },
    'depends on the output of evaluate (is_better)',
    'depends on the output of evaluate (is_better)',
  ],
  [
    { kind: 'skip', condition: 'gate' as StepPath },
    'will be skipped: gate takes the other block',
    'skipped: gate takes the other block',
  ],
]

for (const [verdict, plan, past] of rows) {
  test(`${JSON.stringify(verdict)}: ${plan}`, () => {
    assert.equal(verdictText(verdict, 'plan'), plan)
    assert.equal(verdictText(verdict, 'job'), past)
  })
}

test('a verdict or reason that a newer version stored is refused, not shown as something else', () => {
  assert.throws(() => verdictText({ kind: 'dreamt' } as unknown as StepVerdict, 'plan'), /unexpected {"kind":"dreamt"}/)
  const reason = { kind: 'whim' }
  assert.throws(
    () => verdictText({ kind: 'run', reason } as unknown as StepVerdict, 'job'),
    /unexpected {"kind":"whim"}/,
  )
})
