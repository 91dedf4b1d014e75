import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Readable } from 'node:stream'
import { refusal } from '../artifacts/content-lab.test-support.ts'
import type { Datastore } from './datastore.ts'

const text = (bytes: string): Readable => Readable.from([Buffer.from(bytes)])
const read = async (store: Datastore, path: string): Promise<string> =>
  Buffer.concat((await (await store.read(path)).toArray()) as Buffer[]).toString()
const paths = async (store: Datastore, path: string): Promise<readonly string[]> =>
  (await store.list(path)).map((file) => `${file.path} ${file.sizeBytes}`)

/** What every datastore promises; `open` gives an empty one. */
export function datastoreContract(name: string, open: (t: TestContext) => Promise<Datastore>): void {
  test(`${name}: what is written is listed in order of the paths and read back`, async (t) => {
    const store = await open(t)
    assert.deepEqual(await store.list(''), [])
    for (const path of ['b/two.csv', 'b.csv', 'a', 'b/inner/deep.csv', 'b/one.csv']) await store.write(path, text(path))
    assert.deepEqual(await paths(store, ''), ['a 1', 'b.csv 5', 'b/inner/deep.csv 16', 'b/one.csv 9', 'b/two.csv 9'])
    assert.deepEqual(await paths(store, 'b'), ['b/inner/deep.csv 16', 'b/one.csv 9', 'b/two.csv 9'])
    assert.deepEqual(await paths(store, 'b.csv'), ['b.csv 5'])
    assert.deepEqual(await paths(store, 'b/on'), [])
    assert.equal(await read(store, 'b/inner/deep.csv'), 'b/inner/deep.csv')
  })

  test(`${name}: a file is replaced whole, and stays as it was when its new bytes break off`, async (t) => {
    const store = await open(t)
    await store.write('a.csv', text('old'))
    const broken = Readable.from(
      (async function* () {
        await Promise.resolve()
        yield Buffer.from('new')
        throw new Error('broken off')
      })(),
    )
    await assert.rejects(store.write('a.csv', broken), /broken off/)
    assert.deepEqual([await read(store, 'a.csv'), await paths(store, '')], ['old', ['a.csv 3']])
    await store.write('a.csv', text('newer'))
    assert.equal(await read(store, 'a.csv'), 'newer')
  })

  test(`${name}: files and folders are removed, missing ones are fine`, async (t) => {
    const store = await open(t)
    for (const path of ['a/x', 'a/y/z', 'b']) await store.write(path, text(path))
    await store.remove('a')
    await store.remove('nothing/there')
    assert.deepEqual(await paths(store, ''), ['b 1'])
    await store.remove('b')
    assert.deepEqual(await store.list(''), [])
  })

  test(`${name}: a path never leads out, and what is no file is not read`, async (t) => {
    const store = await open(t)
    await store.write('a/x', text('x'))
    for (const path of ['../x', 'a/../../x', '/etc/passwd', 'a//x', './a', 'a/%2e%2e/x', 'a\\x']) {
      await assert.rejects(store.read(path), refusal('invalid-path'), path)
      await assert.rejects(store.list(path), refusal('invalid-path'), path)
      await assert.rejects(store.write(path, text('x')), refusal('invalid-path'), path)
      await assert.rejects(store.remove(path), refusal('invalid-path'), path)
    }
    await assert.rejects(store.read('a'), refusal('not-found'))
    await assert.rejects(store.read('missing'), refusal('not-found'))
    await assert.rejects(store.write('', text('x')), refusal('invalid-path'))
    await assert.rejects(store.remove(''), refusal('invalid-path'))
  })
}
