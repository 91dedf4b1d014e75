import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { leastProcessorTime } from '../../../test/processor-time.ts'
import { SluiceError } from '../../base/errors.ts'
import { attributeKeys, numberOperators, textOperators, type FilterGrammar } from './grammar.ts'
import { parseFilter } from './parse-filter.ts'

const grammar: FilterGrammar<'metric' | 'parameter' | 'tag' | 'attribute' | 'dataset'> = {
  bare: 'attribute',
  entities: {
    metric: { words: ['metric', 'metrics'], keys: { type: 'number', operators: numberOperators } },
    parameter: {
      words: ['parameter', 'param', 'params'],
      keys: { type: 'text', operators: [...textOperators, 'IS NULL', 'IS NOT NULL'] },
    },
    tag: { words: ['tag', 'tags'], keys: { type: 'text', operators: [...textOperators, 'IS NULL', 'IS NOT NULL'] } },
    attribute: {
      words: ['attribute', 'attributes', 'run'],
      keys: attributeKeys({ text: ['status'], listed: ['run_id'], numbers: ['start_time'] }),
      aliases: new Map([['created', 'start_time']]),
    },
    dataset: { words: ['dataset'], keys: attributeKeys({ listed: ['name'] }) },
  },
}

function one(text: string) {
  const [clause, ...rest] = parseFilter(text, grammar)
  assert.deepEqual(rest, [])
  return [clause!.entity, clause!.key, clause!.comparison.operator, value(clause!.comparison)]
}

function value(comparison: ReturnType<typeof parseFilter>[number]['comparison']) {
  return comparison.kind === 'presence' ? undefined : comparison.kind === 'list' ? comparison.values : comparison.value
}

function refusal(text: string): string {
  try {
    parseFilter(text, grammar)
  } catch (error) {
    assert.ok(error instanceof SluiceError && error.status === 400, String(error))
    return error.message
  }
  return assert.fail(`accepted: ${text}`)
}

test('every form of name, operator and value is read', () => {
  const table: [string, unknown[]][] = [
    ['metrics.acc > 0.9', ['metric', 'acc', '>', 0.9]],
    ['metric.acc>=-1e-3', ['metric', 'acc', '>=', -0.001]],
    ['metrics.`val loss/x` != .5', ['metric', 'val loss/x', '!=', 0.5]],
    ['metrics."val loss" <= 5.', ['metric', 'val loss', '<=', 5]],
    ['metrics.m.n.2 < 7', ['metric', 'm.n.2', '<', 7]],
    ["params.lr = '0.01'", ['parameter', 'lr', '=', '0.01']],
    ['param.lr!="a\'b"', ['parameter', 'lr', '!=', "a'b"]],
    ["parameter.lr = 'it''s'", ['parameter', 'lr', '=', "it's"]],
    ["tags.mlflow.source.name like '%train_'", ['tag', 'mlflow.source.name', 'LIKE', '%train_']],
    ["tag.`a``b` ILIKE ''", ['tag', 'a`b', 'ILIKE', '']],
    ["`tags`.größe = 'ä'", ['tag', 'größe', '=', 'ä']],
    ['tags.x IS NULL', ['tag', 'x', 'IS NULL', undefined]],
    ['params.x is  not\n null', ['parameter', 'x', 'IS NOT NULL', undefined]],
    ["status = 'FINISHED'", ['attribute', 'status', '=', 'FINISHED']],
    ['attributes.start_time > 1700000000000', ['attribute', 'start_time', '>', 1_700_000_000_000]],
    ['created = -3', ['attribute', 'start_time', '=', -3]],
    ['run.run_id IN (\'a\', "b" ,)', ['attribute', 'run_id', 'IN', ['a', 'b']]],
    ["run_id not in ('a')", ['attribute', 'run_id', 'NOT IN', ['a']]],
    ["dataset.name in ('a')", ['dataset', 'name', 'IN', ['a']]],
  ]
  for (const [text, expected] of table) assert.deepEqual(one(text), expected, text)
})

test('clauses are joined by AND in any case, and an empty filter has none', () => {
  const keys = parseFilter("  metrics.a > 1 and params.b = 'x' AND\ttags.c LIKE ' AND '  ", grammar).map(
    ({ key }) => key,
  )
  assert.deepEqual(keys, ['a', 'b', 'c'])
  assert.deepEqual(parseFilter(undefined, grammar), [])
  assert.deepEqual(parseFilter(' ', grammar), [])
})

