import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogTails, lastLogLines } from './log-reader.ts'
import type { RestClient } from './rest-client.ts'

/** A client whose jobs have these logs, and what was read of them. */
function clientOf(logs: Record<string, string>) {
  const reads: string[] = []
  const client: Pick<RestClient, 'read'> = {
    read: (path) => {
      const [, name, tail] = /jobs\/(\w+)\/log\?tail=(\d+)$/.exec(path)!
      const whole = Buffer.from(logs[name!]!)
      const bytes = whole.subarray(-Number(tail))
      reads.push(`${name} ${bytes.length}`)
      return Promise.resolve({
        bytes,
        headers: { 'x-next-offset': String(whole.length), 'x-log-complete': 'true' },
      })
    },
  }
  return { client: client as RestClient, reads, logs }
}

test('hardening 31: the last lines of a log of any size are read from its end alone', async () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index}`)
  const { client, reads } = clientOf({ a: lines.join('\n') })
  assert.deepEqual(await lastLogLines(client, 'a', 3), ['line 99997', 'line 99998', 'line 99999'])
  assert.deepEqual(reads, ['a 262144'])
  assert.deepEqual(await lastLogLines(clientOf({ a: 'one\r\ntwo\r\n' }).client, 'a', 20), ['one', 'two'])
})

test('hardening 31: a tail is the last line that says something, and costs the same however much is written', async () => {
  const { client, reads, logs } = clientOf({ a: 'epoch 1\nepo' })
  const tails = new LogTails()
  await tails.update(client, ['a'])
  assert.equal(tails.lines.get('a'), 'epo')
  logs['a'] += 'ch 2\n\n'
  await tails.update(client, ['a'])
  assert.equal(tails.lines.get('a'), 'epoch 2')
  logs['a'] += '10%\r20%\r30%'
  await tails.update(client, ['a'])
  assert.equal(tails.lines.get('a'), '30%')
  logs['a'] += 'x'.repeat(10_000_000)
  await tails.update(client, ['a'])
  assert.equal(tails.lines.get('a')?.length, 500)
  assert.deepEqual(reads, ['a 11', 'a 17', 'a 28', 'a 4096'])
})

test('a job that is not asked for any more is forgotten', async () => {
  const { client } = clientOf({ a: 'x\n', b: 'y\n' })
  const tails = new LogTails()
  await tails.update(client, ['a', 'b'])
  await tails.update(client, ['b'])
  assert.deepEqual([...tails.lines], [['b', 'y']])
})
