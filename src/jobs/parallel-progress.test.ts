import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
  inputs: {},
  outputs: {},
  attempts: 1,
  tags: {},
  properties: {},
})

test('a running parallel step says how far it is, any other job what it said before', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-progress-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const files = { resume: (name: JobName) => join(folder, name) }
  const detailOf = (one: Job): string | undefined => withProgress(one, files).statusDetail
  assert.equal(detailOf(job('Running')), undefined)
  mkdirSync(join(folder, 'a'))
  writeFileSync(join(folder, 'a', 'progress.json'), '{"done": 7, "failed": 0, "total": 9}')
  assert.equal(detailOf(job('Running')), '7 of 9 mini-batches done')
  assert.equal(detailOf(job('Completed')), undefined)
  writeFileSync(join(folder, 'a', 'progress.json'), '{"done": 7, "failed": 2, "total": 9}')
  assert.equal(detailOf(job('Running')), '7 of 9 mini-batches done, 2 failed')
  writeFileSync(join(folder, 'a', 'progress.json'), '{"done": 7,')
  assert.equal(detailOf(job('Running')), undefined)
})
