import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Database } from '../database/database.ts'
import { handClock, temporaryFolder } from './access.test-support.ts'
import { loadEncryptionKey } from './encryption-key.ts'

async function place(t: TestContext, database: Database) {
  const folder = await temporaryFolder(t)
  return { folder, database, clock: handClock(), random: randomBytes, file: join(folder, 'secret.key') }
}

databaseTest('the first start makes a key only its owner can read, and later starts find it', async (database, t) => {
  const at = await place(t, database)
  const made = await loadEncryptionKey(at)
  assert.equal(made.bytes.length, 32)
  assert.equal((await stat(at.file)).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(at.folder), ['secret.key'])
  assert.ok(!(await readFile(at.file, 'utf8')).includes(made.id))
  assert.deepEqual(await loadEncryptionKey(at), made)
})

databaseTest('after a crash between the file and its record the next start keeps that key', async (database, t) => {
  const at = await place(t, database)
  const refusing = { ...database, write: () => Promise.reject(new Error('killed here')) }
  await assert.rejects(loadEncryptionKey({ ...at, database: refusing }), /killed here/)
  const left = await readFile(at.file)
  const key = await loadEncryptionKey(at)
  assert.deepEqual(await readFile(at.file), left)
  assert.deepEqual(await loadEncryptionKey(at), key)
})

databaseTest('a lost key is one error that names the file and the key, and no new key is made', async (database, t) => {
  const at = await place(t, database)
  const { id } = await loadEncryptionKey(at)
  await rm(at.file)
  await assert.rejects(loadEncryptionKey(at), {
    code: 'store-corrupt',
    message: `The key file ${at.file} is missing; this store's secrets need key ${id}.`,
  })
  assert.deepEqual(await readdir(at.folder), [])
})

databaseTest('the key of another store is refused', async (database, t) => {
  const [at, elsewhere] = [await place(t, database), await temporaryFolder(t)]
  await loadEncryptionKey(at)
  await writeFile(join(elsewhere, 'secret.key'), `sluice-key-v1 ${randomBytes(32).toString('base64url')}\n`, {
    mode: 0o600,
  })
  await assert.rejects(loadEncryptionKey({ ...at, folder: elsewhere }), {
    code: 'store-corrupt',
    message: /another key/,
  })
})

databaseTest('a damaged key file and one that others can read are refused', async (database, t) => {
  const at = await place(t, database)
  await loadEncryptionKey(at)
  const good = await readFile(at.file, 'utf8')
  for (const text of ['', 'sluice-key-v1', 'sluice-key-v1 abc', good.replace('v1', 'v2'), `${good}more`]) {
    await writeFile(at.file, text)
    await assert.rejects(loadEncryptionKey(at), { code: 'store-corrupt', message: /is damaged/ }, JSON.stringify(text))
  }
  await writeFile(at.file, good)
  await chmod(at.file, 0o640)
  await assert.rejects(loadEncryptionKey(at), {
    code: 'invalid-setting',
    message: /can be read by other users/,
    hint: `Run: chmod 600 ${at.file}`,
  })
})

databaseTest('two that make the key at once end with one key', async (database, t) => {
  const at = await place(t, database)
  const memory = { ...database, write: () => Promise.resolve() as Promise<never> }
  const both = await Promise.all([
    loadEncryptionKey({ ...at, database: memory }),
    loadEncryptionKey({ ...at, database: memory }),
  ])
  assert.deepEqual(both[0], both[1])
  assert.deepEqual(await readdir(at.folder), ['secret.key'])
})
