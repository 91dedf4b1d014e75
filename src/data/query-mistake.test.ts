import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import { localTableEngine } from './local-table-engine.ts'
import { asTable, askedAtPlace } from './query-mistake.ts'

test("a mistake in a user's SELECT is told at its own line and column", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-mistake-'))
  const engine = localTableEngine({ folder })
  t.after(async () => {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  })
  const ask = (sql: string) =>
    engine.session({ readable: [] }, (session) =>
      askedAtPlace(sql, () => session.select(`select * from ${asTable(sql)} limit 10`)),
    )
  assert.deepEqual((await ask('\n  select 1 as a;\n')).rows, [[1]])
  assert.deepEqual((await ask('select 2 as a -- a comment')).rows, [[2]])
  const mistakes: readonly (readonly [sql: string, line: number, column: number])[] = [
    ['select * from nope', 1, 15],
    ['\n\nselect\n  agee\nfrom (select 1 as age)', 4, 3],
    ['select 1 +\n from where', 2, 2],
    [`select ${'1 + '.repeat(100)}agee from (select 1 as age)`, 1, 408],
  ]
  for (const [sql, line, column] of mistakes) {
    const error = await ask(sql).then(
      () => assert.fail(sql),
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof SluiceError, sql)
    assert.deepEqual([error.at?.line, error.at?.column], [line, column], error.message)
    assert.ok(error.message.endsWith(`\n  ${sql.split('\n')[line - 1]!}\n  ${' '.repeat(column - 1)}^`), error.message)
  }
  await assert.rejects(ask('select cast(a as int) from (select $$x$$ as a)'), /Could not convert/)
})
