import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SluiceError } from '../../base/errors.ts'
import { errorText } from './error-text.ts'
import { cut, paint, plain, printable } from './terminal.ts'
import { textFields, textTable } from './text-table.ts'

const escapes: readonly (readonly [what: string, text: string, shown: string])[] = [
  ['a title', 'a\u001b]0;evil\u0007b', 'ab'],
  ['a title without an end', 'a\u001b]0;evil\nb', 'a\nb'],
  ['a clipboard write', 'a\u001b]52;c;ZXZpbA==\u001b\\b', 'ab'],
  ['a cursor move', 'a\u001b[2J\u001b[10;1Hb', 'ab'],
  ['a device control string', 'a\u001bPq#0\u001b\\b', 'ab'],
  ['a reset', 'a\u001bcb', 'ab'],
  ['a C1 control', 'a\u009b31mb', 'a31mb'],
  ['backspace, bell and NUL', 'a\b\u0007\u0000b', 'ab'],
  ['a carriage return', 'a\rb', 'ab'],
  ['tab and newline, which stay', 'a\tb\n', 'a\tb\n'],
]
for (const [what, text, shown] of escapes) {
  test(`a terminal is not made to obey ${what}`, () => assert.equal(printable(text), shown))
}

test('colours stay where they are asked for, and only they', () => {
  const text = '\u001b[1;31mred\u001b[0m\u001b[2Kx\u001b]0;t\u0007'
  assert.equal(printable(text, { keepColors: true }), '\u001b[1;31mred\u001b[0mx')
  assert.equal(printable(text), 'redx')
})

test('whatever the text, no escape sequence but a colour is left', () => {
  const bits = fc.constantFrom(
    '\u001b',
    '[',
    ']',
    'm',
    '0',
    ';',
    '\u0007',
    'P',
    '\\',
    'a',
    '\n',
    '\u009b',
    '(',
    'c',
    'é',
  )
  fc.assert(
    fc.property(fc.array(bits), (parts) => {
      const text = parts.join('')
      assert.doesNotMatch(printable(text), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
      assert.doesNotMatch(
        printable(text, { keepColors: true }).replace(/\u001b\[[0-9;]*m/g, ''),
        /[\u001b\u009b\u0007]/,
      )
    }),
  )
})

test('a cut text is as long as asked, counted in characters', () => {
  assert.equal(cut('héllo', 5), 'héllo')
  assert.equal(cut('😀😀😀😀', 3), '😀😀…')
  assert.equal(cut('abc', Infinity), 'abc')
  assert.equal(cut('abc', 0), '…')
})

test('tables and fields stand in columns and leave no space at line ends', () => {
  assert.equal(
    textTable(
      ['name', 'n'],
      [
        ['a', '1'],
        ['longer', ''],
      ],
    ),
    'name    n\na       1\nlonger\n',
  )
  assert.equal(textTable(['a'], []), 'a\n')
  assert.equal(
    textFields([
      ['a', '1'],
      ['long', undefined],
      ['b c', '2'],
    ]),
    'a:    1\nb c:  2\n',
  )
})

const at = { file: '/w/p.yml', line: 2, column: 3 }

test('an error shows what, where and what to do', () => {
  const error = new SluiceError('invalid-path', 'No.', { hint: 'Do this.', at })
  assert.equal(errorText(error, { paint: plain, folder: '/w' }), 'error: No.\n  at /w/p.yml:2:3\nhint: Do this.\n')
  assert.equal(errorText(new Error('boom\u001b[2J'), { paint: plain, folder: '/' }), 'error: boom\n')
  assert.match(errorText(error, { paint, folder: '/' }), /^\u001b\[31merror:\u001b\[0m No\./)
})

test('one mistake of a document is one message of at most three lines', () => {
  const diagnostics = [{ message: 'unknown key "x"', at, frame: '  x: 1\n  ^' }]
  const error = new SluiceError('invalid-document', '/w/p.yml has 1 mistake:\n...', { diagnostics })
  assert.equal(errorText(error, { paint: plain, folder: '/w' }), 'error: p.yml:2:3: unknown key "x"\n  x: 1\n  ^\n')
})
