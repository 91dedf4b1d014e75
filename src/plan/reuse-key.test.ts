import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Digest } from '../base/ids.ts'
import { changeText, compareReuse, reuseKey, type ReuseFields } from './reuse-key.ts'

const sha256 = (text: string): Digest => createHash('sha256').update(text).digest('hex') as Digest
const digest = (seed: string): Digest => sha256(seed)

const base: ReuseFields = {
  formatVersion: 1,
  command: 'python train.py --alpha ${{inputs.alpha}}',
  literals: { alpha: '0.4', seed: '0' },
  data: { data: { type: 'uri_file', mode: 'ro_mount', digest: digest('rows'), baseName: 'diabetes.csv' } },
  code: digest('code'),
  environment: digest('lock'),
  environmentVariables: { LOG: 'info' },
  outputs: { model: { type: 'mlflow_model', mode: 'rw_mount' } },
  distribution: {},
  instanceCount: 1,
}
const data = base.data['data']!
const short = (seed: string): string => `${digest(seed).slice(0, 8)}..`

/** What changes, and the words for it: each row changes one field alone. */
const rows: readonly (readonly [Partial<ReuseFields>, string])[] = [
  [
    { command: 'python train.py -a ${{inputs.alpha}}' },
    `command: ${base.command} -> python train.py -a \${{inputs.alpha}}`,
  ],
  [{ literals: { ...base.literals, alpha: '0.5' } }, 'input alpha: 0.4 -> 0.5'],
  [{ literals: { ...base.literals, alpha: '' } }, 'input alpha: 0.4 -> ""'],
  [{ literals: { ...base.literals, beta: '1' } }, 'input beta: (none) -> 1'],
  [{ literals: { alpha: '0.4' } }, 'input seed: 0 -> (none)'],
  [
    { data: { data: { ...data, digest: digest('more rows') } } },
    `input data (content): ${short('rows')} -> ${short('more rows')}`,
  ],
  [{ data: { data: { ...data, baseName: 'd.parquet' } } }, 'input data (base name): diabetes.csv -> d.parquet'],
  [{ data: { data: { ...data, mode: 'download' } } }, 'input data (mode): ro_mount -> download'],
  [{ data: { data: { ...data, type: 'uri_folder' } } }, 'input data (type): uri_file -> uri_folder'],
  [{ data: {} }, `input data: uri_file "diabetes.csv" ${short('rows')} (ro_mount) -> (none)`],
  [
    { data: { ...base.data, more: { ...data, baseName: 'm.csv' } } },
    `input more: (none) -> uri_file "m.csv" ${short('rows')} (ro_mount)`,
  ],
  [{ code: digest('new code') }, `code: ${short('code')} -> ${short('new code')}`],
  [{ code: '' }, `code: ${short('code')} -> (none)`],
  [{ environment: digest('new lock') }, `environment: ${short('lock')} -> ${short('new lock')}`],
  [{ environmentVariables: { LOG: 'debug' } }, 'environment variable LOG: info -> debug'],
  [{ environmentVariables: { LOG: 'info', SEED: '1' } }, 'environment variable SEED: (none) -> 1'],
  [{ environmentVariables: {} }, 'environment variable LOG: info -> (none)'],
  [
    { outputs: { model: { type: 'custom_model', mode: 'rw_mount' } } },
    'output model type: mlflow_model -> custom_model',
  ],
  [{ outputs: { model: { type: 'mlflow_model', mode: 'upload' } } }, 'output model mode: rw_mount -> upload'],
  [{ outputs: {} }, 'output model: mlflow_model (rw_mount) -> (none)'],
  [
    { outputs: { ...base.outputs, report: { type: 'uri_file', mode: 'rw_mount' } } },
    'output report: (none) -> uri_file (rw_mount)',
  ],
  [{ distribution: { type: 'pytorch' } }, 'distribution: (none) -> {"type":"pytorch"}'],
  [{ instanceCount: 4 }, 'instance count: 1 -> 4'],
  [{ formatVersion: 2 as 1 }, 'reuse key format: 1 -> 2'],
]

for (const [change, words] of rows) {
  test(`changing one field alone says: ${words.slice(0, 60)}`, () => {
    const now = { ...base, ...change }
    assert.deepEqual(compareReuse(base, now).map(changeText), [words])
    assert.notEqual(reuseKey(now, sha256), reuseKey(base, sha256))
  })
}

