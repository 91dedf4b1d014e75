import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { mlflowClients, pythonEnvironment } from '../../e2e/python-environments.mjs'
import { openEngineLab } from './engine-lab.test-support.ts'
import { commandStep, plannedPipeline } from './jobs.test-support.ts'

test('a step that asks for it is forked from a warm interpreter, as its parent process shows', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-warm-step-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const script = join(folder, 'parent.py')
  writeFileSync(script, 'import os\n\nprint(open(f"/proc/{os.getppid()}/cmdline").read().split("\\0")[1])\n')
  const lab = await openEngineLab(t, { python: await pythonEnvironment(mlflowClients[2.22]) })
  const { root, step } = await lab.run(
    plannedPipeline([
      commandStep('warm', { command: `python ${script}`, isolation: 'warm' }),
      commandStep('trial', { command: `python ${script} trial`, isolation: 'warm-where-equal' }),
      commandStep('piped', {
        command: `python ${script} | cat`,
        isolation: 'warm-where-equal',
        isDeterministic: false,
      }),
      commandStep('cold', { command: `python ${script} cold` }),
      commandStep('shell', { command: `python ${script} | cat`, isolation: 'warm' }),
    ]),
  )
  assert.equal(root.status, 'Completed')
  assert.match(lab.log(step('warm').name), /^\S+warm_host\.py\n$/)
  assert.match(lab.log(step('trial').name), /^\S+warm_host\.py\n$/)
  assert.doesNotMatch(lab.log(step('piped').name), /warm_host|note:/)
  assert.doesNotMatch(lab.log(step('cold').name), /warm_host/)
  assert.match(
    lab.log(step('shell').name),
    /^note: started as a new process: the command is more than one program with plain words\n/,
  )
  assert.equal(step('warm').exitCode, 0)
  assert.ok(step('warm').usage!.cpuMs > 0)
})

test('how a step was started is no part of its reuse key', async (t) => {
  const lab = await openEngineLab(t)
  await lab.run(plannedPipeline([commandStep('a', { command: 'echo 1', isolation: 'warm' })]))
  const { step } = await lab.run(plannedPipeline([commandStep('a', { command: 'echo 1' })]))
  assert.equal(step('a').verdict?.kind, 'unchanged')
})
