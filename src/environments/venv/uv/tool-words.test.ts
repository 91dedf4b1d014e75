import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hintFor, isNetworkFailure, withoutSecrets, wordsOf } from './tool-words.ts'

test('the words of a tool are its last lines, without warnings and passwords', () => {
  const errors = `warning: old\nerror: No solution found\n  cause: x==1 at https://me:hunter2@index.example/simple\n\n`
  assert.equal(wordsOf({ errors, output: '' }), 'No solution found\n  cause: x==1 at https://***@index.example/simple')
  const long = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n')
  assert.deepEqual(wordsOf({ errors: long, output: '' }).split('\n').slice(0, 1), ['line 30'])
})

test('a tool that says nothing on standard error is heard on standard output', () => {
  assert.equal(wordsOf({ errors: '', output: 'no space' }), 'no space')
  assert.equal(wordsOf({ errors: ' \n', output: '' }), 'it said nothing')
})

test('addresses without a password stay as they are', () => {
  assert.equal(withoutSecrets('from https://pypi.example/a@1'), 'from https://pypi.example/a@1')
})

for (const [errors, isNetwork, hint] of [
  ['error sending request for url (https://x/)', true, /Check the network/],
  ['Packages were unavailable because the network was disabled.', true, /Check the network/],
  ['invalid peer certificate: UnknownIssuer', false, /SSL_CERT_FILE/],
  ['No space left on device (os error 28)', false, /disk space/],
  ['Because x was not found in the package registry', false, /spelt/],
  ['Because x==1 depends on y==2', false, /Change the versions/],
] as const) {
  test(`the hint for "${errors}" is about ${hint.source}`, () => {
    assert.equal(isNetworkFailure({ errors }), isNetwork)
    assert.match(hintFor({ errors }), hint)
  })
}
