import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ParallelWork } from '../plan/hosted-work.ts'
import type { PlannedCommand } from '../plan/planned-pipeline.ts'
import { commandStep } from './jobs.test-support.ts'
import { slotsWanted } from './slots-wanted.ts'

const work: ParallelWork = {
  kind: 'parallel',
  entry: { kind: 'script', path: 'entry.py' },
  arguments: [],
  inputData: 'files',
  partitionKeys: [],
  maxRetries: 2,
  timeoutSeconds: 60,
  miniBatchErrorThreshold: -1,
  loggingLevel: 'INFO',
}
const step = (more: Partial<PlannedCommand>): PlannedCommand => ({ ...commandStep('a'), ...more })
const twoInstances = { instanceCount: 2 }

const wanted: readonly (readonly [string, Partial<PlannedCommand>, number])[] = [
  ['a plain step', {}, 1],
  ['a plain step of two instances, which is one command', { resources: twoInstances }, 1],
  ['a parallel step', { hosted: { ...work, concurrencyPerInstance: 3 } }, 3],
  ['one of two instances', { hosted: { ...work, concurrencyPerInstance: 3 }, resources: twoInstances }, 6],
  ['one that names no number', { hosted: work }, 8],
  ['one that wants more than there is', { hosted: { ...work, concurrencyPerInstance: 100 } }, 8],
  ['a notebook', { hosted: { kind: 'notebook', file: 'a.ipynb' } }, 1],
  ['pytorch', { distribution: { type: 'pytorch', processCountPerInstance: 2 }, resources: twoInstances }, 4],
  ['mpi', { distribution: { type: 'mpi', processCountPerInstance: 3 } }, 3],
  ['tensorflow', { distribution: { type: 'tensorflow', parameterServerCount: 1 }, resources: twoInstances }, 3],
  ['tensorflow with workers', { distribution: { type: 'tensorflow', workerCount: 4, parameterServerCount: 0 } }, 4],
]

for (const [what, more, slots] of wanted)
  test(`${what} takes ${slots} of eight slots`, () => assert.equal(slotsWanted(step(more), 8), slots))
