import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readDocumentText } from './document-text.ts'

test('a document is a file of a bearable size; pipes and devices are refused at once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-text-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const at = (name: string): string => join(folder, name)
  await writeFile(at('a.yml'), 'type: pipeline\n')
  assert.equal(await readDocumentText(at('a.yml')), 'type: pipeline\n')
  execFileSync('mkfifo', [at('pipe.yml')])
  await assert.rejects(readDocumentText(at('pipe.yml')), { code: 'invalid-path', message: /pipe.yml is a pipe/ })
  await assert.rejects(readDocumentText('/dev/zero'), { code: 'invalid-path' })
  await writeFile(at('huge.yml'), '')
  await truncate(at('huge.yml'), 100_000_000)
  await assert.rejects(readDocumentText(at('huge.yml')), { code: 'invalid-path', message: /100000000 bytes/ })
  await assert.rejects(readDocumentText(at('none.yml')), { code: 'ENOENT' })
  await assert.rejects(readDocumentText(folder), { code: 'EISDIR' })
})
