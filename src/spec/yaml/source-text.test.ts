import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frameAt, frameOf, positionAt, printable, quoted, sourceText } from './source-text.ts'

test('positions count lines and columns from 1, without a byte order mark', () => {
  const source = sourceText('/f', '\uFEFFab\r\ncd\n\nef')
  const place = (offset: number): string => {
    const { line, column } = positionAt(source, offset)
    return `${line}:${column}`
  }
  assert.deepEqual([0, 1, 4, 5, 7, 8, 9, 10].map(place), ['1:1', '1:2', '2:1', '2:2', '3:1', '4:1', '4:2', '4:3'])
})

test('a frame shows the line without its indentation and carets below the mark', () => {
  const source = sourceText('/f', 'a:\n      key: value # why\n')
  assert.equal(frameAt(source, { offset: 9, length: 3 }), '  key: value # why\n  ^^^')
  assert.equal(frameAt(source, { offset: 14, length: 5 }), '  key: value # why\n       ^^^^^')
  assert.equal(frameAt(source, { offset: 14, length: 500 })?.split('\n')[1], '       ^^^^^^^^^^^')
  // A mark in the indentation keeps what lies right of it.
  assert.equal(frameAt(source, { offset: 7, length: 1 }), '    key: value # why\n  ^')
})

test('a blank line has no frame', () => {
  assert.equal(frameAt(sourceText('/f', 'a\n  \nb'), { offset: 2, length: 1 }), undefined)
})

test('a long line is shown as a window around the caret', () => {
  const source = sourceText('/f', `  a: ${'x'.repeat(300)}!${'y'.repeat(300)}`)
  const [line = '', carets = ''] = frameAt(source, { offset: 305, length: 400 })?.split('\n') ?? []
  assert.ok(line.length < 110 && carets.length < 110)
  assert.ok(line.startsWith('  …x') && line.endsWith('y…'))
  assert.equal(line[carets.indexOf('^')], '!')
})

test('what a terminal would obey is taken out, and long values are cut', () => {
  assert.equal(printable('a\u001b[31mb\tc\u202ed'), 'a·[31mb c·d')
  assert.equal(quoted('two\nlines'), '"two lines"')
  assert.equal(quoted('x'.repeat(100)).length, 62)
})

test('a position that was found earlier is framed by one caret', () => {
  assert.equal(frameOf('a:\n  b: 1\n', { file: '/f', line: 2, column: 6 }), '  b: 1\n     ^')
  assert.equal(frameOf('a: 1', { file: '/f', line: 9, column: 1 }), undefined)
})
