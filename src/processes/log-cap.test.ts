import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { capLog, placeAfterCut } from './log-cap.ts'

const limits = { maxBytes: 1000, headBytes: 100, tailBytes: 200 }

function logFile(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-log-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'a.log')
  writeFileSync(file, text)
  return file
}

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${String(from + index).padStart(4, '0')}\n`).join('')

test('hardening 31: a log beyond its limit keeps its beginning and its end, and says how much is missing', async (t) => {
  const file = logFile(t, lines(0, 200))
  await capLog(file, limits)
  const text = readFileSync(file, 'utf8')
  assert.match(
    text,
    /^line 0000\n(.*\n)*line 0009\n\n\[sluice\] 1710 bytes of this log were left out here\.\nline 0181\n/,
  )
  assert.ok(text.endsWith('line 0199\n'))
  assert.equal(placeAfterCut(text.length, limits), 100)
})

test('hardening 31: cut again and again, it counts everything that is missing', async (t) => {
  const file = logFile(t, lines(0, 200))
  await capLog(file, limits)
  appendFileSync(file, lines(200, 400))
  await capLog(file, limits)
  const text = readFileSync(file, 'utf8')
  const [, dropped] = /\[sluice\] (\d+) bytes/.exec(text)!
  const kept = text.replace(/\n\[sluice\].*\n/, '')
  assert.equal(Number(dropped) + kept.length, 4000)
  assert.equal(text.match(/\[sluice\]/g)?.length, 1)
  assert.ok(text.endsWith('line 0399\n') && text.length < limits.maxBytes)
})

test('hardening 31: one line without an end is cut as well; a log within the limit stays as it is, one that is not there too', async (t) => {
  const file = logFile(t, 'x'.repeat(5000))
  await capLog(file, limits)
  const text = readFileSync(file, 'utf8')
  assert.deepEqual([text.slice(0, 100), text.slice(-200)], ['x'.repeat(100), 'x'.repeat(200)])
  assert.ok(text.length < 400)
  const small = logFile(t, 'y'.repeat(1000))
  await capLog(small, limits)
  assert.equal(readFileSync(small, 'utf8'), 'y'.repeat(1000))
  await capLog(`${small}.none`, limits)
})

test('hardening 31: writers that append go on in the log that was cut', async (t) => {
  const file = logFile(t, '')
  const writer = spawn(
    'bash',
    ['-c', `exec >>"$0"; for i in $(seq 300); do echo "line $i"; done; read; echo last`, file],
    {
      stdio: ['pipe', 'inherit', 'inherit'],
    },
  )
  while (!readFileSync(file, 'utf8').includes('line 300\n')) await new Promise((resolve) => setTimeout(resolve, 10))
  await capLog(file, limits)
  writer.stdin.end('\n')
  await new Promise((resolve) => writer.on('exit', resolve))
  assert.match(
    readFileSync(file, 'utf8'),
    /\[sluice\] \d+ bytes of this log were left out here\.\n(line \d+\n)+last\n$/,
  )
})

test('hardening 31: what is written while a log is cut comes after what was there, and nothing of it is missing', async (t) => {
  const file = logFile(t, lines(0, 20_000))
  let next = 20_000
  let isCut = false
  const cut = capLog(file, { maxBytes: 100_000, headBytes: 1000, tailBytes: 50_000 }).then(() => (isCut = true))
  while (!isCut && next < 24_000) {
    appendFileSync(file, lines(next, ++next))
    await new Promise(setImmediate)
  }
  await cut
  appendFileSync(file, lines(next, ++next))
  const [, kept] = readFileSync(file, 'utf8').split(/\n\[sluice\] \d+ bytes of this log were left out here\.\n/)
  assert.equal(kept, lines(15_455, next))
})