test('every field of ReuseFields has a row', () => {
  assert.deepEqual(new Set(rows.flatMap(([change]) => Object.keys(change))), new Set(Object.keys(base)))
})

test('a literal that became data is one change, and so is the way back', () => {
  const asData = { ...base, literals: { seed: '0' }, data: { ...base.data, alpha: { ...data, baseName: 'alpha.txt' } } }
  const words = `uri_file "alpha.txt" ${short('rows')} (ro_mount)`
  assert.deepEqual(compareReuse(base, asData).map(changeText), [`input alpha: 0.4 -> ${words}`])
  assert.deepEqual(compareReuse(asData, base).map(changeText), [`input alpha: ${words} -> 0.4`])
})

test('a change keeps the whole old and new value; only its text is cut', () => {
  const [change] = compareReuse(base, { ...base, code: digest('new code') })
  assert.deepEqual(change, { field: 'code', old: digest('code'), now: digest('new code') })
})

test('digests with the same first digits are shown up to where they differ', () => {
  const [one, other] = [`${'a'.repeat(20)}${'b'.repeat(44)}`, `${'a'.repeat(20)}${'c'.repeat(44)}`]
  assert.equal(
    changeText({ field: 'code', old: one, now: other }),
    `code: ${one.slice(0, 21)}.. -> ${other.slice(0, 21)}..`,
  )
})

test('long texts are cut around their first difference, on one line', () => {
  const start = `python train.py \\\n${'--flag '.repeat(20)}`
  const [old, now] = [`${start}--alpha 0.4${' x'.repeat(60)}`, `${start}--alpha 0.5${' x'.repeat(60)}`]
  const words = changeText({ field: 'command', old, now })
  assert.match(words, /^command: \.\.\.[^\n]{24}4( x)+ ?\.\.\. -> \.\.\.[^\n]{24}5( x)+ ?\.\.\.$/)
  assert.equal(changeText({ field: 'input x', old: 'a\nb', now: 'a' }), 'input x: a\\nb -> a')
})

test('the key does not depend on the order in which fields are written', () => {
  const turned = Object.fromEntries(Object.entries(base).reverse()) as unknown as ReuseFields
  const reordered = { ...turned, literals: { seed: '0', alpha: '0.4' } }
  assert.equal(reuseKey(reordered, sha256), reuseKey(base, sha256))
  assert.deepEqual(compareReuse(base, reordered), [])
})

const name = fc.constantFrom('a', 'b', '__proto__', 'constructor')
const word = fc.constantFrom<string>('', 'x', 'y')
const mode = fc.constantFrom<string>('ro_mount', 'download')
const dictionary = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Record<string, Value>> =>
  fc.array(fc.tuple(name, value), { maxLength: 3 }).map((entries) => Object.fromEntries(entries))
const anyData: fc.Arbitrary<ReuseFields['data'][string]> = fc.record({
  type: word,
  mode,
  digest: fc.constantFrom<string>(digest('1'), digest('2')),
  baseName: word,
})
const anyFields: fc.Arbitrary<ReuseFields> = fc
  .record({
    formatVersion: fc.constant(1 as const),
    command: word,
    inputs: dictionary(fc.oneof(word, anyData)),
    code: word,
    environment: word,
    environmentVariables: dictionary(word),
    outputs: dictionary(fc.record({ type: word, mode })),
    distribution: dictionary(word),
    instanceCount: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ inputs, ...rest }) => {
    const entries = Object.entries(inputs)
    const literals = entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
    const sources = entries.flatMap(([name, value]) => (typeof value === 'string' ? [] : [[name, value] as const]))
    return { ...rest, literals: Object.fromEntries(literals), data: Object.fromEntries(sources) }
  })

test('property: keys are equal exactly if no field differs, and each difference is named once', () => {
  fc.assert(
    fc.property(anyFields, anyFields, (old, now) => {
      const changes = compareReuse(old, now)
      assert.equal(changes.length === 0, reuseKey(old, sha256) === reuseKey(now, sha256))
      assert.equal(new Set(changes.map(({ field }) => field)).size, changes.length)
      for (const change of changes) assert.notEqual(change.old, change.now)
      assert.deepEqual(compareReuse(old, old), [])
    }),
    { numRuns: 1000 },
  )
})
