import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameIn, openHome } from './sluice-home.test-support.ts'

/*
 * The command itself against the real engine: who has the store, what Ctrl-C does, what survives. Steps say hello in a
 * file, wait for a file named `go`, and say goodbye: a test sees them run once, and decides when they end.
 */

test('a run opens the store itself, a second command finds it there, and both leave nothing running', async (t) => {
  const home = await openHome(t)
  const running = home.start('run', 'wait.yml')
  while (!(await home.trace()).includes('started')) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(await home.serverPid(), running.child.pid)
  const second = await home.sluice('run', 'quick.yml')
  assert.deepEqual([second.code, /completed/.test(second.out)], [0, true], second.err)
  await home.go()
  const first = await running.ended
  assert.equal(first.code, 0, first.err)
  assert.equal(await home.trace(), 'started\nended\n')
  assert.equal((await home.sluice('status')).code, 8)
})

test('Ctrl-C once leaves the job to a background server, which sees it to its end and then ends itself', async (t) => {
  const home = await openHome(t)
  const running = home.start('run', 'wait.yml')
  while (!(await home.trace()).includes('started')) await new Promise((resolve) => setTimeout(resolve, 20))
  running.child.kill('SIGINT')
  const { code, err } = await running.ended
  assert.equal(code, 130)
  const name = /sluice job show (\S+) --watch/.exec(err)![1]!
  const background = await home.serverPid()
  assert.ok(background !== undefined && background !== running.child.pid)
  const watching = home.start('job', 'show', name, '--watch')
  await home.go()
  const watched = await watching.ended
  assert.deepEqual([watched.code, /completed/.test(watched.out)], [0, true], watched.err)
  assert.equal(await home.trace(), 'started\nended\n')
  while ((await home.sluice('status')).code === 0) continue
})

test('Ctrl-C twice cancels the job, ends its processes and tells so', async (t) => {
  const home = await openHome(t)
  const running = home.start('run', 'wait.yml')
  while (!(await home.trace()).includes('started')) await new Promise((resolve) => setTimeout(resolve, 20))
  running.child.kill('SIGINT')
  await running.said(/press Ctrl-C again to cancel it/)
  // Two signals within a moment are one press: only a person's second one counts.
  await new Promise((resolve) => setTimeout(resolve, 150))
  running.child.kill('SIGINT')
  const { code, out } = await running.ended
  assert.equal(code, 130)
  assert.match(out, /canceled/)
  assert.deepEqual(
    (await home.jobs()).map(({ status }) => status),
    ['Canceled'],
  )
  await home.go()
  assert.equal(await home.trace(), 'started\n')
})

test('a detached run returns at once with the name of the job', async (t) => {
  const home = await openHome(t)
  const { code, out } = await home.sluice('run', 'wait.yml', '--detach')
  assert.equal(code, 0)
  const name = nameIn(out)
  assert.equal(out, `${name}\n`)
  const following = home.sluice('job', 'logs', '-f', name)
  await home.go()
  assert.equal((await following).code, 0)
  assert.deepEqual(
    (await home.jobs()).map((job) => [job.name, job.status]),
    [[name, 'Completed']],
  )
})

test('a server in the background is one only, keeps its port, and goes down when told', async (t) => {
  const home = await openHome(t)
  const first = await home.sluice('up', '--detach', '--port', '0')
  assert.equal(first.code, 0, first.err)
  const pid = await home.serverPid()
  const again = await home.sluice('up', '--detach')
  assert.deepEqual([again.code, again.out], [0, first.out])
  assert.equal(await home.serverPid(), pid)
  const foreground = await home.sluice('up')
  assert.equal(foreground.code, 5)
  assert.match(foreground.err, /runs already at http.*\nhint: Stop it with: sluice down/)
  assert.equal((await home.sluice('down')).code, 0)
  assert.equal((await home.sluice('status')).code, 8)
  assert.match((await home.sluice('down')).err, /No server runs/)
  const later = await home.sluice('up', '--detach')
  assert.equal(later.out, first.out)
})

test('a server in the foreground prints its URL and ends with 0 when it is asked to', async (t) => {
  const home = await openHome(t)
  const server = home.start('up', '--port', '0', '--log-level', 'silent')
  while ((await home.serverPid()) !== server.child.pid) continue
  server.child.kill('SIGTERM')
  const { code, out, err } = await server.ended
  assert.deepEqual([code, err], [0, ''])
  assert.match(out, /^http:\/\/127\.0\.0\.1:\d+\n$/)
})

test('a watcher does not notice more of a killed server than a pause', async (t) => {
  const home = await openHome(t)
  await home.sluice('up', '--detach', '--port', '0')
  const running = home.start('run', 'wait.yml')
  while (!(await home.trace()).includes('started')) await new Promise((resolve) => setTimeout(resolve, 20))
  process.kill((await home.serverPid())!, 'SIGKILL')
  assert.equal((await home.sluice('up', '--detach')).code, 0)
  await home.go()
  const { code, out, err } = await running.ended
  assert.deepEqual([code, /completed/.test(out)], [0, true], err)
  assert.equal(await home.trace(), 'started\nended\n')
})
