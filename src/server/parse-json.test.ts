import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { leastProcessorTime } from '../../test/processor-time.ts'
import { SluiceError } from '../base/errors.ts'
import { parseJson } from './parse-json.ts'

const parse = (text: string) => parseJson(new TextEncoder().encode(text))
const refusal = (text: string | Uint8Array) => {
  try {
    parseJson(typeof text === 'string' ? new TextEncoder().encode(text) : text)
  } catch (error) {
    assert.ok(error instanceof SluiceError)
    assert.equal(error.code, 'invalid-request')
    return error.message
  }
  return assert.fail(`accepted ${String(text).slice(0, 100)}`)
}

test('whatever JSON.stringify writes is read back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value)
      if (/__proto__|constructor/.test(text)) return
      assert.deepEqual(parse(text), JSON.parse(text))
    }),
  )
})

test('of equal keys the last wins', () => assert.deepEqual(parse('{"a":1,"a":2}'), { a: 2 }))
test('a byte order mark is tolerated', () => assert.equal(parse('\ufeff1'), 1))
test('an escaped pair of surrogates is one character', () => assert.equal(parse('"\\ud83d\\ude00x"'), '😀x'))
test('the smallest and the largest double are numbers', () =>
  assert.deepEqual(parse('[1.7976931348623157e308,5e-324,1e-400]'), [Number.MAX_VALUE, Number.MIN_VALUE, 0]))

const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ['bare NaN', '{"value":NaN}', /has NaN/],
  ['bare -Infinity', '[-Infinity]', /has -Infinity/],
  ['1e400', '{"value":1e400}', /The number 1e400 .* too large/],
  ['-1E+999', '[-1E+999]', /too large/],
  ['a number of 400 digits', `[${'9'.repeat(400)}]`, /The number 9{30}\.\.\./],
  ['nesting of 101', '['.repeat(101) + ']'.repeat(101), /deeper than 100/],
  ['half an object', '{"a":1', /not JSON: (it ends too early|at character 7)/],
  ['a comma too many', '{"alpha": 1, "beta": [1, 2, 3,], "gamma": 1}', /not JSON: (at character 31|unexpected "\]")/],
  ['no JSON at all', 'alpha=1', /not JSON: unexpected "a"/],
  ['nothing', '  ', /is empty/],
  ['a lone high surrogate', '"\\ud800"', /half a character, \\ud800/],
  ['a lone low surrogate', '"\\uDC00"', /half a character/],
  ['a high surrogate before another escape', '"\\ud800\\n"', /half a character/],
  ['__proto__', '{"__proto__":{"admin":true}}', /"__proto__"/],
  ['an escaped __proto__, nested', '{"a":[{"\\u005f_proto__":1}]}', /"__proto__"/],
  ['constructor.prototype', '{"constructor":{"prototype":{"admin":true}}}', /"constructor"/],
]
for (const [what, text, message] of refused) {
  test(`refused: ${what}`, () => assert.match(refusal(text), message))
}

test('a key named constructor with a plain value is data', () =>
  assert.deepEqual(parse('{"constructor":"ACME"}'), { constructor: 'ACME' }))

test('nesting of 100 is read, brackets inside strings do not count', () => {
  assert.ok(parse('['.repeat(100) + ']'.repeat(100)))
  assert.equal(parse(JSON.stringify('['.repeat(5000))), '['.repeat(5000))
})

test('bytes that are not UTF-8 are refused', () =>
  assert.match(refusal(new Uint8Array([0x22, 0xff, 0x22])), /not UTF-8/))

test('a message never quotes the payload', () =>
  assert.equal(refusal('{"password":"hunter2",}').includes('hunter2'), false))

test('10,000,000 levels are refused in linear time', async () => {
  const { leastMs } = await leastProcessorTime(() => refusal('['.repeat(10_000_000)), 2000)
  assert.ok(leastMs <= 2000, `took ${leastMs} ms`)
})
