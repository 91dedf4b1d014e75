import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { shellWord } from './shell-word.ts'

test('a shell reads every text back as the one word it was', () => {
  for (const text of [
    'plain-1.0/x,y=z:a@b%c+d',
    '',
    ' ',
    "it's",
    '$HOME `id` "x"',
    'a\nb',
    '*',
    '~',
    '-n',
    '#x',
    'ünï',
  ]) {
    const read = execFileSync('bash', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })
    assert.equal(read, text)
  }
  assert.equal(shellWord('spark.driver.cores=2'), 'spark.driver.cores=2')
  assert.equal(shellWord("it's"), `'it'\\''s'`)
})
