import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { secretBox, secretHash } from './secret-box.ts'

const key = { id: 'k1', bytes: Buffer.alloc(32, 7) }
const box = secretBox(key, randomBytes)

test('what was sealed for a row opens for that row, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (secret, identity) => {
      assert.equal(box.open(box.seal(secret, identity), identity), secret)
    }),
  )
})

test('a sealed text shows neither the secret nor its repetition', () => {
  const sealed = [box.seal('hunter2', 'row'), box.seal('hunter2', 'row')]
  assert.notEqual(sealed[0], sealed[1])
  for (const text of sealed) {
    assert.match(text, /^v1\.k1\.[\w-]{16}\.[\w-]+$/)
    assert.equal(Buffer.from(text.split('.')[3]!, 'base64url').length, 'hunter2'.length + 16)
    assert.ok(!text.includes('hunter2') && !text.includes(Buffer.from('hunter2').toString('base64url')))
  }
})

test('a sealed text moved to another row does not open', () => {
  const sealed = box.seal('hunter2', 'endpoint_key/default/a/primary')
  assert.throws(() => box.open(sealed, 'endpoint_key/default/b/primary'), {
    code: 'store-corrupt',
    message: /endpoint_key\/default\/b\/primary cannot be read: its seal does not match/,
  })
})

test('changing any one character of a sealed text is noticed', () => {
  const sealed = box.seal('hunter2', 'row')
  // The last character of unpadded base64url may carry spare bits, which no byte depends on.
  for (let index = 0; index < sealed.length - 1; index++) {
    const other = sealed[index] === 'A' ? 'B' : 'A'
    const changed = sealed.slice(0, index) + other + sealed.slice(index + 1)
    assert.throws(() => box.open(changed, 'row'), { code: 'store-corrupt' }, changed)
  }
})

test('a shortened seal is not accepted with a shorter tag', () => {
  const parts = box.seal('hunter2', 'row').split('.')
  for (const length of [0, 4, 12, 15]) {
    const cut = Buffer.from(parts[3]!, 'base64url').subarray(0, length).toString('base64url')
    assert.throws(() => box.open([...parts.slice(0, 3), cut].join('.'), 'row'), { code: 'store-corrupt' })
  }
})

test('another key is named in the error, and the secret is not', () => {
  const other = secretBox({ id: 'k2', bytes: Buffer.alloc(32, 8) }, randomBytes)
  assert.throws(
    () => other.open(box.seal('hunter2', 'row'), 'row'),
    (error: Error & { hint?: string }) => {
      assert.match(error.message, /sealed with key k1, and this server has key k2/)
      assert.doesNotMatch(error.message + error.hint, /hunter2/)
      return true
    },
  )
})

test('the hash of a secret is its SHA-256', () => {
  assert.equal(secretHash('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
