import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spansOf } from '../src/components/log/ansi.ts'
import { findInLog } from '../src/components/log/find-in-log.ts'
import { hitBefore, nextHit } from '../src/components/log/log-hits.ts'
import type { LogSource } from '../src/components/log/log-source.ts'
import { append, cutAtLines, emptyWindow, endOf, linesOf, prepend, startOf } from '../src/components/log/log-window.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

test('a piece ends with a line, but for the last one; one from the middle starts with a line', () => {
  const cut = (text: string, options: { isLast: boolean; isMiddle?: boolean }) => {
    const { start, end, bytes } = cutAtLines(bytesOf(text), { offset: 10, ...options })
    return [start, end, new TextDecoder().decode(bytes)]
  }
  assert.deepEqual(cut('one\ntwo\nthr', { isLast: false }), [10, 18, 'one\ntwo\n'])
  assert.deepEqual(cut('one\ntwo\nthr', { isLast: true }), [10, 21, 'one\ntwo\nthr'])
  assert.deepEqual(cut('ne\ntwo\nthr', { isLast: false, isMiddle: true }), [13, 17, 'two\n'])
  assert.deepEqual(cut('a line without an end', { isLast: false }), [10, 31, 'a line without an end'])
})

test('a window that goes on through a log drops what is far behind, and comes back to it', () => {
  const line = `${'x'.repeat(999)}\n`
  const piece = (offset: number) => cutAtLines(bytesOf(line.repeat(1000)), { offset, isLast: false })
  let window = emptyWindow
  let dropped = 0
  for (let offset = 0; offset < 6_000_000; offset += 1_000_000) {
    const next = append(window, piece(offset))
    dropped += next.dropped
    window = next
  }
  assert.deepEqual([startOf(window), endOf(window), dropped], [2_000_000, 6_000_000, 2000])
  assert.equal(linesOf(window).length, 4000)
  const back = prepend(window, piece(1_000_000))
  assert.deepEqual([startOf(back), endOf(back), back.added], [1_000_000, 5_000_000, 1000])
})

test('colours become looks, other sequences go, and of a line that was written over the last text stays', () => {
  assert.deepEqual(spansOf('plain'), [{ text: 'plain', looks: [] }])
  assert.deepEqual(spansOf('\u001b[1;31mbad\u001b[0m \u001b[92mgood\u001b[39m.'), [
    { text: 'bad', looks: ['bold', 'red'] },
    { text: ' ', looks: [] },
    { text: 'good', looks: ['bright-green'] },
    { text: '.', looks: [] },
  ])
  assert.deepEqual(spansOf('\u001b[2K\u001b]0;title\u0007text'), [{ text: 'text', looks: [] }])
  assert.deepEqual(spansOf('10 %\r50 %\r100 %'), [{ text: '100 %', looks: [] }])
})

/** A source that gives three bytes at a time: every match lies across pieces. */
function slowSource(text: string): LogSource {
  const bytes = bytesOf(text)
  return {
    key: text,
    size: async () => bytes.length,
    read: async (offset) => {
      const piece = bytes.slice(offset, offset + 3)
      return { bytes: piece, nextOffset: offset + piece.length, isComplete: offset + piece.length >= bytes.length }
    },
  }
}

test('a text is found across pieces, in any case, by its byte offset, and not found means the end was reached', async () => {
  const find = (text: string, offset = 0) =>
    findInLog(slowSource('first été line\nsecond ERROR here\n'), {
      ...{ text, offset, onProgress: () => undefined },
      signal: new AbortController().signal,
    })
  assert.deepEqual(await find('error'), { offset: 24 })
  assert.deepEqual(await find('line'), { offset: 12 })
  assert.deepEqual(await find('error', 25), {})
})

/** Searches as the server does: each line once, at most `limit`, and no further than `reach` bytes at a time. */
function searchable(text: string, reach: number) {
  const search: Required<LogSource>['search'] = ({ text: wanted, offset, limit }) => {
    const offsets: number[] = []
    let at = offset
    while (at < text.length) {
      if (at - offset >= reach) return Promise.resolve({ offsets, nextOffset: at })
      const end = text.indexOf('\n', at) + 1
      if (text.slice(at, end).includes(wanted)) {
        if (offsets.length === limit) return Promise.resolve({ offsets, nextOffset: at })
        offsets.push(at)
      }
      at = end
    }
    return Promise.resolve({ offsets })
  }
  return search
}

test('hits are walked forward to the end and back to the start, each line once, however far they are apart', async () => {
  const lines = Array.from({ length: 60_000 }, (_, line) =>
    line % 20_000 === 7 || line === 20_008 ? `line ${line} is a hit, a hit` : `line ${line} is another one of them`,
  )
  const text = `${lines.join('\n')}\n`
  const search = searchable(text, 300_000)
  const source: LogSource = {
    key: 'test',
    search,
    read: () => Promise.reject(new Error()),
    size: () => Promise.resolve(0),
  }
  const looking = { text: 'a hit', signal: new AbortController().signal, onProgress: () => undefined }
  const forward: number[] = []
  for (let at = await nextHit(source, { from: 0 }, looking); at !== undefined;) {
    forward.push(at)
    at = await nextHit(source, { from: 0, after: at }, looking)
  }
  assert.deepEqual(
    forward.map((at) => text.slice(at, text.indexOf(' is', at))),
    ['line 7', 'line 20007', 'line 20008', 'line 40007'],
  )
  const back: number[] = []
  for (let at = await hitBefore({ search }, text.length, looking); at !== undefined;) {
    back.push(at)
    at = await hitBefore({ search }, at, looking)
  }
  assert.deepEqual(back, forward.toReversed())
})
