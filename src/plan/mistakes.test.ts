import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Located } from '../spec/document-parts.ts'
import { collectMistakes, positionOf } from './mistakes.ts'

/** Knows the lines of these paths, written with dots. */
function fileWith(lines: Readonly<Record<string, number>>, file = 'a.yml'): Located {
  return {
    file,
    at: (path) => {
      const line = lines[path.join('.')]
      return line === undefined ? undefined : { file, line, column: 1 }
    },
    frame: ({ line }) => `line ${line}\n^`,
  }
}

test('a path that is not in the file falls back to its nearest parent that is', () => {
  const located = fileWith({ 'jobs.train': 7, '': 1 })
  assert.equal(positionOf({ located, path: ['jobs', 'train', 'inputs', 'alpha'] })?.line, 7)
  assert.equal(positionOf({ located, path: ['outputs', 'x'] })?.line, 1)
  assert.equal(positionOf({ located: fileWith({}), path: ['jobs'] }), undefined)
})

test('mistakes come in the order of the lines, file by file, with their frames', () => {
  const mistakes = collectMistakes()
  const [one, other] = [fileWith({ a: 9, b: 3 }), fileWith({ c: 1 }, 'b.yml')]
  mistakes.report({ located: one, path: ['a'] }, 'third line')
  mistakes.report({ located: other, path: ['c'] }, 'other file')
  mistakes.report({ located: one, path: ['b'] }, 'first line', 'a hint')
  assert.deepEqual(mistakes.errors(), [
    { message: 'first line', hint: 'a hint', at: { file: 'a.yml', line: 3, column: 1 }, frame: 'line 3\n^' },
    { message: 'third line', at: { file: 'a.yml', line: 9, column: 1 }, frame: 'line 9\n^' },
    { message: 'other file', at: { file: 'b.yml', line: 1, column: 1 }, frame: 'line 1\n^' },
  ])
  assert.deepEqual(mistakes.warnings(), [])
})

test('the same mistake at the same place is one; warnings are kept apart', () => {
  const mistakes = collectMistakes()
  const place = { located: fileWith({ a: 1 }), path: ['a'] }
  mistakes.report(place, 'twice')
  mistakes.report(place, 'twice')
  mistakes.report(undefined, 'twice')
  mistakes.warn(place, 'ignored')
  assert.deepEqual(
    mistakes.errors().map(({ at }) => at?.line),
    [1, undefined],
  )
  assert.deepEqual(
    mistakes.warnings().map(({ message }) => message),
    ['ignored'],
  )
})

test('from the 101st on mistakes are counted, and their hints are not looked for', () => {
  const mistakes = collectMistakes()
  let hints = 0
  for (let index = 0; index < 150; index++) {
    mistakes.report(undefined, `mistake ${index}`, () => {
      hints++
      return undefined
    })
  }
  assert.equal(hints, 100)
  assert.equal(mistakes.errors().length, 101)
  assert.equal(mistakes.errors().at(-1)!.message, 'And 50 more mistakes.')
})
