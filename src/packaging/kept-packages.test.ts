import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import { KeptPackages, type PackageWish } from './kept-packages.ts'
import type { PackagingService } from './packaging-service.ts'
import { temporaryFolder } from './packaging.test-support.ts'

const wish: PackageWish = { model: 'iris', version: '3', format: 'tar', createdBy: 'local' }

async function open(t: TestContext, bytes: () => AsyncGenerator<Uint8Array>) {
  const folder = join(await temporaryFolder(t), 'packages')
  let now = 1000
  const made: unknown[] = []
  const packaging: Pick<PackagingService, 'package'> = {
    package: async (request) => {
      made.push(request)
      return {
        contentType: 'application/x-tar',
        fileName: 'iris-3.tar',
        summary: { name: 'iris', notes: ['numpy has no wheel'] },
        billOfMaterials: Buffer.from('{"bomFormat":"CycloneDX"}'),
        bytes: bytes(),
      }
    },
  }
  const parts = { folder, packaging, clock: { now: () => now++, after: () => () => undefined } }
  return { folder, made, kept: new KeptPackages(parts) }
}

async function* twoPieces(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('one ')
  yield Buffer.from('two')
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of bytes) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

test('a package is made once, and listed and downloaded until it is removed', async (t) => {
  const { kept, made } = await open(t, twoPieces)
  const about = await kept.make(wish)
  assert.deepEqual(made, [{ model: { kind: 'reference', reference: 'azureml:iris:3' }, format: 'tar' }])
  assert.equal(about.sizeBytes, 7)
  assert.equal(about.digest, createHash('sha256').update('one two').digest('hex'))
  assert.deepEqual(about.notes, ['numpy has no wheel'])
  const newer = await kept.make({ ...wish, format: 'folder' })
  assert.deepEqual(await kept.list('iris', '3'), [newer, about])
  assert.deepEqual(await kept.list('iris', '4'), [])
  assert.equal(await textOf((await kept.open(about.id)).bytes), 'one two')
  assert.match((await kept.billOfMaterials(about.id)).toString(), /CycloneDX/)
  await kept.remove(about.id)
  assert.deepEqual(await kept.list('iris', '3'), [newer])
  await assert.rejects(kept.open(about.id), { code: 'not-found' })
})

test('a package that cannot be made leaves nothing, and what a crash left is removed when the store is opened', async (t) => {
  const { kept, folder } = await open(t, async function* () {
    yield Buffer.from('half')
    throw new SluiceError('environment-failed', 'No wheel of numpy.')
  })
  await assert.rejects(kept.make(wish), /No wheel/)
  assert.deepEqual(await readdir(folder), [])
  const part = join(folder, '0d4f0d0e-0000-4000-8000-000000000000.part')
  await mkdir(part)
  await writeFile(join(part, 'about.json'), '{"model":"iris","version":"3"}')
  assert.deepEqual(await kept.list('iris', '3'), [])
  await kept.removeLeftovers()
  assert.deepEqual(await readdir(folder), [])
})

test('an id names a package of the store and nothing else', async (t) => {
  const { kept, folder } = await open(t, twoPieces)
  await mkdir(join(folder, 'secret'), { recursive: true })
  await writeFile(join(folder, 'secret', 'about.json'), '{}')
  for (const id of ['secret', '../packages/secret', '..', '', '0d4f0d0e-0000-4000-8000-000000000000'])
    await assert.rejects(kept.open(id), { code: 'not-found' })
})
