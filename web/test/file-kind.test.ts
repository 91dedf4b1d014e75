import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileKind, parseTable } from '../src/components/preview/file-kind.ts'

test('a file is shown by the ending of its name', () => {
  const shown = ['plots/Loss.PNG', 'model/MLmodel', 'conda.yaml', 'report.html', 'a.csv', 'model.pkl', 'README']
  assert.deepEqual(shown.map(fileKind), ['image', 'yaml', 'yaml', 'html', 'table', 'other', 'other'])
})

test('quoted fields hold separators, quotes and line ends; no more rows are read than are shown', () => {
  const text = 'name,said\r\nAda,"one, two\nthree"\nBob,"he said ""no"""\n,\nlast,row'
  assert.deepEqual(parseTable(text, ',', 100), [
    ['name', 'said'],
    ['Ada', 'one, two\nthree'],
    ['Bob', 'he said "no"'],
    ['', ''],
    ['last', 'row'],
  ])
  assert.equal(parseTable('a\n1\n2\n3\n', ',', 2).length, 3)
})
