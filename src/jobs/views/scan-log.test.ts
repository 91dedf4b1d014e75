import assert from 'node:assert/strict'
import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { indexLog, searchLog } from './scan-log.ts'

const folder = await mkdtemp(join(tmpdir(), 'sluice-log-'))
after(() => rm(folder, { recursive: true }))
const logOf = async (name: string, text: string | Buffer): Promise<string> => {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

test('a search finds each line once, whatever its case, with the place where it begins', async () => {
  const file = await logOf('case.log', 'epoch 1\nLoss: 0.5 loss\n\nété\nepoch 2 LOSS: 0.4')
  const found = await searchLog(file, { text: 'loss', offset: 0, limit: 10 })
  assert.deepEqual(found, {
    matches: [
      { offset: 8, text: 'Loss: 0.5 loss' },
      { offset: 30, text: 'epoch 2 LOSS: 0.4' },
    ],
    sizeBytes: 47,
  })
  const exact = await searchLog(file, { text: 'LOSS', offset: 0, limit: 10, matchCase: true })
  assert.deepEqual(
    exact.matches.map(({ offset }) => offset),
    [30],
  )
  assert.equal((await searchLog(file, { text: 'été', offset: 0, limit: 10 })).matches[0]!.text, 'été')
})

test('an answer that is full says where to go on, and nothing is lost or told twice', async () => {
  const lines = Array.from({ length: 50_000 }, (_, line) => `line ${line} ${line % 7 === 0 ? 'needle' : 'straw'}`)
  const file = await logOf('many.log', lines.join('\n'))
  const found: string[] = []
  let offset: number | undefined = 0
  while (offset !== undefined) {
    const { matches, nextOffset } = await searchLog(file, { text: 'needle', offset, limit: 1000 })
    found.push(...matches.map(({ text }) => text))
    offset = nextOffset
  }
  assert.deepEqual(
    found,
    lines.filter((line) => line.endsWith('needle')),
  )
})

test('lines across pieces are found whole, endless ones are looked at in parts and shown in part', async () => {
  const mebibyte = 1024 * 1024
  const file = await logOf('long.log', `${'a'.repeat(mebibyte - 3)} needle\n${'b'.repeat(3 * mebibyte)}needle`)
  const { matches, nextOffset } = await searchLog(file, { text: 'needle', offset: 0, limit: 10 })
  assert.deepEqual([matches.length, nextOffset], [2, undefined])
  assert.ok(matches.every(({ text }) => text.length <= 400 && text.endsWith('needle')))
})

test('one look goes no further than 64 MiB and says so', async () => {
  const file = await logOf('big.log', '')
  await truncate(file, 66 * 1024 * 1024)
  await appendFile(file, '\nneedle')
  const first = await searchLog(file, { text: 'needle', offset: 0, limit: 10 })
  assert.equal(first.matches.length, 0)
  assert.ok(first.nextOffset! >= 64 * 1024 * 1024 && first.nextOffset! < 67 * 1024 * 1024)
  const rest = await searchLog(file, { text: 'needle', offset: first.nextOffset!, limit: 10 })
  assert.deepEqual(
    rest.matches.map(({ text }) => text),
    ['needle'],
  )
})

test('an index counts lines, marks about every MiB and goes on where it was', async () => {
  const line = `${'x'.repeat(99)}\n`
  const file = await logOf('index.log', line.repeat(25_000))
  const first = await indexLog(file)
  assert.deepEqual([first.lines, first.sizeBytes, first.marks.length], [25_000, 2_500_000, 3])
  for (const mark of first.marks) assert.equal(mark.line * 100, mark.offset)
  await appendFile(file, `${line.repeat(10)}half`)
  const second = await indexLog(file, first)
  assert.deepEqual([second.lines, second.sizeBytes], [25_010, 2_501_004])
  await truncate(file, 250)
  assert.deepEqual(await indexLog(file, second), { lines: 2, sizeBytes: 250, marks: [{ line: 0, offset: 0 }] })
})

test('a log that is not there is empty', async () => {
  const file = join(folder, 'absent.log')
  assert.deepEqual(await searchLog(file, { text: 'x', offset: 0, limit: 1 }), { matches: [], sizeBytes: 0 })
  assert.equal((await indexLog(file)).lines, 0)
})
