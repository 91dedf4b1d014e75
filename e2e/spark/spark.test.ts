// examples/spark as a user runs it, with the real pyspark. That is 300 MB to download and a minute of processor time, so
// the test runs only where SLUICE_TEST_SPARK=1 asks for it, and where there is Java.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSluiceFolder } from '../sluice-folder.ts'

/** Why the test cannot be run here; undefined where it can. */
function missing(): string | undefined {
  if (spawnSync('java', ['-version']).status !== 0) return 'there is no Java on PATH'
  if (process.env['SLUICE_TEST_SPARK'] === '1') return undefined
  return 'pyspark takes 300 MB and a minute: ask for it with SLUICE_TEST_SPARK=1'
}

interface Job {
  readonly name: string
  readonly status: string
}

test('Spark steps run by the spark-submit of an environment made for their runtime_version', async (t) => {
  const reason = missing()
  if (reason !== undefined) return t.skip(reason)
  const { folder, sluice } = openSluiceFolder(t, { example: 'spark' })
  const lines = (await sluice('run', 'pipeline.yml', '--json')).trim().split('\n')
  const { job } = JSON.parse(lines.at(-1)!) as { job: Job }
  assert.equal(job.status, 'Completed')
  const log = async (step: string): Promise<string> => sluice('job', 'logs', job.name, '--step', step)
  // Two executors of one core at most.
  assert.match(await log('clean'), /9 readings cleaned by Spark 3\.5\.\d+ on local\[2\]/)
  assert.match(await log('warmest'), /south 15\.50\nwest 10\.00\nnorth 5\.25\n/)
  await sluice('job', 'download', job.name, '--output', 'warmest', '--to', 'out')
  const written = join(folder, 'out', 'warmest')
  const part = readdirSync(written).find((name) => name.endsWith('.csv'))!
  assert.match(readFileSync(join(written, part), 'utf8'), /^station,celsius\nsouth,15\.5\n/)
})
