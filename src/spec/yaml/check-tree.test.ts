import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJsonObject, rootValue } from './values.ts'
import { openYaml } from './yaml-document.ts'

function read(text: string): { readonly json: unknown; readonly mistakes: readonly string[] } {
  const mistakes: string[] = []
  const document = openYaml('/f.yml', text, (_, { at, message }) =>
    mistakes.push(`${at?.line}:${at?.column} ${message}`),
  )
  const value = rootValue(document, 'the file')
  return { json: value && readJsonObject(value), mistakes }
}

/** Own enumerable keys only, prototypes aside. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

test('aliases and merge keys stand for what they repeat: own keys win, then the first merged one', () => {
  const { json, mistakes } = read(
    'a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*b, *a], z: 5}\nd: {<<: *a}\ne: *a\n',
  )
  assert.deepEqual(mistakes, [])
  assert.deepEqual(plain(json), {
    a: { x: 1, y: 2 },
    b: { y: 3, z: 4 },
    c: { z: 5, y: 3, x: 1 },
    d: { x: 1, y: 2 },
    e: { x: 1, y: 2 },
  })
})

test('a quoted "<<", or one that holds no mapping, is a key like others', () => {
  assert.deepEqual(plain(read('a: {"<<": {x: 1}, y: 2}\nb: {<<: 3}').json), {
    a: { '<<': { x: 1 }, y: 2 },
    b: { '<<': 3 },
  })
  assert.deepEqual(plain(read('a: {<<: [1, {x: 2}]}').json), { a: { x: 2 } })
})

test('an anchor may be set again: an alias means the latest above it', () => {
  assert.deepEqual(plain(read('a: &x 1\nb: *x\nc: &x 2\nd: *x\n').json), { a: 1, b: 1, c: 2, d: 2 })
})

test('an alias to nothing, or to what it stands in, is reported', () => {
  assert.deepEqual(read('a: *x\nb: &b [*b]\n').mistakes, [
    '1:4 *x stands for nothing: no finished value above has the anchor &x',
    '2:8 *b stands for nothing: no finished value above has the anchor &b',
  ])
})

test('the root itself may be an alias of nothing', () => {
  assert.deepEqual(read('*x').mistakes, ['1:1 *x stands for nothing: no finished value above has the anchor &x'])
})

test('aliases that multiply a file are refused once', () => {
  let text = 'a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n'
  for (let n = 1; n < 9; n++)
    text += `a${n}: &a${n} [${Array(10)
      .fill(`*a${n - 1}`)
      .join(', ')}]\n`
  const { mistakes } = read(text)
  assert.equal(mistakes.length, 1)
  assert.match(mistakes[0]!, /the aliases of this file add more than 100000 values/)
})

test('aliases that nest without end are refused once', () => {
  let text = 'a0: &a0 [1]\n'
  for (let n = 1; n < 300; n++) text += `a${n}: &a${n} [*a${n - 1}]\n`
  assert.deepEqual(read(text).mistakes, ['101:14 the aliases of this file nest deeper than 100 levels'])
})

test('duplicate keys are found at every depth, in the spelling of the file', () => {
  assert.deepEqual(read('1: a\n"1": b\nc: [{true: 1, true: 2}]\n').mistakes, [
    '2:1 the key "1" stands here twice',
    '3:15 the key "true" stands here twice',
  ])
})

test('keys that are no text are reported, a {{placeholder}} as such', () => {
  const hints: (string | undefined)[] = []
  openYaml('/f.yml', 'a: {{NAME}}\n? [b]\n: c\n? *d\n: e\n', (_, { hint }) => hints.push(hint))
  assert.deepEqual(hints.slice(0, 2), ['Put the key in quotes.', 'Replace this {{placeholder}} by a value.'])
})

test('keys of every prototype are values like others and touch no prototype', () => {
  const { json } = read('__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\n~: 1\n')
  assert.deepEqual(Object.keys(json as object), ['__proto__', 'constructor', '~'])
  assert.equal(({} as { polluted?: boolean }).polluted, undefined)
  assert.equal(Object.getPrototypeOf(json), null)
})
