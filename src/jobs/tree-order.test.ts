import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobName } from '../base/ids.ts'
import type { Job } from './job-service.ts'
import { inTreeOrder } from './tree-order.ts'

function job(name: string, parent: string, type: Job['type'] = 'command'): Pick<Job, 'name' | 'type' | 'parent'> {
  return { name: name as JobName, parent: parent as JobName, type }
}

test('each job stands before what is in it; a pipeline where its first step stands, rounds after their loop', () => {
  const jobs = [
    job('group', 'root', 'pipeline'),
    job('first', 'root'),
    job('inner', 'group'),
    job('loop', 'root', 'parallel_for'),
    job('last', 'root'),
    job('round_0', 'loop', 'pipeline'),
    job('round_1', 'loop', 'pipeline'),
    job('step_1', 'round_1'),
    job('step_0', 'round_0'),
  ]
  assert.deepEqual(
    inTreeOrder('root', jobs).map(({ name }) => name),
    ['first', 'group', 'inner', 'loop', 'round_1', 'step_1', 'round_0', 'step_0', 'last'],
  )
})
