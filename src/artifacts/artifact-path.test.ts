import assert from 'node:assert/strict'
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseArtifactPath, resolveUnder } from './artifact-path.ts'
import { folderWith, refusal } from './content-lab.test-support.ts'

/** What must never get in (hardening 1-3), with a word of the reason that must be given. */
const attacks: readonly (readonly [string, RegExp])[] = [
  ['', /empty/],
  ['..', /part "\.\."/],
  ['../run10/x', /part "\.\."/],
  ['a/../../etc/passwd', /part "\.\."/],
  ['a/..', /part "\.\."/],
  ['.', /part "\."/],
  ['./a', /part "\."/],
  ['a/./b', /part "\."/],
  ['/', /absolute/],
  ['/etc/passwd', /absolute/],
  ['//host/share', /absolute/],
  ['a//b', /empty part/],
  ['a/', /empty part/],
  ['\\etc\\passwd', /backslash/],
  ['\\..\\..\\x', /backslash/],
  ['..\\x', /backslash/],
  ['a\\..\\b', /backslash/],
  ['%2e%2e/x', /percent-encoded/],
  ['%2E%2E%2Fx', /percent-encoded/],
  ['a%2fb', /percent-encoded/],
  ['a%5c..%5cb', /percent-encoded/],
  ['%252e%252e/x', /percent-encoded/],
  ['%25252e', /percent-encoded/],
  ['a%00b', /percent-encoded/],
  ['a\0b', /control/],
  ['a\nb', /control/],
  ['a\rb', /control/],
  ['\u001b[31m', /control/],
  ['a\u007fb', /control/],
  ['a\u0085b', /control/],
  ['file:///etc/passwd', /scheme/],
  ['file:x', /scheme/],
  ['FILE:x', /scheme/],
  ['C:/Windows', /drive/],
  ['c:x', /drive/],
  ['http://169.254.169.254/x', /empty part/],
  ['a./b', /ends in a dot or a space/],
  ['a.', /ends in a dot or a space/],
  ['...', /ends in a dot or a space/],
  ['.. /x', /ends in a dot or a space/],
  ['a ', /ends in a dot or a space/],
  ['x'.repeat(256), /255 bytes/],
  ['é'.repeat(128), /255 bytes/],
  ['ab/'.repeat(1400) + 'c', /4096 bytes/],
  ['\uff0e\uff0e/x', /look-alikes/],
  ['\u2024\u2024/x', /look-alikes/],
  ['a\uff0f..\uff0fb', /look-alikes/],
  ['a\uff3cb', /look-alikes/],
  ['\ud800', /well-formed/],
]

for (const [path, reason] of attacks) {
  test(`refused as a path: ${JSON.stringify(path.slice(0, 40))}`, () => {
    assert.throws(() => parseArtifactPath(path), refusal('invalid-path', reason))
  })
}

test('honest paths pass unchanged', () => {
  const honest = [
    'model/MLmodel',
    'a',
    '.hidden/..b/c..d',
    'with space/naïve — 表 🎉.txt',
    '100%.txt',
    '50% off/100%zz',
    '2024-01-01T10:20:30.json',
    'ab:c',
    '-rf',
    '~/x',
    '$(touch pwned)',
    "it's; drop table artifact --",
    'x'.repeat(255),
    // The same letter in two spellings: two names, as on the file systems of Linux.
    'caf\u00e9',
    'cafe\u0301',
  ]
  for (const path of honest) assert.equal(parseArtifactPath(path), path)
})

test('whatever passes stays inside, also if somebody decodes or normalises it once more', () => {
  const piece = fc.constantFrom('..', '.', '/', '\\', '%2e', '%2f', '%25', 'a', '.', '\0', ':', ' ', '\uff0e', '\uff0f')
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      (raw) => {
        let path: string
        try {
          path = parseArtifactPath(raw)
        } catch {
          return
        }
        const again = /%(?![0-9a-f]{2})/i.test(path) ? path : decodeURIComponent(path)
        for (const seen of [path, again, path.normalize('NFKC'), again.replaceAll('\\', '/')]) {
          const resolved = new URL(`file:///store/run1/`).pathname + seen
          assert.ok(join(resolved).startsWith('/store/run1/'), JSON.stringify([raw, seen]))
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test('a long path is shown cut', () => {
  assert.throws(
    () => parseArtifactPath('x/'.repeat(5000)),
    (error: Error) => error.message.length < 400,
  )
})

test('a path is resolved below its root, existing or not', async (t) => {
  const root = folderWith(t, { 'run1/a/b.txt': 'b', 'run10/secret': 's' })
  const run = join(root, 'run1')
  assert.equal(await resolveUnder(run, 'a/b.txt'), join(realpathSync(run), 'a/b.txt'))
  assert.equal(await resolveUnder(run, 'new/folder/x'), join(realpathSync(run), 'new/folder/x'))
  assert.equal(await resolveUnder(run, 'a/b.txt/below-a-file'), join(realpathSync(run), 'a/b.txt/below-a-file'))
  assert.equal(await resolveUnder('/', 'usr'), '/usr')
})

test('no path leads out of its root: dots, neighbours with the same beginning, symlinks', async (t) => {
  const root = folderWith(t, { 'run1/a.txt': 'a', 'run10/secret': 's' })
  const run = join(root, 'run1')
  symlinkSync('../run10', join(run, 'link'))
  symlinkSync('../run10/secret', join(run, 'file-link'))
  symlinkSync('nowhere', join(run, 'dangling'))
  mkdirSync(join(run, 'sub'))
  symlinkSync('..', join(run, 'sub/up'))
  for (const path of ['../run10/secret', '..', '/etc/passwd', 'a/../../run10/secret', '..\\run10']) {
    await assert.rejects(resolveUnder(run, path), refusal('invalid-path'), path)
  }
  for (const path of ['link/secret', 'link', 'file-link', 'dangling', 'sub/up/a.txt', 'link/new']) {
    await assert.rejects(resolveUnder(run, path), refusal('invalid-path', /symbolic link/), path)
  }
})

test('a root that is itself a symlink is fine', async (t) => {
  const root = folderWith(t, { 'run1/a.txt': 'a' })
  symlinkSync(join(root, 'run1'), join(root, 'current'))
  assert.equal(await resolveUnder(join(root, 'current'), 'a.txt'), join(realpathSync(root), 'run1/a.txt'))
})
