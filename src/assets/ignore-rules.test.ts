import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { leastProcessorTime } from '../../test/processor-time.ts'
import { parseIgnoreRules, verdictOf } from './ignore-rules.ts'

/** Rules (joined by newlines), then paths with the expected verdict; a path ending in / is a folder. */
const table: readonly (readonly [string, Readonly<Record<string, 'ignored' | 'kept' | undefined>>])[] = [
  ['*.log', { 'a.log': 'ignored', 'deep/a.log': 'ignored', 'a.logs': undefined, 'b.log/': 'ignored' }],
  ['data/', { 'data/': 'ignored', data: undefined, 'deep/data/': 'ignored' }],
  ['/data', { data: 'ignored', 'data/': 'ignored', 'deep/data': undefined }],
  ['data/raw', { 'data/raw': 'ignored', 'deep/data/raw': undefined }],
  ['*.csv\n!keep.csv', { 'a.csv': 'ignored', 'keep.csv': 'kept', 'deep/keep.csv': 'kept' }],
  ['!keep.csv\n*.csv', { 'keep.csv': 'ignored' }],
  ['**/cache', { cache: 'ignored', 'a/cache': 'ignored', 'a/b/cache': 'ignored' }],
  ['logs/**', { 'logs/': undefined, 'logs/a': 'ignored', 'logs/a/b': 'ignored' }],
  ['a/**/b', { 'a/b': 'ignored', 'a/x/b': 'ignored', 'a/x/y/b': 'ignored', 'x/a/b': undefined }],
  ['a/**/b/**/c', { 'a/b/c': 'ignored', 'a/b/b/x/c': 'ignored', 'a/c': undefined }],
  ['a**b', { ab: 'ignored', axxb: 'ignored', 'a/b': undefined }],
  ['foo*/bar', { 'foo/bar': 'ignored', 'foox/bar': 'ignored', 'foo/x/bar': undefined }],
  ['?.txt', { 'a.txt': 'ignored', 'é.txt': 'ignored', '.txt': undefined, 'ab.txt': undefined }],
  ['[a-c]x', { ax: 'ignored', dx: undefined }],
  ['[!a-c]x', { ax: undefined, dx: 'ignored' }],
  ['[^a]', { a: undefined, b: 'ignored' }],
  ['[]a]', { ']': 'ignored', a: 'ignored', b: undefined }],
  ['[a\\-c]', { '-': 'ignored', b: undefined }],
  ['[[:digit:]][[:upper:]]', { '1A': 'ignored', '1a': undefined }],
  ['[[:nothing:]]', { n: undefined }],
  ['[ab', { '[ab': undefined, a: undefined }],
  ['# comment\n\\#file', { '# comment': undefined, '#file': 'ignored' }],
  ['\\!file', { '!file': 'ignored' }],
  ['a\\*b', { 'a*b': 'ignored', axb: undefined }],
  ['end\\', { end: undefined, 'end\\': undefined }],
  ['spaced  \nkept\\ ', { spaced: 'ignored', 'kept ': 'ignored', kept: undefined }],
  ['\ufeffbom\r\ncrlf\r\n', { bom: 'ignored', crlf: 'ignored' }],
  ['\n/\n!\n', { a: undefined }],
  ['*\n!*/\n!*.py', { 'a.txt': 'ignored', 'src/': 'kept', 'src/a.py': 'kept' }],
  ['Case', { Case: 'ignored', case: undefined }],
]

for (const [rules, expected] of table) {
  test(`ignore rules ${JSON.stringify(rules)}`, () => {
    const parsed = parseIgnoreRules(rules)
    for (const [path, verdict] of Object.entries(expected)) {
      const isFolder = path.endsWith('/')
      assert.equal(verdictOf(parsed, isFolder ? path.slice(0, -1) : path, isFolder), verdict, path)
    }
  })
}

test('a pattern made to be slow is not', async () => {
  const rules = parseIgnoreRules(`${'a*'.repeat(60)}b\n${'**/a*/'.repeat(60)}b`)
  const { leastMs } = await leastProcessorTime(() => {
    assert.equal(verdictOf(rules, 'a'.repeat(255), false), undefined)
    assert.equal(verdictOf(rules, Array.from({ length: 200 }, () => 'aa').join('/'), false), undefined)
  }, 1000)
  assert.ok(leastMs <= 1000, `took ${leastMs} ms`)
})

test('git itself gives the same verdicts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  const git = (args: readonly string[], input = ''): string => {
    const environment = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' }
    const done = spawnSync('git', args, { cwd: folder, input, encoding: 'utf8', env: environment })
    assert.equal(done.error, undefined)
    return done.stdout
  }
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), minLength: 1, maxLength: 3 })
  const piece = fc.oneof(
    { weight: 5, arbitrary: name },
    fc.constantFrom('*', '**', '?', 'a*', '*b', '[a-b]', '[!a]', '**a', '\\a', '[[:alpha:]]'),
  )
  const rule = fc
    .tuple(
      fc.constantFrom('', '', '!'),
      fc.constantFrom('', '', '/', '**/'),
      fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('/')),
      fc.constantFrom('', '', '/', '/**'),
    )
    .map((parts) => parts.join(''))
  const isName = (text: string): boolean => text !== '.' && text !== '..'
  const path = fc.array(name.filter(isName), { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))
  try {
    git(['init', '-q'])
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(path, { minLength: 20 }),
        (rules, paths) => {
          writeFileSync(join(folder, '.gitignore'), rules.join('\n'))
          // check-ignore looks at folders above too, as we do here from the top down.
          const ours = paths.map((each) => {
            const names = each.split('/')
            return names.some((_, depth) => {
              const isFolder = depth < names.length - 1
              return (
                verdictOf(parseIgnoreRules(rules.join('\n')), names.slice(0, depth + 1).join('/'), isFolder) ===
                'ignored'
              )
            })
          })
          const ignored = new Set(git(['check-ignore', '--no-index', '--stdin'], paths.join('\n')).split('\n'))
          assert.deepEqual(
            paths.map((each, index) => [each, ours[index]]),
            paths.map((each) => [each, ignored.has(each)]),
            JSON.stringify(rules),
          )
        },
      ),
      { numRuns: 60 },
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
