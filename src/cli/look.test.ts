import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { test } from 'node:test'
import { nameIn, openHome } from './sluice-home.test-support.ts'

const digestOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

test('after a kill -9 reading commands look at the store without adopting its jobs, and leave nothing running', async (t) => {
  const home = await openHome(t)
  const running = home.start('run', 'wait.yml')
  while (!(await home.trace()).includes('started')) await setTimeout(20)
  running.child.kill('SIGKILL')
  await running.ended
  const [job] = await home.jobs()
  assert.equal(job?.status, 'Running')
  const before = await digestOf(join(home.data, 'sluice.db'))
  const shown = await home.sluice('job', 'show', job.name)
  assert.match(shown.out, /^status: +running$/m)
  assert.equal((await home.sluice('job', 'logs', job.name)).code, 0)
  assert.match((await home.sluice('plan', 'wait.yml')).out, /will run because it never succeeded/)
  assert.equal((await home.sluice('model', 'list')).code, 0)
  // Nobody opened the store to change it, and nobody serves it.
  assert.equal(await digestOf(join(home.data, 'sluice.db')), before)
  assert.equal((await home.sluice('status')).code, 8)
  await home.go()
  const followed = await home.sluice('job', 'show', '--watch', job.name)
  assert.equal(followed.code, 0, followed.err)
  assert.equal(await home.trace(), 'started\nended\n')
})

test('a reading command needs no lock: it answers though another process has the store and cannot be found', async (t) => {
  const home = await openHome(t)
  const quick = nameIn((await home.sluice('run', 'quick.yml')).out)
  const up = home.start('up')
  while ((await home.serverPid()) !== up.child.pid) await setTimeout(20)
  await rename(join(home.data, 'server.json'), join(home.data, 'server.aside'))
  const listed = await home.sluice('job', 'list')
  assert.deepEqual([listed.code, listed.out.includes(quick)], [0, true], listed.err)
  assert.match((await home.sluice('plan', 'quick.yml')).out, /unchanged/)
  assert.equal((await home.sluice('job', 'logs', quick)).out, 'quick\n')
  await rename(join(home.data, 'server.aside'), join(home.data, 'server.json'))
})

test('where there is no store yet, looking makes an empty one', async (t) => {
  const home = await openHome(t)
  assert.deepEqual(await home.jobs(), [])
  assert.match((await home.sluice('plan', 'quick.yml')).out, /no earlier job ran this step/)
})
