import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { timeZone, zonedText } from '../../base/time-zone.ts'
import { fireTimes } from './fire-times.ts'
import type { RecurrenceTiming, ScheduleTiming } from './schedule-timing.ts'

interface Row {
  readonly what: string
  readonly timing: Omit<RecurrenceTiming, 'kind' | 'timeZone'> | string
  readonly zone?: string
  /** Also the moment of creation. */
  readonly after: string
  readonly expected: readonly string[]
  readonly notes?: readonly (string | undefined)[]
}

function timingOf({ timing, zone = 'UTC' }: Row): ScheduleTiming {
  return typeof timing === 'string'
    ? { kind: 'cron', expression: timing, timeZone: zone }
    : { kind: 'recurrence', timeZone: zone, ...timing }
}

const rows: readonly Row[] = [
  {
    what: 'a time of day that the clocks skip comes at the first moment after the gap',
    timing: '30 2 * * *',
    zone: 'Europe/Paris',
    after: '2026-03-27T23:00:00Z',
    expected: ['2026-03-28T02:30:00+01:00', '2026-03-29T03:00:00+02:00', '2026-03-30T02:30:00+02:00'],
    notes: [undefined, 'the clocks skip 02:30 that day', undefined],
  },
  {
    what: 'several skipped times of day come once together',
    timing: '0,15,30,45 2,3 * * *',
    zone: 'America/New_York',
    after: '2026-03-08T06:00:00Z',
    expected: ['2026-03-08T03:00:00-04:00', '2026-03-08T03:15:00-04:00', '2026-03-08T03:30:00-04:00'],
    notes: ['the clocks skip 02:00 that day', undefined, undefined],
  },
  {
    what: 'a time of day that the clocks show twice comes the first time only',
    timing: '30 2 * * *',
    zone: 'Europe/Paris',
    after: '2026-10-24T00:00:00Z',
    expected: ['2026-10-24T02:30:00+02:00', '2026-10-25T02:30:00+02:00', '2026-10-26T02:30:00+01:00'],
    notes: [undefined, 'the clocks show 02:30 twice: it fires the first time only', undefined],
  },
  {
    what: 'every hour follows passing time where the clocks are set back',
    timing: '30 * * * *',
    zone: 'Europe/Paris',
    after: '2026-10-24T23:45:00Z',
    expected: ['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00', '2026-10-25T03:30:00+01:00'],
    notes: ['the clocks show 02:30 twice: time 1', 'the clocks show 02:30 twice: time 2', undefined],
  },
  {
    what: 'every hour makes nothing up where the clocks are set forward',
    timing: '30 * * * *',
    zone: 'Europe/Paris',
    after: '2026-03-29T00:00:00Z',
    expected: ['2026-03-29T01:30:00+01:00', '2026-03-29T03:30:00+02:00'],
  },
  {
    what: 'a zone that changes by half an hour',
    timing: '15 2 * * *',
    zone: 'Australia/Lord_Howe',
    after: '2026-10-02T12:00:00Z',
    expected: ['2026-10-03T02:15:00+10:30', '2026-10-04T02:30:00+11:00', '2026-10-05T02:15:00+11:00'],
  },
  {
    what: 'midnight that the clocks skip',
    timing: '0 0 * * *',
    zone: 'America/Santiago',
    after: '2026-09-05T12:00:00Z',
    expected: ['2026-09-06T01:00:00-03:00', '2026-09-07T00:00:00-03:00'],
    notes: ['the clocks skip 00:00 that day', undefined],
  },
  {
    what: 'midnight that comes twice: the clocks are set back to the evening before',
    timing: '30 23 * * *',
    zone: 'America/Santiago',
    after: '2026-04-04T12:00:00Z',
    expected: ['2026-04-04T23:30:00-03:00', '2026-04-05T23:30:00-04:00'],
  },
  {
    what: 'a whole day that a zone skipped comes at the beginning of the next',
    timing: '0 9 30 12 *',
    zone: 'Pacific/Apia',
    after: '2011-12-01T00:00:00Z',
    expected: ['2011-12-31T00:00:00+14:00', '2012-12-30T09:00:00+14:00'],
  },
  {
    what: 'leap days',
    timing: '0 12 29 2 *',
    after: '2096-01-01T00:00:00Z',
    expected: ['2096-02-29T12:00:00Z', '2104-02-29T12:00:00Z'],
  },
  {
    what: 'cron leaves out what short months have not',
    timing: '0 0 31 * *',
    after: '2026-01-01T00:00:00Z',
    expected: ['2026-01-31T00:00:00Z', '2026-03-31T00:00:00Z', '2026-05-31T00:00:00Z'],
  },
  {
    what: 'one of two day fields is enough',
    timing: '0 0 13 * fri',
    after: '2026-01-05T00:00:00Z',
    expected: ['2026-01-09T00:00:00Z', '2026-01-13T00:00:00Z', '2026-01-16T00:00:00Z'],
  },
  { what: 'a day that never comes', timing: '0 0 30 2 *', after: '2026-01-01T00:00:00Z', expected: [] },
  {
    what: 'every year across the change of a year',
    timing: '@yearly',
    zone: 'Asia/Kolkata',
    after: '2025-12-31T18:29:59Z',
    expected: ['2026-01-01T00:00:00+05:30', '2027-01-01T00:00:00+05:30'],
  },
  {
    what: 'minutes count from the start, whatever the clocks do',
    timing: { frequency: 'minute', interval: 50, startMs: Date.parse('2026-10-25T00:10:00Z') },
    zone: 'Europe/Paris',
    after: '2026-10-25T00:09:59.999Z',
    expected: ['2026-10-25T02:10:00+02:00', '2026-10-25T02:00:00+01:00', '2026-10-25T02:50:00+01:00'],
  },
  {
    what: 'hours count from the start',
    timing: { frequency: 'hour', interval: 5, startMs: Date.parse('2026-01-01T23:30:00Z') },
    after: '2026-01-02T10:00:00Z',
    expected: ['2026-01-02T14:30:00Z', '2026-01-02T19:30:00Z'],
  },
  {
    what: 'without a start the first is now',
    timing: { frequency: 'day', interval: 1 },
    after: '2026-01-02T10:20:30Z',
    expected: ['2026-01-03T10:20:30Z', '2026-01-04T10:20:30Z'],
  },
  {
    what: 'days count from the date of the start, at its time of day on the wall',
    timing: { frequency: 'day', interval: 2, startMs: Date.parse('2026-03-26T09:00:00+01:00') },
    zone: 'Europe/Paris',
    after: '2026-01-01T00:00:00Z',
    expected: ['2026-03-26T09:00:00+01:00', '2026-03-28T09:00:00+01:00', '2026-03-30T09:00:00+02:00'],
  },
  {
    what: 'days at hours and minutes of their own',
    timing: {
      frequency: 'day',
      interval: 3,
      startMs: Date.parse('2026-05-01T12:00:00Z'),
      pattern: { hours: [8, 16], minutes: [0, 30] },
    },
    after: '2026-05-01T00:00:00Z',
    expected: [
      '2026-05-01T16:00:00Z',
      '2026-05-01T16:30:00Z',
      '2026-05-04T08:00:00Z',
      '2026-05-04T08:30:00Z',
      '2026-05-04T16:00:00Z',
    ],
  },
  {
    what: 'hours without minutes are full hours, minutes without hours are in the hour of the start',
    timing: { frequency: 'day', interval: 1, startMs: Date.parse('2026-05-01T12:40:00Z'), pattern: { hours: [13] } },
    after: '2026-05-01T00:00:00Z',
    expected: ['2026-05-01T13:00:00Z'],
  },
  {
    what: 'minutes without hours',
    timing: { frequency: 'day', interval: 1, startMs: Date.parse('2026-05-01T12:40:00Z'), pattern: { minutes: [50] } },
    after: '2026-05-01T00:00:00Z',
    expected: ['2026-05-01T12:50:00Z', '2026-05-02T12:50:00Z'],
  },
  {
    what: 'every second week counts from the week of the start, Monday first',
    // A Sunday: its week began on Monday the 5th.
    timing: {
      frequency: 'week',
      interval: 2,
      startMs: Date.parse('2026-01-11T10:00:00Z'),
      pattern: { weekDays: [0, 1], hours: [10] },
    },
    after: '2026-01-01T00:00:00Z',
    expected: ['2026-01-11T10:00:00Z', '2026-01-19T10:00:00Z', '2026-01-25T10:00:00Z', '2026-02-02T10:00:00Z'],
  },
  {
    what: 'a week without days takes the day of the start',
    timing: { frequency: 'week', interval: 1, startMs: Date.parse('2026-01-07T10:00:00Z') },
    after: '2026-01-07T10:00:00Z',
    expected: ['2026-01-14T10:00:00Z', '2026-01-21T10:00:00Z'],
  },
  {
    what: 'a month from the 31st takes the last day of shorter ones',
    timing: { frequency: 'month', interval: 1, startMs: Date.parse('2024-01-31T06:00:00Z') },
    after: '2024-01-31T00:00:00Z',
    expected: ['2024-01-31T06:00:00Z', '2024-02-29T06:00:00Z', '2024-03-31T06:00:00Z', '2024-04-30T06:00:00Z'],
  },
  {
    what: 'month days that a month has not are left out, and count from its end too',
    timing: {
      frequency: 'month',
      interval: 1,
      startMs: Date.parse('2026-01-01T00:00:00Z'),
      pattern: { monthDays: [31, -2], hours: [0] },
    },
    after: '2026-01-15T00:00:00Z',
    expected: [
      '2026-01-30T00:00:00Z',
      '2026-01-31T00:00:00Z',
      '2026-02-27T00:00:00Z',
      '2026-03-30T00:00:00Z',
      '2026-03-31T00:00:00Z',
    ],
  },
  {
    what: 'every third month counts from the month of the start',
    timing: { frequency: 'month', interval: 3, startMs: Date.parse('2025-11-05T06:00:00Z') },
    after: '2025-12-01T00:00:00Z',
    expected: ['2026-02-05T06:00:00Z', '2026-05-05T06:00:00Z'],
  },
  {
    what: 'the end is the last moment',
    timing: {
      frequency: 'hour',
      interval: 1,
      startMs: Date.parse('2026-01-01T00:00:00Z'),
      endMs: Date.parse('2026-01-01T02:00:00Z'),
    },
    after: '2026-01-01T00:00:00Z',
    expected: ['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z'],
  },
]

