import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { isAlive, identifyProcess } from '../../../processes/process-identity.ts'
import { runChild } from './run-child.ts'
import type { ChildCommand, ChildEnd } from './run-child.ts'

function node(code: string, more: Partial<ChildCommand> = {}): Promise<ChildEnd> {
  return runChild({
    command: process.execPath,
    arguments: ['-e', code],
    environment: { ONLY: 'this' },
    folder: tmpdir(),
    signal: new AbortController().signal,
    ...more,
  })
}

test('a child gets its input, its environment and nothing else, and its lines arrive as they come', async () => {
  const lines: string[] = []
  // Node itself hands NODE_V8_COVERAGE to every child when coverage is measured.
  const code = `
    process.stdin.on('data', (text) => process.stdout.write('in ' + text + '\\nhalf'))
    process.stdin.on('end', () => { process.stdout.write(' line\\r\\n\\nlast'); console.error(Object.keys(process.env).filter((name) => name !== 'NODE_V8_COVERAGE').join()) })`
  const end = await node(code, { input: 'words', onLine: (line) => lines.push(line) })
  assert.equal(end.exitCode, 0)
  assert.equal(end.output, 'in words\nhalf line\r\n\nlast')
  assert.equal(end.errors, 'ONLY\n')
  assert.deepEqual(
    lines.filter((line) => line !== 'ONLY'),
    ['in words', 'half line', 'last'],
  )
})

test('the exit code and the error text of a failing child are reported', async () => {
  assert.deepEqual(await node(`console.error('no'); process.exitCode = 3`), { exitCode: 3, output: '', errors: 'no\n' })
})

test('a program that does not exist ends without an exit code', async () => {
  const end = await node('', { command: 'no-such-program-here' })
  assert.equal(end.exitCode, undefined)
  assert.match(end.errors, /ENOENT/)
})

test('a child that ignores its input is no trouble', async () => {
  assert.equal((await node('process.stdin.destroy()', { input: 'x'.repeat(1_000_000) })).exitCode, 0)
})

test('stopping ends the child and the children of the child', async () => {
  const stop = new AbortController()
  const grandchild = Promise.withResolvers<number>()
  const code = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
    console.log(child.pid)
    setInterval(() => {}, 1000)`
  const ended = node(code, { signal: stop.signal, onLine: (line) => grandchild.resolve(Number(line)) })
  const identity = identifyProcess(await grandchild.promise)
  assert.ok(identity)
  stop.abort()
  // Its output closes only when the grandchild has gone too.
  assert.equal((await ended).exitCode, undefined)
  assert.equal(isAlive(identity), false)
  assert.deepEqual(await node('', { signal: stop.signal }), { output: '', errors: 'stopped' })
})
