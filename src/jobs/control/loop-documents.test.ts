import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { SluiceError } from '../../base/errors.ts'
import { openEngineLab, type EngineLab } from '../engine-lab.test-support.ts'
import { loadJob } from '../load-job.ts'

/** Runs pipeline files for real, whose commands need no environment. */
async function runFile(
  t: TestContext,
  files: Readonly<Record<string, string>>,
): Promise<Awaited<ReturnType<EngineLab['run']>>> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-loops-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const { plan } = await loadJob(join(folder, 'pipeline.yml'), {
    assets: { get: () => Promise.reject(new SluiceError('not-found', 'no assets here')) },
  })
  return (await openEngineLab(t)).run(plan)
}

const environment = 'azureml:machine@latest'

test('loops of a file run: a pipeline for each item, a loop inside, a branch on the item', async (t) => {
  const { root, step } = await runFile(t, {
    'count.yml': `
type: command
name: count
inputs: {n: {type: integer}}
outputs: {n: {type: integer}, more: {type: boolean}}
environment: ${environment}
command: >-
  n=$(( \${{inputs.n}} * 2 )); echo $n > \${{outputs.n}};
  if [ $n -lt 20 ]; then echo true; else echo false; fi > \${{outputs.more}}
`,
    'item.yml': `
type: pipeline
name: item
inputs: {start: {type: integer}, wants_note: {type: boolean, default: false}}
outputs: {end: {type: integer}}
jobs:
  double:
    component: count.yml
    inputs: {n: '\${{parent.inputs.start}}'}
    outputs: {n: '\${{parent.outputs.end}}'}
  until_large:
    type: do_while
    body: \${{parent.jobs.double}}
    condition: \${{parent.jobs.double.outputs.more}}
    mapping: {n: n}
    limits: {max_iteration_count: 10}
  gate: {type: if_else, condition: '\${{parent.inputs.wants_note}}', true_block: '\${{parent.jobs.note}}'}
  note:
    command: echo noted \${{inputs.n}} > \${{outputs.o}}
    environment: ${environment}
    inputs: {n: '\${{parent.jobs.until_large.outputs.n}}'}
    outputs: {o: {type: uri_file}}
`,
    'pipeline.yml': `
type: pipeline
jobs:
  one: {type: pipeline, component: item.yml}
  each:
    type: parallel_for
    body: \${{parent.jobs.one}}
    items: {small: {start: 1}, large: {start: 9, wants_note: true}}
  sum:
    command: echo '\${{inputs.ends}}' > \${{outputs.o}}
    environment: ${environment}
    inputs: {ends: '\${{parent.jobs.each.outputs.end}}'}
    outputs: {o: {type: string}}
`,
  })
  assert.equal(root.status, 'Completed', JSON.stringify(root.error))
  assert.equal(step('sum').outputs['o']?.value, '[32,36]')
  assert.equal(step('each.small.until_large.4').outputs['n']?.value, '32')
  assert.equal(step('each.large.until_large').outputs['n']?.value, '36')
  assert.match(step('each.small.note').statusDetail ?? '', /Skipped/)
  assert.equal(step('each.large.note').status, 'Completed')
  assert.equal(step('each.large').type, 'pipeline')
  assert.equal(step('each.large').parent, step('each').name)
  assert.equal(step('each.large.until_large').parent, step('each.large').name)
  assert.equal(step('each.large.until_large.1').parent, step('each.large.until_large').name)
})