for (const row of rows) {
  test(row.what, () => {
    const after = Date.parse(row.after)
    const timing = timingOf(row)
    const zone = timeZone(timing.timeZone)!
    const times = fireTimes(timing, after)
    const limit = Math.max(row.expected.length, 1)
    const found = times.between({
      afterMs: after,
      untilMs: Infinity,
      limit: timing.endMs === undefined ? limit : 99,
    })
    assert.deepEqual(
      found.map((moment) => zonedText(zone, moment)),
      row.expected,
    )
    if (row.notes !== undefined)
      assert.deepEqual(
        found.map((moment) => times.noteOf(moment)),
        row.notes,
      )
  })
}

test('without a start, the moment of creation is the first time of an interval', () => {
  const createdMs = Date.parse('2026-01-02T10:20:30Z')
  const timing: ScheduleTiming = { kind: 'recurrence', frequency: 'minute', interval: 15, timeZone: 'UTC' }
  const times = fireTimes(timing, createdMs)
  assert.equal(times.next(createdMs - 1), createdMs)
  assert.equal(times.next(0), createdMs)
  assert.equal(times.noteOf(createdMs), undefined)
})

test('as many times as are asked for come, also where the clocks skip two of them to one moment', () => {
  const times = fireTimes({ kind: 'cron', expression: '7,59 2 * * sun', timeZone: 'America/New_York', startMs: 0 }, 0)
  const afterMs = Date.parse('2020-03-07T00:00:00Z')
  assert.deepEqual(
    times.between({ afterMs, untilMs: Infinity, limit: 2 }).map((moment) => new Date(moment).toISOString()),
    ['2020-03-08T07:00:00.000Z', '2020-03-15T06:07:00.000Z'],
  )
})

