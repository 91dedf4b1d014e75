import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineLog } from './line-log.ts'

function logAt(level: 'debug' | 'info' | 'warn' | 'silent') {
  const lines: string[] = []
  return { lines, log: lineLog({ level, write: (line) => lines.push(line), now: () => 0 }) }
}

test('a record is one line of time, level, message and fields', () => {
  const { lines, log } = logAt('info')
  log.write('info', 'listening', { url: 'http://127.0.0.1:1', port: 1, note: 'two words', absent: undefined })
  assert.deepEqual(lines, ['1970-01-01T00:00:00.000Z info  listening url=http://127.0.0.1:1 port=1 note="two words"\n'])
})

test('line breaks and terminal escapes in a message cannot forge a second record', () => {
  const { lines, log } = logAt('info')
  log.write('warn', 'bad\n1970-01-01 info forged \u001b[31m', { path: 'a\nb' })
  assert.equal(lines.length, 1)
  assert.equal(lines[0]!.indexOf('\n'), lines[0]!.length - 1)
  assert.equal(lines[0]!.includes('\u001b'), false)
})

test('records below the level are left out', () => {
  const quiet = logAt('warn')
  quiet.log.write('debug', 'a')
  quiet.log.write('info', 'b')
  quiet.log.write('error', 'c')
  assert.equal(quiet.lines.length, 1)
  const silent = logAt('silent')
  silent.log.write('error', 'd')
  assert.deepEqual(silent.lines, [])
})
