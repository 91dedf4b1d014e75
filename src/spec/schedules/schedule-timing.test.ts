import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expressionsIn, withValues } from './schedule-documents.ts'
import { type ScheduleTiming, timingText, timingWire } from './schedule-timing.ts'

const base = { timeZone: 'Europe/Paris' } as const
const recurrence = { kind: 'recurrence', interval: 1, ...base } as const

for (const [timing, expected] of [
  [{ kind: 'cron', expression: '15 9 * * mon-fri', ...base }, 'cron 15 9 * * mon-fri'],
  [{ ...recurrence, frequency: 'minute', interval: 15 }, 'every 15 minutes'],
  [{ ...recurrence, frequency: 'day' }, 'every day'],
  [{ ...recurrence, frequency: 'day', pattern: { minutes: [5, 35] } }, 'every day at minute 5, 35'],
  [
    { ...recurrence, frequency: 'week', interval: 2, pattern: { hours: [10, 14], weekDays: [1, 5] } },
    'every 2 weeks on mon, fri at 10:00, 14:00',
  ],
  [
    { ...recurrence, frequency: 'month', pattern: { hours: [6], minutes: [30], monthDays: [15, -1] } },
    'every month on day 15, the last day at 06:30',
  ],
] as const satisfies readonly (readonly [ScheduleTiming, string])[]) {
  test(`a timing in few words: ${expected}`, () => assert.equal(timingText(timing), expected))
}

test('a timing on the wire has its times as the clocks of its zone show them', () => {
  const startMs = Date.parse('2026-07-01T08:00:00Z')
  const endMs = Date.parse('2026-12-01T08:00:00Z')
  assert.deepEqual(timingWire({ kind: 'cron', expression: '0 * * * *', ...base, startMs, endMs }), {
    type: 'cron',
    expression: '0 * * * *',
    time_zone: 'Europe/Paris',
    start_time: '2026-07-01T10:00:00+02:00',
    end_time: '2026-12-01T09:00:00+01:00',
  })
  assert.deepEqual(timingWire({ ...recurrence, frequency: 'hour', interval: 3 }), {
    type: 'recurrence',
    frequency: 'hour',
    interval: 3,
    time_zone: 'Europe/Paris',
  })
  const pattern = { weekDays: [1, 5], monthDays: [-1], hours: [10], minutes: [0, 30] }
  assert.deepEqual(timingWire({ ...recurrence, frequency: 'week', interval: 1, pattern })['schedule'], {
    week_days: ['monday', 'friday'],
    month_days: [-1],
    hours: [10],
    minutes: [0, 30],
  })
  assert.deepEqual(timingWire({ ...recurrence, frequency: 'day', interval: 1, pattern: {} })['schedule'], {})
})

test('expressions are found and replaced; one without a value becomes nothing', () => {
  const text = '${{name}}-${{ trigger.version }}${{constructor}}'
  assert.deepEqual(expressionsIn(text), ['name', 'trigger.version', 'constructor'])
  assert.equal(withValues(text, { name: 'a', 'trigger.version': '$&' }), 'a-$&')
})
