import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, linkSync, writeFileSync, lstatSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readTar, tarEnd, tarHeader, tarPadding, type TarEntry } from './tar.ts'

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

interface Read extends TarEntry {
  readonly text: string
}

async function readAll(bytes: Uint8Array, pieceSize = 700): Promise<readonly Read[]> {
  const found: Read[] = []
  for await (const { content, ...entry } of readTar(inPieces(bytes, pieceSize))) {
    const parts: Uint8Array[] = []
    for await (const part of content) parts.push(part)
    found.push({ ...entry, text: Buffer.concat(parts).toString() })
  }
  return found
}

const long = `${'folder/'.repeat(30)}naïve ☕.txt`
const entries = [
  { path: 'a', kind: 'folder', sizeBytes: 0, mode: 0o755 },
  { path: 'a/run.sh', kind: 'file', sizeBytes: 10, mode: 0o755 },
  { path: 'a/empty', kind: 'file', sizeBytes: 0, mode: 0o644 },
  { path: long, kind: 'file', sizeBytes: 600, mode: 0o644 },
  { path: 'a/link', kind: 'symlink', sizeBytes: 0, mode: 0o777, target: 'run.sh' },
  { path: 'a/far', kind: 'symlink', sizeBytes: 0, mode: 0o777, target: `../${long}` },
] as const

function archive(): Buffer {
  const parts = entries.flatMap((entry) => [
    tarHeader(entry),
    Buffer.alloc(entry.sizeBytes, 'x'),
    tarPadding(entry.sizeBytes),
  ])
  return Buffer.concat([...parts, tarEnd])
}

function folder(t: { after(work: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-tar-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('what is written is read again, in pieces of any size', async () => {
  for (const size of [1, 511, 512, 100_000]) {
    const read = await readAll(archive(), size)
    assert.deepEqual(
      read.map(({ text: _text, ...entry }) => entry),
      entries,
    )
    assert.deepEqual(
      read.map(({ text }) => text),
      entries.map(({ sizeBytes }) => 'x'.repeat(sizeBytes)),
    )
  }
})

test('a content that nobody reads is skipped', async () => {
  const paths: string[] = []
  for await (const { path } of readTar(inPieces(archive(), 300))) paths.push(path)
  assert.deepEqual(
    paths,
    entries.map(({ path }) => path),
  )
})

test('tar of this machine unpacks what is written', async (t) => {
  const place = folder(t)
  execFileSync('tar', ['-xf', '-', '-C', place], { input: archive() })
  assert.equal(readFileSync(join(place, long), 'utf8'), 'x'.repeat(600))
  assert.equal(lstatSync(join(place, 'a/run.sh')).mode & 0o777, 0o755)
  assert.equal(lstatSync(join(place, 'a/far')).isSymbolicLink(), true)
  assert.equal(lstatSync(join(place, 'a/run.sh')).mtimeMs, 0)
})

for (const format of ['ustar', 'gnu', 'pax', 'v7']) {
  test(`what tar of this machine writes as ${format} is read`, async (t) => {
    const place = folder(t)
    // The old formats keep 100 characters of what a link names, the oldest that of every name.
    const deep = format === 'v7' ? 'deep' : `${'d'.repeat(60)}/${'e'.repeat(format === 'ustar' ? 34 : 60)}`
    const target = format === 'gnu' || format === 'pax' ? 'somewhere/'.repeat(15) : 'somewhere'
    mkdirSync(join(place, deep), { recursive: true })
    writeFileSync(join(place, deep, 'file'), 'content')
    linkSync(join(place, deep, 'file'), join(place, deep, 'twin'))
    symlinkSync(target, join(place, deep, 'symlink'))
    const bytes = execFileSync('tar', [`--format=${format}`, '--sort=name', '-C', place, '-cf', '-', deep])
    const read = await readAll(bytes)
    assert.deepEqual(
      read.map(({ path, kind, text, target: named }) => [path, kind, text, named]),
      [
        [deep, 'folder', '', undefined],
        [`${deep}/file`, 'file', 'content', undefined],
        [`${deep}/symlink`, 'symlink', '', target],
        [`${deep}/twin`, 'link', '', `${deep}/file`],
      ],
    )
  })
}

test('a file of more than 8 GiB has its size in a pax header, or in binary as GNU writes it', async () => {
  const size = 9 * 2 ** 30
  async function* endless(header: Uint8Array): AsyncGenerator<Uint8Array> {
    yield header
    for (;;) yield new Uint8Array(512)
  }
  const binary = Buffer.from(tarHeader({ path: 'large', kind: 'file', sizeBytes: 0, mode: 0o644 }))
  binary.fill(0, 124, 136)
  binary[124] = 0x80
  binary.writeUIntBE(size, 130, 6)
  const sum = binary.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  binary.write(sum.toString(8).padStart(6, '0'), 148)
  for (const header of [tarHeader({ path: 'large', kind: 'file', sizeBytes: size, mode: 0o644 }), binary]) {
    const first = await readTar(endless(header)).next()
    assert.equal(first.done, false)
    assert.deepEqual([first.value?.path, first.value?.sizeBytes], ['large', size])
  }
})

test('a name in bytes of before UTF-8, a device and a global pax header are no reason to stop', async () => {
  const change = (entry: Parameters<typeof tarHeader>[0], edit: (header: Buffer) => void): Buffer => {
    const header = Buffer.from(tarHeader(entry))
    edit(header)
    const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
    header.write(sum.toString(8).padStart(6, '0'), 148)
    return header
  }
  const file = { path: 'name', kind: 'file', sizeBytes: 0, mode: 0o644 } as const
  const bytes = Buffer.concat([
    change(file, (header) => header.write('g', 156)),
    change(file, (header) => header.set([0x6e, 0xe9], 0)),
    change(file, (header) => header.write('3', 156)),
    tarEnd,
  ])
  assert.deepEqual(
    (await readAll(bytes)).map(({ path, kind }) => [path, kind]),
    [
      ['néme', 'file'],
      ['name', 'other'],
    ],
  )
})

test('an archive that is cut off or damaged is refused, and says how', async () => {
  const whole = archive()
  const refused = (bytes: Uint8Array, message: RegExp) =>
    assert.rejects(readAll(bytes), { code: 'invalid-request', message })
  await refused(whole.subarray(0, 700), /ends too early/)
  await refused(whole.subarray(0, 1024 + 5), /ends too early/)
  const flipped = Buffer.from(whole)
  flipped[0] = 0x62
  await refused(flipped, /wrong checksum/)
  await refused(Buffer.alloc(512, 'no tar'), /is no number/)
  const pax = whole.indexOf(Buffer.from(' path='))
  const broken = Buffer.from(whole)
  broken.write('999', pax - 3)
  await refused(broken, /pax header cannot be read/)
})
