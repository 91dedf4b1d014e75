import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { folderFiles, textFile } from './package-file.ts'
import { tarSize, writeTar } from './write-tar.ts'

async function folderOf(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-packaging-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

test('the same files are the same bytes, whatever their order, times and modes of the disk', async (t) => {
  const one = await folderOf(t, { 'b/deep/file': 'content', a: '', 'b-other': 'x'.repeat(5000) })
  const other = await folderOf(t, { 'b-other': 'x'.repeat(5000), a: '', 'b/deep/file': 'content' })
  execFileSync('chmod', ['-R', 'g-rwx,o-rwx', other])
  execFileSync('touch', ['-d', '2001-01-01', join(other, 'a')])
  const archives = await Promise.all(
    [one, other].map(async (folder) => buffer(writeTar(await folderFiles(folder, { below: '' }), { root: 'top' }))),
  )
  assert.deepEqual(archives[0], archives[1])
  const listed = execFileSync('tar', ['-tf', '-'], { input: archives[0], encoding: 'utf8' })
  assert.deepEqual(listed.trim().split('\n'), [
    'top/',
    'top/a',
    'top/b/',
    'top/b-other',
    'top/b/deep/',
    'top/b/deep/file',
  ])
})

test('the size is known before anything is read', async (t) => {
  const folder = await folderOf(t, { [`${'long/'.repeat(40)}file`]: 'y'.repeat(513), empty: '' })
  const files = [...(await folderFiles(folder, { below: 'x/' })), textFile('run', '#!', { isExecutable: true })]
  assert.equal((await buffer(writeTar(files))).length, tarSize(files))
})

test('a symlink inside the folder is the file it leads to; one that leads out is refused', async (t) => {
  const folder = await folderOf(t, { 'data/file': 'content' })
  await symlink('data/file', join(folder, 'link'))
  await symlink('data', join(folder, 'folder'))
  const files = await folderFiles(folder, { below: '' })
  assert.deepEqual(
    files.map(({ path }) => path),
    ['data/file', 'folder/file', 'link'],
  )
  assert.equal(files[2]!.digest, files[0]!.digest)
  await symlink('/etc/passwd', join(folder, 'outside'))
  await assert.rejects(folderFiles(folder, { below: '' }), { code: 'invalid-path', message: /outside/ })
})

test('a file that changes while it is packaged is noticed', async (t) => {
  const folder = await folderOf(t, { file: 'content' })
  const files = await folderFiles(folder, { below: '' })
  await truncate(join(folder, 'file'), 3)
  await assert.rejects(buffer(writeTar(files)), { code: 'conflict', message: /file changed/ })
})
