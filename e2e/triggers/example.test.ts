// examples/schedules as a user runs it: the program from outside.
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSluiceFolder } from '../sluice-folder.ts'

interface History {
  readonly items: readonly { readonly job?: string; readonly job_status?: string }[]
}

test('the example fires at its times, for its files, and says what a check-in would give', async (t) => {
  const { folder, sluice } = openSluiceFolder(t, { example: 'schedules' })
  /** The log of the first job of a schedule or trigger, once it has completed. */
  const firstLog = async (family: string, name: string): Promise<string> => {
    for (;;) {
      const { items } = JSON.parse(await sluice(family, 'history', name, '--json')) as History
      const done = items.find((firing) => firing.job_status === 'Completed')
      if (done?.job !== undefined) return sluice('job', 'logs', done.job)
      assert.ok(items.every((firing) => firing.job_status !== 'Failed'))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  assert.match(await sluice('schedule', 'create', 'nightly.yml'), /T02:30:00\+0[12]:00/)
  const span = ['--from', '2026-01-05', '--to', '2026-01-09']
  const { items } = JSON.parse(await sluice('schedule', 'backfill', 'nightly', ...span, '--preview', '--json')) as {
    readonly items: readonly { readonly local_time: string }[]
  }
  assert.deepEqual(
    items.map((one) => one.local_time),
    ['05', '06', '07', '08'].map((day) => `2026-01-${day}T02:30:00+01:00`),
  )
  await sluice('schedule', 'run', 'nightly')
  assert.match(await firstLog('schedule', 'nightly'), /training on 1 files, from \S+Z until \S+Z: schedule nightly/)

  await sluice('trigger', 'create', 'new-files.yml')
  cpSync(join(folder, 'data.csv'), join(folder, 'incoming', 'data.csv'))
  assert.match(await firstLog('trigger', 'new-files'), /training on 2 files, from the beginning until \S+Z: new files/)

  await sluice('trigger', 'create', 'check-in.yml')
  const tested = await sluice('trigger', 'test', 'check-in', '--set', 'trigger.commit=c0ffee')
  assert.match(tested, /reason +commit c0ffee/)
})
