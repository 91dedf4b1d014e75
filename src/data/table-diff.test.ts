import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { bell, categorySamples, numberSamples, uniform } from '../statistics/drift-samples.test-support.ts'
import { judgeCategories, judgeNumbers, judgeNumbersAsEvidently } from '../statistics/drift-verdict.ts'
import { profileNumbers } from '../statistics/number-profile.ts'
import { compareSamples } from '../statistics/two-samples.ts'
import { openTable } from './table-columns.ts'
import { type DiffOptions, diffTables } from './table-diff.ts'
import { tableEngine } from './table-engine.ts'
import { profileTable } from './table-profile.ts'
import { tableSource } from './table-source.ts'

const home = mkdtempSync(join(tmpdir(), 'diffs-'))
const engine = tableEngine({ folder: join(home, 'engine') })
after(async () => {
  await engine.close()
  rmSync(home, { recursive: true })
})
let made = 0

type Cell = string | number | boolean | null

/** A table of these columns as a file. */
function csvOf(columns: Readonly<Record<string, readonly Cell[]>>): string {
  const file = join(home, `t${made++}.csv`)
  const length = Math.max(...Object.values(columns).map((values) => values.length))
  const lines = Array.from({ length }, (_, at) =>
    Object.values(columns)
      .map((values) => cell(values[at]))
      .join(','),
  )
  writeFileSync(file, `${Object.keys(columns).join(',')}\n${lines.join('\n')}\n`)
  return file
}

function cell(value: Cell | undefined): string {
  return value === undefined || value === null
    ? ''
    : Number.isNaN(value)
      ? 'nan'
      : String(value).replace('Infinity', 'inf')
}

async function diff(reference: string, current: string, options?: DiffOptions) {
  return engine.session({ readable: [reference, current] }, async (session) => {
    const tables = {
      reference: await openTable(session, 'reference', await tableSource(reference)),
      current: await openTable(session, 'current', await tableSource(current)),
    }
    return diffTables(session, tables, options)
  })
}

const sorted = (values: readonly number[]) => Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort()

test('numbers that went through a file and DuckDB get the verdicts of the samples themselves', async () => {
  for (const [name, [before, now]] of Object.entries(numberSamples)) {
    const [reference, current] = [
      csvOf({ x: before, id: before.map((_, at) => at) }),
      csvOf({ x: now, id: now.map((_, at) => at) }),
    ]
    const comparison = compareSamples(sorted(before), sorted(now))
    for (const numberMetric of [
      'normalized_wasserstein_distance',
      'two_sample_kolmogorov_smirnov_test',
      'population_stability_index',
    ] as const) {
      const { columns, rowCounts } = await diff(reference, current, { columns: ['x'], numberMetric })
      assert.deepEqual(rowCounts, { reference: before.length, current: now.length })
      assert.deepEqual(columns[0]!.verdict, judgeNumbers(comparison, { metric: numberMetric }), name)
    }
    const { columns } = await diff(reference, current, { columns: ['x'], mode: 'evidently' })
    assert.deepEqual(columns[0]!.verdict, judgeNumbersAsEvidently(comparison), name)
  }
})

test('categories too, with those that are new and those that are gone', async () => {
  for (const [name, [before, now]] of Object.entries(categorySamples)) {
    const { columns } = await diff(csvOf({ x: before }), csvOf({ x: now }), {
      categoryMetric: 'pearsons_chi_squared_test',
    })
    const names = [...new Set([...before, ...now])]
    const counts = (all: readonly string[]) => names.map((one) => all.filter((other) => one === other).length)
    const sizes = { referenceCount: before.length, currentCount: now.length }
    const expected = judgeCategories(
      { counts: { reference: counts(before), current: counts(now) }, ...sizes },
      { metric: 'pearsons_chi_squared_test' },
    )
    const { verdict, newCategories, missingCategories, outOfBoundsRate } = columns[0]!
    assert.ok(Math.abs(verdict!.effect! - expected.effect!) < 1e-12, name)
    assert.equal(verdict!.isDrift, expected.isDrift, name)
    assert.equal(newCategories!.categoryCount, new Set(now.filter((one) => !before.includes(one))).size, name)
    assert.equal(missingCategories!.categoryCount, new Set(before.filter((one) => !now.includes(one))).size, name)
    assert.equal(outOfBoundsRate, newCategories!.rowCount / now.length, name)
  }
})

test('bounds decide what is clear, and what is near the threshold is looked at exactly', async () => {
  const reference = csvOf({ x: bell(1, 5000) })
  const near = csvOf({ x: bell(2, 5000) })
  const far = csvOf({ x: bell(2, 5000).map((x) => x + 1) })
  for (const [current, threshold] of [
    [near, 0.1],
    [far, 0.1],
    [far, undefined],
  ] as const) {
    const options = threshold === undefined ? {} : { threshold }
    const exact = (await diff(reference, current, options)).columns[0]!.verdict!
    const bounded = (await diff(reference, current, { ...options, mode: 'bounded' })).columns[0]!.verdict!
    assert.equal(bounded.isDrift, exact.isDrift)
    assert.ok(bounded.interval!.low <= exact.effect! + 1e-9 && exact.effect! <= bounded.interval!.high + 1e-9)
  }
  const exact = (await diff(reference, far)).columns[0]!.verdict!
  const straddling = await diff(reference, far, { mode: 'bounded', threshold: exact.effect! })
  assert.deepEqual(straddling.columns[0]!.verdict, { ...exact, threshold: exact.effect })
  for (const numberMetric of [
    'wasserstein_distance',
    'two_sample_kolmogorov_smirnov_test',
    'jensen_shannon_distance',
  ] as const) {
    const [a, b] = [
      await diff(reference, near, { numberMetric }),
      await diff(reference, near, { numberMetric, mode: 'bounded' }),
    ]
    assert.equal(a.columns[0]!.verdict!.isDrift, b.columns[0]!.verdict!.isDrift, numberMetric)
  }
})

