import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { UsageMeter } from './usage-meter.ts'

test('looks add up: CPU is the most that was seen, memory has a peak and a mean, held GPUs count by device', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-devices-'))
  const devices = join(folder, 'gpu')
  for (const name of ['gpu0', 'gpu1', 'gpuctl']) writeFileSync(join(folder, name), '')
  const script = `
    const held = Buffer.alloc(40 << 20, 1), { openSync } = require('node:fs')
    for (const name of ['gpu0', 'gpu0', 'gpu1', 'gpuctl']) openSync('${folder}/' + name)
    const until = process.cpuUsage().user + 200_000
    while (process.cpuUsage().user < until);
    console.log(held.length)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const meter = new UsageMeter({ startedMs: 1000, devices })
  assert.deepEqual(meter.seen(), { cpuMs: 0, gpuMs: 0 })
  meter.look([child.pid!], 2000)
  meter.look([child.pid!, 0x3fffff], 2500)
  // Nobody lives any more: what was seen stays.
  meter.look([], 9000)
  const seen = meter.seen()
  assert.ok(seen.cpuMs >= 200, `${seen.cpuMs} ms`)
  assert.ok(seen.meanMemoryBytes! > 40 << 20 && seen.meanMemoryBytes! <= seen.peakMemoryBytes!)
  assert.equal(seen.gpuMs, 2 * 1500)
  assert.equal(meter.wallMs, 1500)
})

test('where there is no GPU nothing is said of one', () => {
  const meter = new UsageMeter({ startedMs: 0, devices: '/nowhere/gpu' })
  meter.look([process.pid], 1000)
  assert.equal(meter.seen().gpuMs, undefined)
})
