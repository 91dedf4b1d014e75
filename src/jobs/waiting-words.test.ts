import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { test } from 'node:test'
import type { StepPath } from '../base/ids.ts'
import { openEngineLab } from './engine-lab.test-support.ts'
import { findChildren } from './job-store.ts'
import { commandStep, plannedPipeline } from './jobs.test-support.ts'

test('a step that waits says for which steps, or its place in the queue of all jobs', async (t) => {
  const lab = await openEngineLab(t, { slots: 1 })
  const go = join(lab.folder, 'go')
  const holding = (path: string) =>
    commandStep(path, { command: `: ${path}; while [ ! -e ${go} ]; do sleep 0.02; done` })
  const first = await lab.start(
    plannedPipeline([
      ...['a', 'b', 'c', 'd', 'e'].map(holding),
      commandStep('late', { parents: ['a', 'b', 'c', 'd', 'e'] as StepPath[] }),
      commandStep('later', { parents: ['d', 'late'] as StepPath[] }),
    ]),
  )
  const second = await lab.start(plannedPipeline([holding('other')]))
  const words = async (root: typeof first) => {
    const waiting = lab.engine.waiting(root)
    const children = await findChildren(lab.database.read, root)
    return Object.fromEntries(
      children.flatMap(({ name, step }) => (waiting.has(name) ? [[step, waiting.get(name)]] : [])),
    )
  }
  while (Object.keys(await words(second)).length === 0 || Object.keys(await words(first)).length < 6)
    await setTimeout(10)
  assert.deepEqual(await words(first), {
    b: 'waits for a slot, number 1 of 5 in the queue',
    c: 'waits for a slot, number 2 of 5 in the queue',
    d: 'waits for a slot, number 3 of 5 in the queue',
    e: 'waits for a slot, number 4 of 5 in the queue',
    late: 'waits for a, b, c and 2 more',
    later: 'waits for d and late',
  })
  assert.deepEqual(await words(second), { other: 'waits for a slot, number 5 of 5 in the queue' })
  writeFileSync(go, '')
  await Promise.all([lab.engine.ended(first), lab.engine.ended(second)])
  assert.equal(lab.engine.waiting(first).size, 0)
})