test('times only grow, none is left out, and each follows from the one before, in every zone', () => {
  const expression = fc
    .tuple(
      fc.constantFrom('0', '30', '*/20', '7,59'),
      fc.constantFrom('*', '0', '2', '1-3', '*/6', '23'),
      fc.constantFrom('*', '1', 'sun'),
    )
    .map(([minute, hour, day]) => (day === 'sun' ? `${minute} ${hour} * * sun` : `${minute} ${hour} ${day} * *`))
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Paris',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Asia/Kathmandu',
    'Africa/Casablanca',
  )
  const from = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) })
  fc.assert(
    fc.property(expression, zone, from, (text, timeZoneName, start) => {
      const times = fireTimes({ kind: 'cron', expression: text, timeZone: timeZoneName, startMs: 0 }, 0)
      const found = times.between({ afterMs: start, untilMs: Infinity, limit: 8 })
      assert.equal(found.length, 8)
      for (const [index, moment] of found.entries()) {
        const before = index === 0 ? start : found[index - 1]!
        assert.ok(moment > before)
        // From anywhere between two times, the next is the same.
        assert.equal(times.next(Math.floor((before + moment) / 2)), moment)
        assert.equal(times.next(moment - 1), moment)
      }
    }),
    { numRuns: 150 },
  )
})
