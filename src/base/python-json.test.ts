import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePythonJson, toPythonJson } from './python-json.ts'

test("NaN and infinities are read as Python's writers put them, outside of texts", () => {
  const text = String.raw`{"NaN": [NaN, -Infinity, Infinity, 1], "t": ["NaN", "\\\" Infinity"]}`
  assert.deepEqual(parsePythonJson(text), { NaN: [null, -Infinity, Infinity, 1], t: ['NaN', '\\" Infinity'] })
  assert.throws(() => parsePythonJson('[NaN'), SyntaxError)
  assert.throws(() => parsePythonJson('{'), SyntaxError)
  assert.throws(() => parsePythonJson('[NaNa]'), SyntaxError)
})

test('whole numbers are as they are written where that is asked for', () => {
  const text = '[9007199254740993, -9007199254740993, 1, 1e300, 0.5, NaN]'
  assert.deepEqual(parsePythonJson(text), [9007199254740992, -9007199254740992, 1, 1e300, 0.5, null])
  const exact = [9007199254740993n, -9007199254740993n, 1, 1e300, 0.5, null]
  assert.deepEqual(parsePythonJson(text, { isExact: true }), exact)
})

test('what is written is what Python writes', () => {
  const text = String.raw`[{"name": "a,b: \"c\"", "version": 1}, "\u00e4\ud83d\ude00\u007f", "\\", [], 0.5]`.replace(
    String.raw`\u007f`,
    '\u007f',
  )
  assert.equal(toPythonJson([{ name: 'a,b: "c"', version: 1 }, 'ä😀\u007f', '\\', [], 0.5]), text)
})