test('a mistake is named in the words of MLflow', () => {
  const table: [string, string][] = [
    ["metric.a = 'LR'", "Expected numeric value type for metric. Found 'LR'"],
    ['metric.a = LR', 'Expected numeric value type for metric. Found LR'],
    ['metrics.a > inf', 'Expected numeric value type for metric. Found inf'],
    ["start_time > 'x'", "Expected numeric value type for numeric attribute: start_time. Found 'x'"],
    ['params.a = 5', "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 5"],
    ['status = 5', 'Expected a quoted string value for attributes. Got value 5'],
    ['dataset.name = 5', 'Expected a quoted string value for dataset attributes. Got value 5'],
    ['params.a = LR', 'Parameter value is either not quoted or unidentified quote types used for string value LR'],
    ['tags.a = `LR`', 'unidentified quote types used for string value `LR`'],
    [
      'dummy.a > 1',
      "Invalid entity type 'dummy'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']",
    ],
    ['acc > 1', "Invalid attribute key 'acc' specified. Valid keys are ['status', 'run_id', 'start_time']"],
    ["dataset.x = '1'", "Invalid dataset key 'x' specified"],
    ["params.a > 'x'", "Invalid comparator '>' not one of ['!=', '=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL']"],
    ["metrics.a LIKE 'x'", "Invalid comparator 'LIKE'"],
    ["params.a NOT LIKE 'x'", "Invalid comparator 'NOT LIKE'"],
    ['metrics.a == 1', "Invalid comparator '=='"],
    ["status IN ('a')", "'status' does not support comparison with a list of quoted string values"],
    ['run_id IN ()', 'expected a non-empty list of string values'],
    ["run_id IN ('a', 5)", 'expected a non-empty list of string values'],
    ["run_id IN ('a' 'b')", 'expected a non-empty list of string values'],
    ["run_id IN 'a'", 'expected a non-empty list of string values'],
    ['metrics.a > 1 OR metrics.b > 1', "Invalid clause(s) in filter string: 'OR metrics.b > 1'"],
    ['(metrics.a > 1)', "Invalid clause(s) in filter string: '(metrics.a > 1)'"],
    ['metrics.a > 1 AND', "Invalid clause(s) in filter string: ''"],
    ['metrics.a', "Invalid clause(s) in filter string: 'metrics.a'"],
    ['metrics.', "Invalid clause(s) in filter string: 'metrics.'"],
    ['metrics.a >', "Invalid clause(s) in filter string: 'metrics.a >'"],
    ["params.a = 'LR", 'The quote that opens here is not closed'],
    ["params.'a = LR", 'Invalid clause(s) in filter string'],
    ['metrics.val-loss > 1', 'A name with other characters goes in backticks'],
    ["status = 'a'; drop table run", 'Search filter contained multiple expressions'],
    ["params.a = '\0'", 'cannot hold the character U+0000'],
    [`params.a LIKE '${'%'.repeat(5000)}'`, 'The pattern is 5000 characters long'],
    [Array.from({ length: 101 }, () => 'metrics.a > 1').join(' AND '), 'more than 100 clauses'],
    [`run_id IN (${"'a',".repeat(10_001)})`, 'more than 10000 values'],
  ]
  for (const [text, phrase] of table) {
    const message = refusal(text)
    assert.ok(message.includes(phrase), `${text.slice(0, 80)}\ngave: ${message}\nexpected: ${phrase}`)
  }
})

test('the caret stands under the place of the mistake, also in a long filter', () => {
  const marked = (text: string) => {
    const [, line, caret] = refusal(text).split('\n')
    return line!.slice(caret!.indexOf('^'))
  }
  assert.equal(marked('metrics.a > 1 AND metrics.b > high'), 'high')
  assert.equal(marked("metrics.a > 1 AND bad.b = 'x'"), "bad.b = 'x'")
  assert.equal(marked("metrics.a > 1\nAND\tstatus >> 'x'"), ">> 'x'")
  const long = `${'metrics.accuracy > 0.5 AND '.repeat(20)}tags.a = 5${' AND metrics.b > 1'.repeat(20)}`
  assert.ok(marked(long).startsWith('5 AND metrics.b'))
  assert.ok(refusal(long).length < 300)
})

test('any key and value that is quoted comes back as it was', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((s) => !s.includes('\0'))
  fc.assert(
    fc.property(text, text, fc.constantFrom("`'", '`"', '""'), (key, content, [q, v]) => {
      const quoted = (s: string, quote: string) => quote + s.replaceAll(quote, quote + quote) + quote
      const [clause] = parseFilter(`tags.${quoted(key, q!)}=${quoted(content, v!)}`, grammar)
      assert.deepEqual([clause!.key, value(clause!.comparison)], [key, content])
    }),
  )
})

test('any text is read or refused in time linear in its length', async () => {
  const piece = fc.constantFrom(
    'metrics.a',
    ' > ',
    '1',
    ' AND ',
    "'",
    '"',
    '`',
    '(',
    '.',
    'IS NOT NULL',
    'é',
    '\\',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        parseFilter(pieces.join(''), grammar)
      } catch (error) {
        assert.ok(error instanceof SluiceError, String(error))
      }
    }),
  )
  for (const hard of [
    "'".repeat(200_001),
    '('.repeat(200_000),
    'a.'.repeat(100_000),
    'IS '.repeat(70_000),
    ' '.repeat(200_000) + 'x',
  ]) {
    const { leastMs } = await leastProcessorTime(() => {
      refusal(`params.a = ${hard}`)
      refusal(hard)
    }, 1000)
    assert.ok(leastMs <= 1000, `took ${leastMs} ms`)
  }
})

test('a whole number is one without a fraction, as MLflow reads times of experiments', () => {
  const grammar: FilterGrammar<'attribute'> = {
    bare: 'attribute',
    entities: {
      attribute: {
        words: ['attribute'],
        keys: new Map([['created', { type: 'number', operators: ['='], isWhole: true }]]),
      },
    },
  }
  assert.equal(parseFilter('created = -17', grammar).length, 1)
  for (const value of ['1.0', '1e3', '.5']) {
    assert.throws(() => parseFilter(`created = ${value}`, grammar), { message: /Invalid value for numeric attribute/ })
  }
})
