import assert from 'node:assert/strict'
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { JobName } from '../base/ids.ts'
import { AttemptFiles } from './attempt-files.ts'

const job = 'red_sluice' as JobName
const plain = { hasCode: false }

function openFiles(t: TestContext): AttemptFiles {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-attempts-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return new AttemptFiles(folder)
}

/** As a step leaves it: two inputs of one name. */
function runOnce(files: AttemptFiles, attempt: number): readonly string[] {
  files.make(job, attempt, plain)
  const paths = [0, 1].map((namesakes) => {
    const { path } = files.inputPlace(job, attempt, { baseName: 'data.csv', namesakes, mayBeOld: true })
    writeFileSync(path, `input ${namesakes}`)
    return path
  })
  files.dropOld(job, attempt)
  return paths
}

test('small inputs stay in an emptied folder, and inputs of their names take their places', (t) => {
  const files = openFiles(t)
  runOnce(files, 1)
  assert.equal(files.recycle(job, 1), true)
  files.make(job, 2, plain)
  const place = (baseName: string, mayBeOld = true) => files.inputPlace(job, 2, { baseName, namesakes: 0, mayBeOld })
  const first = place('data.csv')
  assert.equal(first.isOld, true)
  assert.equal(readFileSync(first.path, 'utf8'), 'input 0')
  assert.equal(place('other.csv').isOld, false)
  files.dropOld(job, 2)
  assert.deepEqual(readdirSync(join(files.folder(job, 2), 'in')).sort(), ['2', 'data.csv'])
  assert.deepEqual(readdirSync(join(files.folder(job, 2), 'in', '2')), [])
})

test('what is no small file takes the place of an old one only once that is gone', (t) => {
  const files = openFiles(t)
  runOnce(files, 1)
  assert.equal(files.recycle(job, 1), true)
  files.make(job, 2, plain)
  const { path, isOld } = files.inputPlace(job, 2, { baseName: 'data.csv', namesakes: 0, mayBeOld: false })
  assert.deepEqual([isOld, existsSync(path)], [false, false])
})

test('an input that the step gave a second name is not kept, one that is no small file keeps the whole folder back', (t) => {
  const files = openFiles(t)
  const [input] = runOnce(files, 1)
  const second = join(files.folder(job, 1), '..', 'kept.csv')
  linkSync(input!, second)
  assert.equal(files.recycle(job, 1), true)
  files.make(job, 2, plain)
  assert.equal(files.inputPlace(job, 2, { baseName: 'data.csv', namesakes: 0, mayBeOld: true }).isOld, false)
  assert.equal(files.inputPlace(job, 2, { baseName: 'data.csv', namesakes: 1, mayBeOld: true }).isOld, true)
  assert.equal(readFileSync(second, 'utf8'), 'input 0')
  mkdirSync(join(files.folder(job, 2), 'in', 'folder'))
  assert.equal(files.recycle(job, 2), false)
})
