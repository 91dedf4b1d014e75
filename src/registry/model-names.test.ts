import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  checkAlias,
  checkModelName,
  checkNewAlias,
  checkTags,
  checkNewModelName,
  isLatest,
  parseStage,
  parseVersion,
} from './model-names.ts'

test('any name without slash and colon that is no dot path names a model', () => {
  for (const name of ['m', 'a b', 'é😀', 'a.b', '.hidden', 'x'.repeat(256), "it's", 'a@b', '100%', '-'])
    assert.doesNotThrow(() => checkModelName(name), name)
  for (const name of ['', ' ', 'a/b', 'a:b', '.', '..', '..a', 'a\0'])
    assert.throws(() => checkModelName(name), { status: 400 }, JSON.stringify(name))
  assert.doesNotThrow(() => checkModelName('x'.repeat(257)), 'asking for it is no mistake')
  for (const name of ['x'.repeat(257), 'a\0']) assert.throws(() => checkNewModelName(name), { status: 400 })
  assert.throws(() => checkNewModelName('', 'new_name'), {
    message: "Missing value for required parameter 'new_name'.",
  })
})

test('an alias is letters, digits, underscores and dashes, and some are reserved for setting only', () => {
  for (const alias of ['champion', 'a-b_c', 'É1', 'v1a', 'version1', '1'])
    assert.doesNotThrow(() => checkNewAlias(alias), alias)
  for (const alias of ['', 'a b', 'a.b', 'a@b', 'a\n', 'a'.repeat(256)])
    assert.throws(() => checkAlias(alias), { status: 400 }, JSON.stringify(alias))
  for (const alias of ['latest', 'LATEST', 'v1', 'V07']) {
    assert.doesNotThrow(() => checkAlias(alias), alias)
    assert.throws(() => checkNewAlias(alias), { code: 'invalid-request', message: /is reserved\.$/ }, alias)
  }
  assert.deepEqual(['latest', 'Latest', 'latest1'].map(isLatest), [true, true, false])
})

test('a version is a whole number written out', () => {
  assert.deepEqual(['1', ' 12 ', '007', '+3', '-1'].map(parseVersion), [1, 12, 7, 3, -1])
  assert.equal(parseVersion('9'.repeat(19)), Number.MAX_SAFE_INTEGER)
  for (const text of ['', 'one', '1.0', '1e3', '0x1', '1 2', '9'.repeat(20), 'NaN', 'Infinity'])
    assert.throws(() => parseVersion(text), {
      code: 'invalid-request',
      message: `Parameter 'version' must be an integer, got '${text}'.`,
    })
})

test('a stage is one of four words in any case', () => {
  assert.deepEqual(['none', 'STAGING', 'Production', 'archived'].map(parseStage), [
    'None',
    'Staging',
    'Production',
    'Archived',
  ])
  for (const text of ['', 'Deleted_Internal', 'prod', ' Staging'])
    assert.throws(() => parseStage(text), {
      message: /^Invalid Model Version stage: .* Value must be one of None, Staging/,
    })
})

test('tags are checked one by one, and the first that cannot be stored is named', () => {
  assert.doesNotThrow(() => checkTags({}))
  assert.doesNotThrow(() => checkTags({ 'mlflow.prompt.text': '😀'.repeat(100_000), 'a/b': '' }))
  assert.throws(() => checkTags({ good: '1', 'bad|key': '2' }), { message: /"bad\|key"/ })
  assert.throws(() => checkTags({ k: 'a\0b' }), { status: 400, message: /U\+0000/ })
})
