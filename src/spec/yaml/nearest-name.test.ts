import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest-name.ts'

const keys = [
  'command',
  'component',
  'compute',
  'environment',
  'environment_variables',
  'inputs',
  'outputs',
  'id',
  'tags',
]

const slips: readonly (readonly [string, string | undefined])[] = [
  ['comand', 'command'],
  ['componnet', 'component'],
  ['Command', 'command'],
  ['environmentVariables', 'environment_variables'],
  ['environment-variables', 'environment_variables'],
  ['“inputs”', 'inputs'],
  ['input', 'inputs'],
  ['ouptuts', 'outputs'],
  ['tag', 'tags'],
  ['ID', 'id'],
  ['d', undefined],
  ['a', undefined],
  ['frobnicate', undefined],
  ['', undefined],
  ['x'.repeat(1000), undefined],
]

for (const [name, expected] of slips) {
  test(`${name.slice(0, 30)} most likely means ${expected}`, () => assert.equal(nearestName(name, keys), expected))
}

test('of two equally near names the first is taken', () => {
  assert.equal(nearestName('cat', ['car', 'bat', 'cut']), 'car')
})
