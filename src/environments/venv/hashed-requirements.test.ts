import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { choosePython } from './choose-python.ts'
import { hashedRequirements } from './hashed-requirements.ts'
import { Interpreters } from './interpreters.ts'
import { sharedUv, temporaryFolder, workshopIn } from './lab.test-support.ts'
import { pkg, writeIndex } from './uv/package-index.test-support.ts'
import type { EnvironmentLock } from '../environment-builder.ts'

/** As PyPI has them: `file.whl#sha256=...` (PEP 503). */
function addHashes(index: string): void {
  for (const name of readdirSync(index)) {
    const page = join(index, name, 'index.html')
    const linked = readFileSync(page, 'utf8').replace(/href="([^"]+)"/g, (_, file: string) => {
      const digest = createHash('sha256')
        .update(readFileSync(join(index, name, file)))
        .digest('hex')
      return `href="${file}#sha256=${digest}"`
    })
    writeFileSync(page, linked)
  }
}

test('requirements get the hashes of the index once, and keep them when it is gone', async (t) => {
  const folder = temporaryFolder()
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'locks'))
  const index = writeIndex(folder, [...pkg('b', '1'), ...pkg('a', '1', '2')])
  addHashes(join(folder, 'simple'))
  const workshop = workshopIn(folder, { ...process.env, UV_DEFAULT_INDEX: index, UV_HTTP_RETRIES: '0' })
  const { interpreter } = await choosePython(new Interpreters(workshop))
  const uv = { path: await sharedUv(), environment: { ...workshop.environment, UV_CACHE_DIR: join(folder, 'cache') } }
  const place = {
    folder: join(folder, 'locks'),
    workshop,
    uv: () => Promise.resolve(uv),
    interpreter: () => Promise.resolve(interpreter),
  }
  const lockOf = (digest: string, requirements: string) =>
    ({ digest, python: '3', platform: 'any', requirements, notes: [] }) as unknown as EnvironmentLock
  const both = lockOf('both', 'a==1\nb==1\n')
  const text = await hashedRequirements(both, place)
  assert.match(text!, /^a==1 \\\n {4}--hash=sha256:[0-9a-f]{64}\nb==1 \\\n {4}--hash=sha256:[0-9a-f]{64}\n$/)
  assert.equal(await readFile(join(folder, 'locks/both.hashed.txt'), 'utf8'), text)
  rmSync(join(folder, 'simple'), { recursive: true })
  assert.equal(await hashedRequirements(both, place), text)
  assert.equal(await hashedRequirements(lockOf('none', ''), place), '')
  assert.equal(await hashedRequirements(lockOf('other', 'c==1\n'), place), undefined)
})
