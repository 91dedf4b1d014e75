import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { processUsage } from './process-usage.ts'

test('what a process and its children use is seen, and a process that is gone uses nothing', async (t) => {
  const burn =
    'const held = Buffer.alloc(60 << 20, 1); for (let i = 0; i < 3e8; i++); console.log(held.length); setInterval(() => {}, 1000)'
  const child = spawn('/bin/sh', ['-c', `"${process.execPath}" -e '${burn}'; true`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  t.after(() => process.kill(-child.pid!, 'SIGKILL'))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const usage = processUsage(child.pid!)!
  assert.ok(usage.memoryBytes > 60 << 20, `${usage.memoryBytes} bytes`)
  assert.ok(usage.cpuSeconds > 0.05, `${usage.cpuSeconds} s`)
  assert.equal(processUsage(0x3fffff), undefined)
})
