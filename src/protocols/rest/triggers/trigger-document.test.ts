import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadValidDocument } from '../../../spec/load-document.ts'
import type { FiringDocument, JobTrigger } from '../../../triggers/job-trigger.ts'
import { toTriggerDocument } from './trigger-document.ts'
import { toTriggerMessage } from './translate-trigger.ts'

const file = '/p/made.yml'
const written = [
  'name: s\ntrigger: {type: cron, expression: 30 2 * * mon-fri, time_zone: Romance Standard Time}\ncreate_job: ./job.yml\n',
  `name: s
display_name: Weekly
description: For the report.
tags: {team: a}
trigger:
  type: recurrence
  frequency: week
  interval: 2
  schedule: {week_days: [monday, friday], hours: 10, minutes: [0, 30]}
  start_time: '2026-03-01T09:00:00'
  time_zone: Europe/Paris
create_job: {job: azureml:job_1, inputs: {n: 3, at: "\${{trigger.nominal_time}}"}, settings: {force_rerun: true}}
policy: {missed_runs: all, missed_limit: 5, overlap: queue, cooldown: 1h, max_per_day: 4}
`,
  'name: s\ntrigger: {type: data_change, path: ./in, poll_interval: 30s, debounce: 2m}\ncreate_job: {pipeline: training:2}\n',
  'name: s\ntrigger: {type: job_ended, status: [Completed, Failed], experiment_name: e, job_display_name: d}\ncreate_job: {pipeline: p}\n',
  'name: s\ntrigger: {type: webhook, provider: github, branches: [main]}\ncreate_job: {pipeline: p, experiment_name: e}\n',
]

async function read(text: string): Promise<FiringDocument> {
  const { document } = await loadValidDocument({ file, readText: () => text })
  assert.ok(document.kind === 'schedule' || document.kind === 'trigger')
  return document
}

function triggerOf(document: FiringDocument, text?: string): JobTrigger {
  const { kind, displayName, description, tags, action, policy } = document
  return {
    id: '1',
    family: kind,
    name: document.name,
    status: 'enabled',
    definition: {
      ...(displayName !== undefined && { displayName }),
      ...(description !== undefined && { description }),
      ...{ tags, action, policy },
      ...(document.kind === 'schedule' ? { timing: document.timing } : { source: document.source }),
      debounceMs: document.kind === 'schedule' ? 0 : document.debounceMs,
      ...(text !== undefined && { written: { file, text } }),
    },
    parameters: [],
    watch: { changes: 0 },
    hasSecret: false,
    createdBy: 'local',
    ...{ createdMs: 0, updatedMs: 0, sinceSeq: 0, afterMs: 0 },
  }
}

const documentOf = (trigger: JobTrigger) =>
  toTriggerDocument(trigger, toTriggerMessage(trigger, { next: [], url: '', firesByItself: true }))

for (const text of written)
  test(`what is made from fields reads as what was written: ${text.split('\n').find((line) => /type:/.test(line))}`, async () => {
    const document = await read(text)
    const made = documentOf(triggerOf(document))
    assert.deepEqual([made.file, made.is_made], [undefined, true])
    const { located: _, ...again } = await read(made.text)
    const { located: _l, ...before } = document
    // A Windows name is told by its IANA name.
    assert.deepEqual(withoutWrittenZone(again), withoutWrittenZone(before))
  })

test('what somebody wrote is shown as it was written, comments and all', async () => {
  const text = `# every night\n${written[0]!}`
  assert.deepEqual(documentOf(triggerOf(await read(text), text)), { file, text, is_made: false })
})

function withoutWrittenZone(document: object): object {
  return JSON.parse(
    JSON.stringify(document, (key, value: unknown) => (key === 'writtenTimeZone' ? undefined : value)),
  ) as object
}
