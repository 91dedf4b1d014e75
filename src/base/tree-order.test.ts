import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTreeOrder } from './tree-order.ts'

function job(name: string, parent: string, type = 'command') {
  return { name, parent, type }
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
