import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitWords } from './shell-words.ts'

for (const [text, words] of [
  ['', []],
  ['  a  b\n c\t', ['a', 'b', 'c']],
  [`--text "two words" 'and "three"'`, ['--text', 'two words', 'and "three"']],
  [`a"b"'c'd ""`, ['abcd', '']],
  ['a\\ b \\"c "d\\"e \\n"', ['a b', '"c', 'd"e \\n']],
  ['--model ${{inputs.model}} \\\n --k 1', ['--model', '${{inputs.model}}', '--k', '1']],
  ['end\\', ['end']],
  ['--text "open', undefined],
  ["it's", undefined],
] as const) {
  test(`words of ${JSON.stringify(text)}`, () => assert.deepEqual(splitWords(text), words))
}
