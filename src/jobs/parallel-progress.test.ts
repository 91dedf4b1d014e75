import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ExperimentId, JobName } from '../base/ids.ts'
import type { Job, JobStatus } from './job-service.ts'
import { withProgress } from './parallel-progress.ts'

const job = (status: JobStatus): Job => ({
  name: 'a' as JobName,
  type: 'command',
  status,
  displayName: 'a',
  experimentId: '1' as ExperimentId,
  experimentName: 'e',
  root: 'r' as JobName,
  createdMs: 0,
  startedMs: 1,
  command: '',
  inputs: {},
  outputs: {},
  attempts: 1,
  tags: {},
  properties: {},
})

test('a running parallel step says how far it is, any other job what it said before', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-progress-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const files = { miniBatches: (name: JobName) => join(folder, name) }
  const seen = (one: Job) => {
    const { statusDetail, miniBatches } = withProgress(one, files)
    return [statusDetail, miniBatches]
  }
  assert.deepEqual(seen(job('Running')), [undefined, undefined])
  const counts = { total: 9, done: 7, failed: 0, retried: 0 }
  writeFileSync(join(folder, 'a'), JSON.stringify(counts))
  assert.deepEqual(seen(job('Running')), ['7 of 9 mini-batches done', counts])
  assert.deepEqual(seen(job('Completed')), [undefined, counts])
  assert.deepEqual(seen({ ...job('Running'), command: 'train' }), [undefined, undefined])
  assert.deepEqual(seen({ ...job('Completed'), reusedFrom: 'b' as JobName }), [undefined, undefined])
  const worse = { total: 9, done: 7, failed: 2, retried: 5 }
  writeFileSync(join(folder, 'a'), JSON.stringify(worse))
  assert.deepEqual(seen(job('Running')), ['7 of 9 mini-batches done, 2 failed, tried again 5 times', worse])
  writeFileSync(join(folder, 'a'), '{"done": 7,')
  assert.deepEqual(seen(job('Running')), [undefined, undefined])
})
