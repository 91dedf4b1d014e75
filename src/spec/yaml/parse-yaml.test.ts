import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openYaml } from './yaml-document.ts'
import { maxFileBytes } from './parse-yaml.ts'

/** Every mistake as `line:column message | hint`. */
function mistakes(text: string): string[] {
  const found: string[] = []
  openYaml('/f.yml', text, (_, { at, message, hint }) => found.push(`${at?.line}:${at?.column} ${message} | ${hint}`))
  return found
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const broken: readonly (readonly [string, string, RegExp])[] = [
  ['a tab as indentation', 'a:\n\tb: 1', /^2:2 .*a tab is used as indentation \| Indent with spaces/],
  ['two keys on a line', 'a: b: c', /^1:4 .*a second "key:" on one line \| If this is text, put it in quotes/],
  ['a line indented below text', 'a: 1\n b: 2', /^1:4 .*the line below is indented as if it belonged/],
  ['a line without a key', 'a\nb: 1', /^1:1 .*a line without a key before a line with one/],
  ['a bracket left open before a key', 'a: [1, 2\nb: 3', /^2:1 .*a bracket is not closed/],
  ['a bracket left open at the end', 'a: {x: 1\n', /^1:8 .*a bracket is not closed/],
  ['a bracket left open at the root', '[1, 2', /^1:5 .*a bracket is not closed/],
  ['a list inside brackets', 'a: {\n- b\n}', /^2:1 .*a bracket is not closed/],
  ['an indentation that fits nowhere', 'a:\n  b: 1\n c: 2', /^3:2 .*the indentation fits no line above/],
  ['a quote left open', 'a: 1\nb: "x\nc: 2', /^2:4 .*the quote that opens here is never closed/],
  ['a line that is nothing', 'a: 1\nfoo\n', /^2:1 .*neither "key: value" nor "- item"/],
  ['a list beside its key', 'a: - b', /^1:4 .*a list item on the line of its key/],
  ['text after a quote', "a: 'it's'", /^1:8 .*more text where the value has ended/],
  ['a stray bracket', 'a: ]', /^1:4 .*a bracket or comma that belongs to nothing/],
  ['a stray comma', 'a: [,]', /^1:5 .*a bracket or comma that belongs to nothing/],
  ['an expression in brackets', 'a: {b: ${{x}}}', /^1:9 .*an expression inside brackets is not in quotes/],
  ['a reserved character', 'a: @x', /^1:4 .*text cannot start with this character \| Put the text in quotes/],
  ['an unknown escape', 'a: "\\q"', /^1:5 .*a backslash sequence that does not exist/],
  ['a placeholder before text', 'a: {{X}}.example.org', /^1:9 .*\{\{placeholder\}\} that was not filled in/],
  ['a directive', '%x\na: 1', /^1:1 .*unknown directive %x \| Correct the YAML here/],
  ['a NUL byte', 'a: \0', /^1:4 the file holds a NUL byte, so it is not UTF-8 text/],
  ['a second document', 'a: 1\n---\nb: 2', /^2:1 a file holds one document, and another one starts here/],
]

for (const [what, text, expected] of broken) {
  test(`${what} is one mistake, marked where a person would look`, () => {
    const found = mistakes(text)
    assert.equal(found.length, 1, found.join('\n'))
    assert.match(found[0]!, expected)
  })
}

test('every refused tag is reported, with its short name, also where only the library knows it', () => {
  assert.deepEqual(
    mistakes('a: !!js/function x\nb: !mine y').map((line) => line.split(' |')[0]),
    ['1:4 the tag "!!js/function" is not allowed', '2:4 the tag "!mine" is not allowed'],
  )
  assert.match(mistakes('a: !!binary aGk=').join(), /the tag "!!binary" is not allowed/)
  assert.match(mistakes('a: !!set {x, y}').join(), /the tag "!!set" is not allowed/)
  assert.deepEqual(mistakes('a: !!str 3\nb: !!map {c: 1}\nd: !!seq [1]'), [])
})

test('what YAML allows and people use is read without a word', () => {
  for (const text of ['\uFEFFa: 1', '---\na: 1\n...\n', '# only a comment', '', 'a: 1\r\nb: 2\r\n', '? a\n: b']) {
    assert.deepEqual(mistakes(text), [], JSON.stringify(text))
  }
})

test('a mistake without words of ours keeps the words of the library', () => {
  assert.match(mistakes('a: &x &y b').join(), /not valid YAML: a node can have at most one anchor \| Correct the YAML/)
})

test('bytes are counted as UTF-8, up to 1 MB', () => {
  const fits = `a: "${'é'.repeat((maxFileBytes - 5) / 2)}"`
  assert.deepEqual(mistakes(fits), [])
  assert.match(mistakes(`${fits} `).join() + mistakes(`${fits}é`).join(), /larger than 1 MB \| .*move data into files/)
  assert.match(mistakes('€'.repeat(333_334)).join(), /larger than 1 MB/)
  assert.match(mistakes('😀'.repeat(250_001)).join(), /larger than 1 MB/)
  assert.match(mistakes('a'.repeat(maxFileBytes + 1)).join(), /larger than 1 MB/)
})

test('a hundred levels are read, one more is refused where it begins', () => {
  assert.deepEqual(mistakes('['.repeat(100) + ']'.repeat(100)), [])
  assert.match(mistakes('['.repeat(101) + ']'.repeat(101)).join(), /^1:101 the file nests deeper than 100 levels/)
  const blocks = (depth: number): string => Array.from({ length: depth }, (_, n) => `${' '.repeat(n)}a:`).join('\n')
  assert.deepEqual(mistakes(`${blocks(100)} 1`), [])
  assert.match(mistakes(`${blocks(101)} 1`).join(), /^101:102 the file nests deeper/)
})

const hostile: Readonly<Record<string, string>> = {
  'open brackets': '['.repeat(1e6),
  'open braces with keys': '{a: '.repeat(250_000),
  'nested dashes': '- '.repeat(5e5),
  'closing brackets': ']'.repeat(1e6),
  commas: `{${','.repeat(3e5)}}`,
  quotes: '"'.repeat(3e5),
  anchors: '&a '.repeat(1e5),
  tags: '- !x a\n'.repeat(4e4),
  directives: '%a\n'.repeat(3e5),
  documents: '---\n'.repeat(2.5e5),
  'blank lines': `${'\n'.repeat(3e5)}a: 1`,
  'distinct keys': Array.from({ length: 4e4 }, (_, n) => `k${n}:`).join('\n'),
  'one key': 'a:\n'.repeat(4e4),
  'aliases of one value': `a: &x 1\nb: [${'*x,'.repeat(1e5)}]`,
  'aliases of aliases': Array.from({ length: 1e4 }, (_, n) => `k${n}: &a${n} [*a${n - 1}, *a${n - 1}]`).join('\n'),
  'merges of merges': Array.from({ length: 8000 }, (_, n) => `k${n}: &a${n} {<<: *a${n - 1}, x${n}: 1}`).join('\n'),
}

for (const [what, text] of Object.entries(hostile)) {
  test(`${Math.round(text.length / 1000)} kB of ${what} are answered in linear time`, () => {
    let count = 0
    const ms = cpuMs(() => (count = mistakes(text).length))
    // The slowest takes 0.7 s on the development machine; what grows with the square would take minutes.
    assert.ok(ms < 10_000, `${ms} ms for ${count} mistakes`)
  })
}
