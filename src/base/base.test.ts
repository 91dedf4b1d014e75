import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration, parseDuration } from './duration.ts'
import {
  assert as claim,
  assertNever,
  errorBody,
  errorStatus,
  ignoreMissing,
  messageOf,
  SluiceError,
} from './errors.ts'
import { newJobName, newRunName, randomHex } from './ids.ts'
import { canonicalJson, isJsonObject } from './json.ts'
import { mapLimit } from './map-limit.ts'

const counting = (start: number) => (count: number) => Uint8Array.from({ length: count }, (_, index) => start + index)

for (const [text, milliseconds] of [
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h30m', 5_400_000],
  ['250ms', 250],
  ['1.5h', 5_400_000],
  ['2d', 172_800_000],
  ['30', 30_000],
  ['0.5', 500],
] as const) {
  test(`the duration ${text} is ${milliseconds} ms`, () => assert.equal(parseDuration(text), milliseconds))
}

for (const text of ['', 'soon', '10 m', '-5s', '5x', 'm', '1h 30m', '1e3']) {
  test(`"${text}" is no duration`, () => assert.equal(parseDuration(text), undefined))
}

for (const [milliseconds, text] of [
  [420, '0.42 s'],
  [12_340, '12.3 s'],
  [185_000, '3 min 05 s'],
  [7_800_000, '2 h 10 min'],
] as const) {
  test(`${milliseconds} ms reads ${text}`, () => assert.equal(formatDuration(milliseconds), text))
}

test('canonical JSON sorts keys at every depth, leaves out what is undefined, and has no white space', () => {
  const value = { b: [1, { z: null, a: true }], a: 'é"', gone: undefined }
  assert.equal(canonicalJson(value), '{"a":"é\\"","b":[1,{"a":true,"z":null}]}')
  assert.equal(canonicalJson({ a: 'é"', b: [1, { a: true, z: null }] }), canonicalJson(value))
})

test('an array and null are no JSON objects', () => {
  assert.deepEqual([{}, [], null, 'x'].map(isJsonObject), [true, false, false, false])
})

test('an error on the wire has its code, its text and whatever else it carries', () => {
  const at = { file: 'a.yml', line: 3, column: 5 }
  const full = new SluiceError('input-not-found', 'gone', {
    hint: 'look',
    at,
    diagnostics: [{ message: 'm' }],
    cause: 1,
  })
  assert.deepEqual(errorBody(full), {
    error: { code: 'input-not-found', message: 'gone', hint: 'look', at, diagnostics: [{ message: 'm' }] },
  })
  assert.equal(full.status, 404)
  assert.equal(full.cause, 1)
  assert.deepEqual(errorBody(new SluiceError('conflict', 'no')), { error: { code: 'conflict', message: 'no' } })
  assert.deepEqual(errorBody('thrown text'), { error: { code: 'internal', message: 'thrown text' } })
  assert.equal(messageOf(new TypeError('odd')), 'odd')
  assert.equal(ignoreMissing(new SluiceError('not-found', 'gone')), undefined)
  assert.throws(() => ignoreMissing(new SluiceError('conflict', 'there')), /there/)
})

test('every error code has a status of HTTP that says error', () => {
  for (const status of Object.values(errorStatus)) assert.ok(status >= 400 && status < 600)
})

test('a broken claim and a forgotten kind are bugs with their reason', () => {
  claim(0 === 0, 'never seen')
  assert.throws(() => claim(undefined, 'it is missing'), /Bug: it is missing/)
  assert.throws(() => assertNever('new-kind' as never), /Bug: unexpected "new-kind"/)
})

test('names are made of words and what randomness is given, so equal randomness gives equal names', () => {
  assert.match(newJobName(counting(7)), /^[a-z]+_[a-z]+_[bcdfghjklmnpqrstvwxyz0-9]{10}$/)
  assert.equal(newJobName(counting(7)), newJobName(counting(7)))
  assert.match(newRunName(counting(250)), /^[a-z]+-[a-z]+-\d{1,3}$/)
  assert.ok(newRunName(counting(250)).length <= 20)
  assert.equal(randomHex(counting(14), 3), '0e0f10')
})

test('mapLimit keeps the order, never exceeds the limit, and stops at the first failure', async () => {
  let [now, most] = [0, 0]
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++now)
    await new Promise((next) => setImmediate(next))
    now--
    return item * 2
  }
  assert.deepEqual(await mapLimit([1, 2, 3, 4, 5], 2, work), [2, 4, 6, 8, 10])
  assert.equal(most, 2)
  const started: number[] = []
  const failing = mapLimit([1, 2, 3], 1, async (item) => {
    started.push(item)
    assert.notEqual(item, 2)
    return item
  })
  await assert.rejects(failing)
  assert.deepEqual(started, [1, 2])
})
