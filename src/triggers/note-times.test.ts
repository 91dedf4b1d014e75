import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FiringPolicy } from '../spec/schedules/schedule-documents.ts'
import type { ScheduleTiming } from '../spec/schedules/schedule-timing.ts'
import { noteTimes, timeText } from './note-times.ts'

const hourly: ScheduleTiming = { kind: 'cron', expression: '0 * * * *', timeZone: 'UTC' }
const at = (text: string): number => Date.parse(`2026-05-01T${text}Z`)

interface Noted {
  readonly fires: readonly string[]
  readonly skipped: readonly string[]
  readonly next: string | undefined
  readonly after: string
}

function note(
  span: { readonly after: string; readonly now: string },
  policy: Partial<FiringPolicy> = {},
  timing: ScheduleTiming = hourly,
): Noted {
  const whole: FiringPolicy = { missedRuns: 'last', missedLimit: 100, overlap: 'allow', cooldownMs: 0, ...policy }
  const schedule = { name: 's', createdMs: at('00:00:00'), afterMs: at(span.after), definition: { policy: whole } }
  const { firings, afterMs, nextMs } = noteTimes(schedule, timing, at(span.now))
  return {
    fires: firings
      .filter(({ status }) => status === undefined)
      .map(({ nominalMs }) => timeText(nominalMs).slice(11, 16)),
    skipped: firings.filter(({ status }) => status === 'skipped').map(({ times, detail }) => `${times}: ${detail}`),
    next: nextMs === undefined ? undefined : timeText(nextMs).slice(11, 16),
    after: timeText(afterMs).slice(11, 19),
  }
}

test('a time that has come fires, and the next one is known', () => {
  assert.deepEqual(note({ after: '09:30:00', now: '10:00:03' }), {
    fires: ['10:00'],
    skipped: [],
    next: '11:00',
    after: '10:00:03',
  })
  assert.deepEqual(note({ after: '10:00:03', now: '10:00:04' }).fires, [])
})

test('of missed times the last fires, and the others are told of in one line', () => {
  const { fires, skipped, next } = note({ after: '05:30:00', now: '09:40:00' })
  assert.deepEqual(fires, ['09:00'])
  assert.deepEqual(skipped, [
    '3: 3 missed while no server ran (2026-05-01T06:00:00Z to 2026-05-01T08:00:00Z); missed_runs: last',
  ])
  assert.equal(next, '10:00')
})

test('one that comes in time is the last one: what was missed before it does not fire as well', () => {
  const { fires, skipped } = note({ after: '05:30:00', now: '09:00:10' })
  assert.deepEqual(fires, ['09:00'])
  assert.match(skipped[0]!, /^3: /)
})

test('missed times are left out, or all made up for up to the limit', () => {
  const span = { after: '05:30:00', now: '09:40:00' }
  assert.deepEqual(note(span, { missedRuns: 'skip' }).fires, [])
  assert.match(note(span, { missedRuns: 'skip' }).skipped[0]!, /^4: .*missed_runs: skip$/)
  assert.deepEqual(note(span, { missedRuns: 'all' }), {
    fires: ['06:00', '07:00', '08:00', '09:00'],
    skipped: [],
    next: '10:00',
    after: '09:40:00',
  })
  const limited = note(span, { missedRuns: 'all', missedLimit: 3 })
  assert.deepEqual(limited.fires, ['07:00', '08:00', '09:00'])
  assert.match(limited.skipped[0]!, /^1: 1 missed while no server ran \(2026-05-01T06:00:00Z\)/)
})

test('a minute late is not missed', () => {
  assert.deepEqual(note({ after: '09:30:00', now: '10:01:00' }, { missedRuns: 'skip' }).fires, ['10:00'])
  assert.deepEqual(note({ after: '09:30:00', now: '10:01:01' }, { missedRuns: 'skip' }).fires, [])
})

test('a clock that was set back is followed: the times to come are those that it will show again', () => {
  assert.deepEqual(note({ after: '10:00:03', now: '09:20:00' }), {
    fires: [],
    skipped: [],
    next: '10:00',
    after: '09:20:00',
  })
})

test('after the end there is no next time', () => {
  const ending: ScheduleTiming = { ...hourly, endMs: at('10:00:00') }
  assert.deepEqual(note({ after: '09:30:00', now: '10:00:01' }, {}, ending), {
    fires: ['10:00'],
    skipped: [],
    next: undefined,
    after: '10:00:01',
  })
})

test('a year of missed minutes is judged at once', () => {
  const everyMinute: ScheduleTiming = { kind: 'cron', expression: '* * * * *', timeZone: 'Europe/Paris' }
  const policy: FiringPolicy = { missedRuns: 'all', missedLimit: 2, overlap: 'allow', cooldownMs: 0 }
  const schedule = { name: 's', createdMs: 0, afterMs: Date.parse('2025-05-01T00:00:30Z'), definition: { policy } }
  const { firings } = noteTimes(schedule, everyMinute, Date.parse('2026-05-01T00:00:30Z'))
  assert.deepEqual(
    firings.map(({ nominalMs, status, detail }) => [timeText(nominalMs), status, detail?.slice(0, 21)]),
    [
      ['2026-04-30T23:57:00Z', 'skipped', 'at least 10000 missed'],
      ['2026-04-30T23:58:00Z', undefined, undefined],
      ['2026-04-30T23:59:00Z', undefined, undefined],
      ['2026-05-01T00:00:00Z', undefined, undefined],
    ],
  )
})

test('the window of a firing reaches from the time before to its own', () => {
  const windowOf = (timing: ScheduleTiming, nominal: string): unknown => {
    const policy: FiringPolicy = { missedRuns: 'last', missedLimit: 1, overlap: 'allow', cooldownMs: 0 }
    const nominalMs = Date.parse(nominal)
    const schedule = { name: 's', createdMs: 0, afterMs: nominalMs - 1, definition: { policy } }
    const [firing] = noteTimes(schedule, timing, nominalMs).firings
    return [firing?.variables['trigger.window_start'], firing?.variables['trigger.window_end']]
  }
  const weekdays: ScheduleTiming = { kind: 'cron', expression: '0 6 * * mon-fri', timeZone: 'UTC', startMs: 0 }
  assert.deepEqual(windowOf(weekdays, '2026-05-04T06:00:00Z'), ['2026-05-01T06:00:00Z', '2026-05-04T06:00:00Z'])
  const leap: ScheduleTiming = { kind: 'cron', expression: '0 0 29 2 *', timeZone: 'UTC', startMs: 0 }
  assert.deepEqual(windowOf(leap, '2028-02-29T00:00:00Z'), ['2024-02-29T00:00:00Z', '2028-02-29T00:00:00Z'])
  const first: ScheduleTiming = {
    kind: 'recurrence',
    frequency: 'hour',
    interval: 6,
    timeZone: 'UTC',
    startMs: Date.parse('2026-01-01T00:00:00Z'),
  }
  assert.deepEqual(windowOf(first, '2026-01-01T00:00:00Z'), ['2025-12-31T18:00:00Z', '2026-01-01T00:00:00Z'])
  const only: ScheduleTiming = { ...first, endMs: Date.parse('2026-01-01T00:00:00Z') }
  assert.deepEqual(windowOf(only, '2026-01-01T00:00:00Z'), ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'])
})
