import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../../test/system-clock.ts'
import { computeBackendContract } from '../compute-backend.contract.ts'
import { localBackend } from './index.ts'

computeBackendContract('local compute', async () => localBackend({ cpu: 2, clock: systemClock }))
computeBackendContract('local compute without control groups', async () =>
  localBackend({ cpu: 2, clock: systemClock, withoutCgroups: true }),
)

test('control groups are gone with their attempt, also when the next server ends it, and what hid from us with them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-cgroups-'))
  const first = localBackend({ cpu: 2, clock: systemClock })
  const second = localBackend({ cpu: 2, clock: systemClock })
  t.after(async () => {
    await Promise.all([first.close(), second.close()])
    rmSync(folder, { recursive: true })
  })
  const spec = {
    id: 'groups.1',
    folder,
    workingFolder: join(folder, 'work'),
    logFile: join(folder, 'log'),
    // Out of the session and without the marker: only its control group knows it.
    command: `setsid --fork env -i /bin/sh -c 'echo $$ >daemon; exec sleep 300'; until [ -s daemon ]; do :; done; echo >ready; until [ -e go ]; do sleep 0.02; done`,
    environment: { PATH: process.env['PATH']! },
    limits: { memoryBytes: 64 * 1024 ** 2, processes: 50 },
  }
  mkdirSync(spec.workingFolder)
  void first.run(spec)
  while (!existsSync(join(spec.workingFolder, 'ready'))) await new Promise((resolve) => setTimeout(resolve, 5))
  if (!existsSync(join(folder, 'cgroups'))) {
    process.kill(Number(readFileSync(join(spec.workingFolder, 'daemon'), 'utf8')))
    mkdirSync(join(spec.workingFolder, 'go'))
    return t.skip('no control groups can be made here')
  }
  const groups = Object.values(JSON.parse(readFileSync(join(folder, 'cgroups'), 'utf8')) as Record<string, string>)
  assert.deepEqual(groups.map(existsSync), [true, true])
  await first.close()
  const adopted = second.adopt(spec)
  mkdirSync(join(spec.workingFolder, 'go'))
  assert.equal((await adopted).kind, 'exited')
  assert.deepEqual(groups.map(existsSync), [false, false])
})
