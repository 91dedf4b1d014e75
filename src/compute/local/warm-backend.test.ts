import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { mlflowClients, pythonEnvironment } from '../../../e2e/python-environments.mjs'
import { systemClock } from '../../../test/system-clock.ts'
import { computeBackendContract } from '../compute-backend.contract.ts'
import type { AttemptSpec, ComputeBackend } from '../compute-backend.ts'
import { localBackend } from './index.ts'

/** A script that becomes the command of the contract, so that every start of it is a fork of a warm interpreter. */
const becomesCommand = `import os
os.execvp("bash", ["bash", "command.sh"])
`
const folder = mkdtempSync(join(tmpdir(), 'sluice-warm-contract-'))
writeFileSync(join(folder, 'become.py'), becomesCommand)
after(() => rmSync(folder, { recursive: true, force: true }))
const python = await pythonEnvironment(mlflowClients[2.22])
const warmHost = join(import.meta.dirname, '../../../python/src/sluiceworks/warm_host.py')

async function warmBackend(): Promise<ComputeBackend> {
  const backend = localBackend({ cpu: 2, clock: systemClock, warmHost })
  return {
    slots: backend.slots,
    prepare: () => backend.prepare(),
    run: (attempt) => {
      copyFileSync(join(folder, 'become.py'), join(attempt.workingFolder, 'become.py'))
      writeFileSync(join(attempt.workingFolder, 'command.sh'), attempt.command)
      return backend.run({ ...attempt, warm: { python, words: ['python', 'become.py'], isAskedFor: true } })
    },
    adopt: (attempt) => backend.adopt(attempt),
    cancel: (attempt, graceMs) => backend.cancel(attempt, graceMs),
    usage: (attempt) => backend.usage(attempt),
    close: () => backend.close(),
  }
}

computeBackendContract('warm interpreters', warmBackend)

test('warm interpreters: one that is killed takes no attempt with it, and the next attempt has a new one', async (t) => {
  const backend = await warmBackend()
  const home = mkdtempSync(join(tmpdir(), 'sluice-warm-killed-'))
  t.after(async () => {
    await backend.close()
    rmSync(home, { recursive: true, force: true })
  })
  const attemptOf = (id: string, command: string): AttemptSpec => {
    const workingFolder = join(home, id, 'work')
    mkdirSync(workingFolder, { recursive: true })
    const logFile = join(home, `${id}.log`)
    const environment = { PATH: process.env['PATH']! }
    return { id, folder: join(home, id), workingFolder, logFile, command, environment }
  }
  const first = attemptOf('first.1', 'echo begin; until [ -e go ]; do sleep 0.02; done; exit 5')
  const running = backend.run(first)
  while (!existsSync(first.logFile) || readFileSync(first.logFile, 'utf8') !== 'begin\n') await pause()
  const launcher = readFileSync(join(first.folder, 'claim'), 'utf8').split(' ')[0]!
  const interpreter = parentOf(launcher)
  process.kill(interpreter, 'SIGKILL')
  while (existsSync(`/proc/${interpreter}/fd/0`)) await pause()
  writeFileSync(join(first.workingFolder, 'go'), '')
  const end = await running
  assert.deepEqual([end.kind, end.kind === 'exited' && end.exitCode], ['exited', 5])
  const second = attemptOf('second.1', 'exit 6')
  const next = await backend.run(second)
  assert.deepEqual([next.kind, next.kind === 'exited' && next.exitCode], ['exited', 6])
  assert.equal(readFileSync(second.logFile, 'utf8'), '', 'no note: it was forked, too')
})

function parentOf(pid: string): number {
  return Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}
