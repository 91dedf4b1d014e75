import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { identifyProcess } from '../../processes/process-identity.ts'
import { claim, ownerOf, release } from './claim.ts'
import { temporaryFolder } from './lab.test-support.ts'

const folder = temporaryFolder()
after(() => rm(folder, { recursive: true, force: true }))

test('the first claim holds until it is given back', async () => {
  const path = join(folder, 'first')
  assert.deepEqual(await claim(path), { isMine: true })
  assert.deepEqual(await claim(path), { isMine: false, owner: process.pid })
  assert.deepEqual(await ownerOf(path), identifyProcess(process.pid))
  await release(path)
  assert.equal(await ownerOf(path), undefined)
  assert.deepEqual(await claim(path), { isMine: true })
})

test('the claim of a process that has died is taken over, also when its pid lives again', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const identity = identifyProcess(child.pid!)
  const path = join(folder, 'dead')
  writeFileSync(path, JSON.stringify(identity))
  assert.deepEqual(await claim(path), { isMine: false, owner: child.pid })
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await closed
  assert.deepEqual(await claim(path), { isMine: true })
  writeFileSync(path, JSON.stringify({ ...identifyProcess(process.pid), start: 'long ago' }))
  assert.deepEqual(await claim(path), { isMine: true })
})

test('a torn or foreign claim file counts as nobody’s', async () => {
  const path = join(folder, 'torn')
  for (const text of ['', '{"pid":', '[]', '{"pid":"1","start":2}']) {
    writeFileSync(path, text)
    assert.equal(await ownerOf(path), undefined)
    assert.deepEqual(await claim(path), { isMine: true })
  }
})

test('of many claims at once one wins, and nothing is left beside the claim', async () => {
  const path = join(folder, 'many', 'claim')
  const claims = await Promise.all(Array.from({ length: 8 }, () => claim(path)))
  assert.equal(claims.filter(({ isMine }) => isMine).length, 1)
  assert.deepEqual(readdirSync(join(folder, 'many')), ['claim'])
})
