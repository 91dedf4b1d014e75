import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCron } from './cron-expression.ts'

function sorted(numbers: Iterable<number>): readonly number[] {
  return [...numbers].sort((one, other) => one - other)
}

for (const [text, field, expected] of [
  ['0 * * * *', 'minutes', [0]],
  ['*/20 * * * *', 'minutes', [0, 20, 40]],
  ['5/20 * * * *', 'minutes', [5, 25, 45]],
  ['1,10-14/2,59 * * * *', 'minutes', [1, 10, 12, 14, 59]],
  ['0 22-23,0 * * *', 'hours', [0, 22, 23]],
  ['0 0 ? * *', 'weekDays', [0, 1, 2, 3, 4, 5, 6]],
  ['0 0 * * 7', 'weekDays', [0]],
  ['0 0 * * fri-sun', 'weekDays', [0, 5, 6]],
  ['0 0 * * Monday,SAT', 'weekDays', [1, 6]],
  ['0 0 * * */2', 'weekDays', [0, 2, 4, 6]],
  ['0 0 1 jan-mar,Dec *', 'months', [1, 2, 3, 12]],
  [' @weekly ', 'weekDays', [0]],
] as const) {
  test(`${text} has ${field} ${expected.join(', ')}`, () => {
    const cron = parseCron(text)
    assert.ok(!('problem' in cron))
    assert.deepEqual(sorted(cron[field]), expected)
  })
}

for (const [text, problem, hint] of [
  ['', 'has 0 fields, not five', 'The fields are MINUTE'],
  ['0 0 * *', 'has 4 fields, not five', 'The fields are MINUTE'],
  ['0 0 0 * * *', 'has 6 fields, not five', 'Seconds are no part of it.'],
  ['@reboot', 'has 1 fields, not five', 'The fields are MINUTE'],
  ['60 * * * *', 'has "60" as minute: 60 is no minute', 'A minute is 0 to 59; *'],
  ['0 24 * * *', 'has "24" as hour: 24 is no hour', 'An hour is 0 to 23'],
  ['0 0 0 * *', 'has "0" as day of the month: 0 is no day of the month', '1 to 31'],
  ['0 0 * 13 *', 'has "13" as month: 13 is no month', 'or jan to dec'],
  ['0 0 * * 8', 'has "8" as day of the week: 8 is no day of the week', 'or sun to sat'],
  ['0 0 * * fry', 'has "fry" as day of the week: it is not a number, range or step', 'sun to sat'],
  ['*/0 * * * *', 'has "*/0" as minute: a step of 0 leads nowhere', 'steps (*/2)'],
  ['30-10 * * * *', 'has "30-10" as minute: 30 comes after 10', 'ranges'],
  ['1-2-3 * * * *', 'has "1-2-3" as minute: it is not a number, range or step', ''],
  ['1,,2 * * * *', 'has "" as minute: an item of its list is empty', ''],
  ['/5 * * * *', 'has "/5" as minute: it is not a number, range or step', ''],
  ['0 0 L * *', 'has "l" as day of the month: it is not a number, range or step', 'month_days: -1'],
  ['0 0 * * 5#2', 'has "5#2" as day of the week: it is not a number, range or step', 'month_days: -1'],
  ['-1 * * * *', 'has "-1" as minute: it is not a number, range or step', ''],
] as const) {
  test(`"${text}" ${problem}`, () => {
    const refused = parseCron(text)
    assert.ok('problem' in refused)
    assert.equal(refused.problem, problem)
    assert.ok(refused.hint.includes(hint), refused.hint)
  })
}

test('an expression of any length is read in a moment', () => {
  const long = `${'1,'.repeat(100_000)}1 * * * *`
  const cron = parseCron(long)
  assert.ok(!('problem' in cron))
  assert.deepEqual(sorted(cron.minutes), [1])
})
