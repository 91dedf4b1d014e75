import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attributeKeys, type FilterGrammar } from './grammar.ts'
import { parseOrderBy } from './parse-order.ts'

const grammar: FilterGrammar<'metric' | 'attribute'> = {
  bare: 'attribute',
  entities: {
    metric: { words: ['metric', 'metrics'], keys: { type: 'number', operators: [] } },
    attribute: {
      words: ['attribute', 'attributes'],
      keys: attributeKeys({ text: ['run_name'], numbers: ['start_time'] }),
      aliases: new Map([['Run name', 'run_name']]),
    },
  },
}

test('fields are read with their direction, ascending where it is not said', () => {
  assert.deepEqual(parseOrderBy(['metrics.`val loss` DESC', 'start_time', '`Run name` asc '], grammar), [
    { entity: 'metric', key: 'val loss', type: 'number', ascending: false },
    { entity: 'attribute', key: 'start_time', type: 'number', ascending: true },
    { entity: 'attribute', key: 'run_name', type: 'text', ascending: true },
  ])
  assert.deepEqual(parseOrderBy([], grammar), [])
})

test('a field that cannot be read, or comes twice, is refused', () => {
  const table: [string[], RegExp][] = [
    [['metrics.a != 1'], /Invalid order_by clause 'metrics.a != 1'\. Could not be parsed\./],
    [[''], /Invalid order_by clause ''\. Could not be parsed\./],
    [['metrics.a DESC NULLS'], /Could not be parsed/],
    [['metrics.a upwards'], /Invalid ordering key in order_by clause/],
    [['m.a'], /Invalid entity type 'm'/],
    [['acc'], /Invalid attribute key 'acc'/],
    [['metrics.a', 'metric.a DESC'], /duplicate fields: \['metrics.a', 'metric.a DESC'\]/],
    [Array.from({ length: 21 }, (_, i) => `metrics.m${i}`), /has 21 fields/],
  ]
  for (const [texts, message] of table) assert.throws(() => parseOrderBy(texts, grammar), { message })
})
