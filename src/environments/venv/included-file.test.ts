import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { includedFile } from '../../assets/included-file.ts'
import { temporaryFolder } from './lab.test-support.ts'

const folder = temporaryFolder()
after(() => rm(folder, { recursive: true, force: true }))
const project = join(folder, 'project')
mkdirSync(join(project, 'more'), { recursive: true })
writeFileSync(join(folder, 'secret.txt'), 'secret')
writeFileSync(join(project, 'requirements.txt'), 'six')
writeFileSync(join(project, 'more', 'extra.txt'), 'iniconfig')
writeFileSync(join(project, 'large.txt'), 'x'.repeat(1_000_001))
symlinkSync(join(folder, 'secret.txt'), join(project, 'link.txt'))
const conda = join(project, 'conda.yml')

test('files beside and below the including file are read', () => {
  assert.equal(includedFile(conda, 'requirements.txt'), 'six')
  assert.equal(includedFile(conda, 'more/extra.txt'), 'iniconfig')
})

for (const path of ['../secret.txt', 'link.txt', 'missing.txt', 'large.txt', 'more', '.']) {
  test(`${path} is not read`, () => {
    assert.equal(includedFile(conda, path), undefined)
  })
}
