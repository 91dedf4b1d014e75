import assert from 'node:assert/strict'
import { sql, type RawBuilder } from 'kysely'
import fc from 'fast-check'
import { databaseTest } from '../../../test/database.test-support.ts'
import type { Database } from '../../database/database.ts'
import { matches } from './condition.ts'
import type { Comparison } from './grammar.ts'

type Asked = [value: string | number | null, comparison: Comparison, integer?: boolean]

/** As the columns are: texts of the collation that the migrations give them. */
function castTo(value: Asked[0], type: RawBuilder<unknown>): RawBuilder<unknown> {
  return typeof value === 'string' ? sql`cast(${value} as text) collate "C"` : sql`cast(${value} as ${type})`
}

/** Whether the value meets the comparison, as the database says; NULL is no. */
async function meets(database: Database, ...[value, comparison, integer = false]: Asked) {
  const type = typeof value !== 'number' ? sql`text` : integer ? sql`bigint` : sql`double precision`
  const column = database.dialect === 'postgres' ? castTo(value, type) : sql`${value}`
  const condition = matches({ dialect: database.dialect, column, comparison, integer })
  const { rows } = await sql<{ met: number }>`select case when ${condition} then 1 else 0 end as met`.execute(
    database.read,
  )
  return rows[0]!.met === 1
}

databaseTest('LIKE keeps case, ILIKE does not, and only % and _ stand for anything', async (database) => {
  const table: [string, 'LIKE' | 'ILIKE', string, boolean][] = [
    ['Ridge', 'LIKE', 'Ridge', true],
    ['Ridge', 'LIKE', 'ridge', false],
    ['Ridge', 'LIKE', 'R%e', true],
    ['Ridge', 'LIKE', '%', true],
    ['', 'LIKE', '%', true],
    ['Ridge', 'LIKE', '____', false],
    ['Ridge', 'LIKE', '_____', true],
    ['größe', 'LIKE', 'gr__e', true],
    ['日本', 'LIKE', '__', true],
    ['a*b', 'LIKE', 'a*b', true],
    ['axb', 'LIKE', 'a*b', false],
    ['a?b[c]', 'LIKE', 'a?b[c]', true],
    ['axbc', 'LIKE', 'a?b[c]', false],
    ['a\\%b', 'LIKE', 'a\\%b', true],
    ['a\\xb', 'LIKE', 'a\\%b', true],
    ['a%b', 'LIKE', 'a\\%b', false],
    ['a]^-b', 'LIKE', 'a]^-b', true],
    ['line\nbreak', 'LIKE', 'line%', true],
    ['Ridge', 'ILIKE', 'rIDGE', true],
    ['RIDGE_x', 'ILIKE', 'ridge\\_x', false],
    ['Ridge', 'ILIKE', 'r%E', true],
    ['Ä', 'ILIKE', 'ä', false],
  ]
  for (const [value, operator, pattern, expected] of table) {
    const found = await meets(database, value, { kind: 'text', operator, value: pattern })
    assert.equal(found, expected, `${JSON.stringify(value)} ${operator} ${JSON.stringify(pattern)}`)
  }
})

databaseTest('any pattern means on both databases what it means as a regular expression', async (database) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'B', '%', '_', '*', '?', '[', ']', '\\', 'é'), maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(text, text, async (value, pattern) => {
      const literal = pattern
        .replace(/[*?[\]\\]/g, '\\$&')
        .replaceAll('%', '.*')
        .replaceAll('_', '.')
      for (const [operator, flags] of [
        ['LIKE', 'su'],
        ['ILIKE', 'sui'],
      ] as const) {
        const expected = new RegExp(`^${literal}$`, flags).test(value)
        const found = await meets(database, value, { kind: 'text', operator, value: pattern })
        assert.equal(found, expected, `${value} ${operator} ${pattern}`)
      }
    }),
    {
      numRuns: 150,
      examples: [
        ['%', '%_'],
        ['a', '%'],
        ['', ''],
      ],
    },
  )
})

databaseTest('numbers compare exactly, whole ones also with fractions and beyond a bigint', async (database) => {
  const operators = ['=', '!=', '<', '<=', '>', '>='] as const
  const holds = {
    '=': (a: number, b: number) => a === b,
    '!=': (a: number, b: number) => a !== b,
    '<': (a: number, b: number) => a < b,
    '<=': (a: number, b: number) => a <= b,
    '>': (a: number, b: number) => a > b,
    '>=': (a: number, b: number) => a >= b,
  }
  for (const stored of [0, 5, -5]) {
    for (const value of [5, 4.5, 5.5, -5, -4.5, 0, 1e300, -1e300, Infinity]) {
      for (const operator of operators) {
        const found = await meets(database, stored, { kind: 'number', operator, value }, true)
        assert.equal(found, holds[operator](stored, value), `${stored} ${operator} ${value}`)
      }
    }
  }
  for (const operator of operators) {
    assert.equal(
      await meets(database, 0.1 + 0.2, { kind: 'number', operator, value: 0.3 }),
      holds[operator](0.1 + 0.2, 0.3),
    )
  }
})

databaseTest('lists hold values exactly, and NULL meets nothing but IS NULL', async (database) => {
  const list = (operator: 'IN' | 'NOT IN', values: string[]): Comparison => ({ kind: 'list', operator, values })
  assert.ok(await meets(database, 'a', list('IN', ['b', 'a'])))
  assert.ok(!(await meets(database, 'A', list('IN', ['b', 'a']))))
  assert.ok(await meets(database, 'A', list('NOT IN', ['b', 'a'])))
  const asked: Comparison[] = [
    list('IN', ['a']),
    list('NOT IN', ['a']),
    { kind: 'text', operator: '!=', value: 'a' },
    { kind: 'text', operator: 'LIKE', value: '%' },
    { kind: 'presence', operator: 'IS NOT NULL' },
  ]
  for (const comparison of asked) assert.ok(!(await meets(database, null, comparison)), JSON.stringify(comparison))
  assert.ok(await meets(database, null, { kind: 'presence', operator: 'IS NULL' }))
})
