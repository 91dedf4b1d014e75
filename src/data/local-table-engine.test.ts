import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import { localTableEngine } from './local-table-engine.ts'

test('a session in this process sees its files and nothing else, and fails as one in a process of its own', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-local-'))
  t.after(() => rm(folder, { recursive: true }))
  const [file, other] = [join(folder, 'a.csv'), join(folder, 'b.csv')]
  await writeFile(file, 'a\n1\n2\n')
  await writeFile(other, 'a\n3\n')
  const engine = localTableEngine({ folder })
  const refused = async (code: string, message: RegExp, work: Promise<unknown>): Promise<void> =>
    assert.rejects(work, (error) => error instanceof SluiceError && error.code === code && message.test(error.message))
  await engine.session({ readable: [file], maxRows: 2 }, async (session) => {
    assert.deepEqual((await session.select(`select sum(a) as s from '${file}'`)).rows, [[3]])
    await refused('invalid-request', /Permission Error|disabled|b\.csv/, session.select(`select * from '${other}'`))
    await refused('invalid-request', /SELECT/, session.select('create table t as select 1'))
    await refused('limit-exceeded', /more than 2 rows/, session.run('select * from range(3)'))
    await refused('limit-exceeded', /more than the 512 MiB/, session.run('select list(range) from range(100000000)'))
  })
  await refused(
    'not-found',
    /nothing at/,
    engine.session({ readable: [join(folder, 'c.csv')] }, () => Promise.resolve()),
  )
  await engine.close()
})
