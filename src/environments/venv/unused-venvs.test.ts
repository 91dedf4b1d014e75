import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { test } from 'node:test'
import { temporaryFolder } from '../../artifacts/content-lab.test-support.ts'
import { countVenvs } from './count-venvs.ts'
import { noteUse, removeUnused } from './unused-venvs.ts'

const day = 24 * 3_600_000

function environment(root: string, name: string): string {
  const folder = join(root, name)
  mkdirSync(join(folder, '1/bin'), { recursive: true })
  writeFileSync(join(folder, '1/bin/python'), 'x'.repeat(1000))
  writeFileSync(join(folder, 'complete.json'), '{"format":1,"folder":"1"}')
  const old = (Date.now() - 10 * day) / 1000
  utimesSync(join(folder, 'complete.json'), old, old)
  return folder
}

test(
  'environments that nobody asked for and no process uses go, the others stay',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const root = temporaryFolder(t)
    const [old, asked, used] = ['old', 'asked', 'used'].map((name) => environment(root, name)) as [
      string,
      string,
      string,
    ]
    await noteUse(asked)
    const child = spawn('sleep', ['60'], { env: { VIRTUAL_ENV: join(used, '1') }, stdio: 'ignore' })
    t.after(() => child.kill('SIGKILL'))
    await once(child, 'spawn')
    const beforeMs = Date.now() - day
    const dry = await removeUnused(root, { beforeMs, isDryRun: true })
    assert.deepEqual(dry, { count: 1, sizeBytes: 1025 })
    assert.ok(existsSync(join(old, '1/bin/python')))
    assert.deepEqual(await removeUnused(root, { beforeMs, isDryRun: false }), dry)
    assert.deepEqual(
      [old, asked, used].map((folder) => existsSync(join(folder, '1/bin/python'))),
      [false, true, true],
    )
    assert.deepEqual(await removeUnused(root, { beforeMs, isDryRun: false }), { count: 0, sizeBytes: 0 })
  },
)

test('environments are counted: those that are ready, and those whose Python is gone', async (t) => {
  const root = temporaryFolder(t)
  const [, gone] = ['ready', 'gone'].map((name) => environment(root, name))
  rmSync(join(gone!, '1/bin/python'))
  mkdirSync(join(root, 'half-built'))
  assert.deepEqual(await countVenvs(root), { ready: 1, broken: 1 })
  assert.deepEqual(await countVenvs(join(root, 'none')), { ready: 0, broken: 0 })
})

test('an environment that is just being built is left alone', { skip: process.platform !== 'linux' }, async (t) => {
  const root = temporaryFolder(t)
  const folder = environment(root, 'claimed')
  const { claim, release } = await import('./claim.ts')
  await claim(join(folder, 'claim'))
  assert.deepEqual(await removeUnused(root, { beforeMs: Date.now(), isDryRun: false }), { count: 0, sizeBytes: 0 })
  await release(join(folder, 'claim'))
  assert.equal((await removeUnused(root, { beforeMs: Date.now(), isDryRun: false })).count, 1)
  assert.deepEqual(await removeUnused(join(root, 'nowhere'), { beforeMs: 0, isDryRun: true }), {
    count: 0,
    sizeBytes: 0,
  })
})
