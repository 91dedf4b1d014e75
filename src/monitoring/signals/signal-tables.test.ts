import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openTable } from '../../data/table-columns.ts'
import { tableEngine } from '../../data/table-engine.ts'
import { tableSource } from '../../data/table-source.ts'
import { importanceOf } from './signal-tables.ts'

const home = mkdtempSync(join(tmpdir(), 'importance-'))
const engine = tableEngine({ folder: join(home, 'engine') })
after(async () => {
  await engine.close()
  rmSync(home, { recursive: true })
})

const size = 120
const rows = Array.from({ length: size }, (_, i) => ({
  id: `r${i}`,
  kind: ['a', 'b', 'c'][(i * 7) % 3]!,
  y: ((i * 7) % 3) * 2 + ((i * 13) % 10) / 10,
  label: (i * 7) % 3 === 0 || i % 11 === 0 ? 'yes' : 'no',
  noise: (i * 37) % 101,
}))

async function importance(target: string): Promise<Readonly<Record<string, number>>> {
  const file = join(home, 'rows.csv')
  const names = Object.keys(rows[0]!) as (keyof (typeof rows)[number])[]
  writeFileSync(
    file,
    `${[names, ...rows.map((row) => names.map((name) => row[name]))].map((row) => row.join(',')).join('\n')}\n`,
  )
  const source = await tableSource(file)
  return engine.session({ readable: [file] }, async (session) => {
    const table = await openTable(session, 'rows', source)
    return importanceOf(session, table, { features: ['id', 'kind', 'noise'], target })
  })
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const variance = (values: readonly number[]): number => mean(values.map((value) => (value - mean(values)) ** 2))
const adjusted = (share: number, groups: number): number =>
  Math.max(0, 1 - ((1 - share) * (size - 1)) / (size - groups))
const groupsOf = <Value>(pick: (row: (typeof rows)[number]) => Value): readonly Value[][] =>
  [...Map.groupBy(rows, ({ kind }) => kind).values()].map((some) => some.map(pick))

test('of a numeric target: the share of its variance between the groups, adjusted for their number', async () => {
  const found = await importance('y')
  const within = mean(groupsOf(({ y }) => y).flatMap((group) => group.map(() => variance(group))))
  const share = 1 - within / variance(rows.map(({ y }) => y))
  assert.ok(Math.abs(found['kind']! - adjusted(share, 3)) < 1e-12)
  assert.ok(found['kind']! > 0.8)
  assert.equal(found['id'], 0, 'an id explains every row and nothing of the target')
  assert.ok(found['noise']! < 0.1)
})

test("of categories: Goodman and Kruskal's tau, adjusted in the same way", async () => {
  const found = await importance('label')
  const shareOf = (labels: readonly string[]): number =>
    labels.filter((label) => label === 'yes').length / labels.length
  const gini = (labels: readonly string[]): number => 2 * shareOf(labels) * (1 - shareOf(labels))
  const groups = groupsOf(({ label }) => label)
  const within = groups.reduce((sum, group) => sum + (group.length / size) * gini(group), 0)
  const tau = 1 - within / gini(rows.map(({ label }) => label))
  assert.ok(Math.abs(found['kind']! - adjusted(tau, 3)) < 1e-12)
  assert.equal(found['id'], 0)
})

test('a target that does not vary is explained by nothing', async () => {
  rows.forEach((row) => (row.y = 1))
  assert.deepEqual(await importance('y'), { id: 0, kind: 0, noise: 0 })
})
