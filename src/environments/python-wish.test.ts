import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distanceTo, fulfils, parsePythonWish } from './python-wish.ts'

const endless = Number.POSITIVE_INFINITY
const wishes: readonly (readonly [text: string, lowest: number, highest: number])[] = [
  ['3.10', 10, 10],
  ['3.10.4', 10, 10],
  ['==3.8.*', 8, 8],
  ['=3.8', 8, 8],
  ['==3.8.5.*', 8, 8],
  ['3', 0, endless],
  ['==3.*', 0, endless],
  ['>=3.8', 8, endless],
  ['>3.8', 9, endless],
  ['>3.8.1', 8, endless],
  ['>=3.8,<3.11', 8, 10],
  ['>=3.8,<=3.11', 8, 11],
  ['<3.11.5', 0, 11],
  ['>=3.8,<4', 8, endless],
  ['~=3.8', 8, endless],
  ['~=3.8.1', 8, 8],
  ['>=3.8,!=3.9.0', 8, endless],
]
for (const [text, lowest, highest] of wishes) {
  test(`python ${text} means 3.${lowest} to 3.${highest}`, () => {
    assert.deepEqual(parsePythonWish(text), { text, lowest, highest })
  })
}

for (const text of ['2.7', '>=2.7', '4', '', 'three', '>=3.11,<3.8', '3.x', '<3.0']) {
  test(`python ${JSON.stringify(text)} is no wish that a Python 3 can fulfil`, () => {
    assert.equal(parsePythonWish(text), undefined)
  })
}

test('the distance to a wish counts the minor versions between', () => {
  const wish = parsePythonWish('>=3.8,<3.10')!
  assert.deepEqual(
    [7, 8, 9, 12].map((minor) => distanceTo(wish, minor)),
    [1, 0, 0, 3],
  )
  assert.deepEqual(
    [7, 8, 9, 12].map((minor) => fulfils(wish, minor)),
    [false, true, true, false],
  )
})