test('schema, missing values, wrong types and values out of bounds are told', async () => {
  const reference = csvOf({
    id: [1, 2, 3, 4],
    price: [1, 2, 3, 4],
    kind: ['a', 'b', 'a', 'b'],
    gone: [1, 1, 1, 1],
    day: ['2024-01-01', '2024-01-02', '2024-01-03', '2024-01-04'],
  })
  const current = csvOf({
    id: [1, 2, 3, 4],
    price: ['1', 'x', '9', null],
    kind: ['a', 'c', null, 'b'],
    added: [1, 1, 1, 1],
    day: ['2025-01-01', '2025-01-02', '2025-01-03', '2025-01-04'],
  })
  const { columns, addedColumns, removedColumns, comparedCount } = await diff(reference, current)
  assert.deepEqual(
    [addedColumns, removedColumns],
    [[{ name: 'added', type: 'BIGINT' }], [{ name: 'gone', type: 'BIGINT' }]],
  )
  const of = (name: string) => columns.find((column) => column.name === name)!
  assert.deepEqual([of('price').referenceType, of('price').currentType], ['BIGINT', 'VARCHAR'])
  assert.deepEqual(of('price').nullRate, { reference: 0, current: 0.25 })
  assert.equal(of('price').dataTypeErrorRate, 1 / 3)
  assert.equal(of('price').outOfBoundsRate, 1 / 2)
  assert.deepEqual(of('price').sampleSizes, { reference: 4, current: 2 })
  assert.deepEqual(of('kind').newCategories, { categoryCount: 1, rowCount: 1, examples: ['c'] })
  assert.equal(of('kind').outOfBoundsRate, 1 / 3)
  assert.equal(of('day').verdict, undefined)
  assert.equal(comparedCount, 3)
})

test('a column without a value on one side has drifted, one without any has not', async () => {
  const reference = csvOf({ id: [1, 2], a: [1, 2], b: [null, null] })
  const { columns } = await diff(reference, csvOf({ id: [1, 2], a: [null, null], b: [null, null] }))
  const verdicts = Object.fromEntries(
    columns.map(({ name, verdict }) => [name, [verdict!.effect, verdict!.isDrift, verdict!.note]]),
  )
  assert.deepEqual(verdicts['a'], [null, true, 'no values in the current data'])
  assert.deepEqual(verdicts['b'], [null, false, 'no values on either side'])
})

test('a profile tells of every kind of column', async () => {
  const numbers = [...bell(3, 997), Infinity, NaN, 0]
  const file = csvOf({
    x: numbers,
    y: numbers.map((x, at) => (Number.isFinite(x) ? 2 * x + 1 : at)),
    constant: numbers.map(() => 7),
    kind: uniform(4, 1000).map((x) => (x < 0.1 ? null : `k${Math.floor(x * 5)}`)),
    day: numbers.map((_, at) => `2024-01-${String((at % 28) + 1).padStart(2, '0')}`),
    empty: numbers.map(() => null),
  })
  const source = await tableSource(file)
  const profile = await engine.session({ readable: [file] }, (session) => profileTable(session, source))
  assert.deepEqual([profile.format, profile.fileCount, profile.rowCount], ['csv', 1, 1000])
  const of = (name: string) => profile.columns.find((column) => column.name === name)!
  assert.deepEqual(of('x').numbers, profileNumbers(sorted(numbers)))
  assert.deepEqual([of('x').missingCount, of('x').numbers!.infiniteCount, of('x').distinctCount], [1, 1, 998])
  assert.equal(
    of('x').numbers!.histogram.counts.reduce((a, b) => a + b),
    998,
  )
  assert.deepEqual(of('constant').numbers!.topValues, [{ value: 7, count: 1000 }])
  assert.deepEqual(of('constant').numbers!.histogram, { edges: [7, 7], counts: [1000] })
  assert.equal(of('kind').distinctCount, 5)
  assert.equal(
    of('kind').categories!.topValues.reduce((sum, { count }) => sum + count, 0),
    1000 - of('kind').missingCount,
  )
  assert.deepEqual([of('kind').categories!.shortest, of('kind').categories!.longest], [2, 2])
  assert.deepEqual(of('day').times, { earliest: '2024-01-01', latest: '2024-01-28' })
  assert.equal(of('empty').missingCount, 1000)
  const r = (first: string, second: string) =>
    profile.correlations.find((pair) => pair.first === first && pair.second === second)!.r
  assert.ok(Math.abs(r('x', 'y')! - 1) < 1e-9)
  assert.equal(r('x', 'constant'), null)
})
