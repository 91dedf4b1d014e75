import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogTails, lastLogLines } from './log-reader.ts'
import type { RestClient } from './rest-client.ts'

/** A client whose jobs have these logs; a read brings at most `most` bytes. */
function clientOf(logs: Record<string, string>, most = 1024 * 1024) {
  const offsets: string[] = []
  const client: Pick<RestClient, 'read'> = {
    read: (path) => {
      const [, name, offset] = /jobs\/(\w+)\/log\?offset=(\d+)$/.exec(path)!
      offsets.push(`${name} ${offset}`)
      const whole = Buffer.from(logs[name!]!)
      const bytes = whole.subarray(Number(offset), Number(offset) + most)
      const next = Number(offset) + bytes.length
      return Promise.resolve({
        bytes,
        headers: { 'x-next-offset': String(next), 'x-log-complete': String(next === whole.length) },
      })
    },
  }
  return { client: client as RestClient, offsets, logs }
}

test('the last lines of a long log are read in pieces, and a log without a line end has them too', async () => {
  const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}`)
  const { client } = clientOf({ a: lines.join('\n') }, 1000)
  assert.deepEqual(await lastLogLines(client, 'a', 3), ['line 997', 'line 998', 'line 999'])
  assert.deepEqual(await lastLogLines(clientOf({ a: 'one\r\ntwo\r\n' }).client, 'a', 20), ['one', 'two'])
})

test('a tail is the last line that says something, across reads, and costs only the new bytes', async () => {
  const { client, offsets, logs } = clientOf({ a: 'epoch 1\nepo' })
  const tails = new LogTails()
  await tails.update(client, ['a'])
  assert.equal(tails.lines.get('a'), 'epo')
  logs['a'] += 'ch 2\n\n'
  await tails.update(client, ['a'])
  assert.equal(tails.lines.get('a'), 'epoch 2')
  logs['a'] += '10%\r20%\r30%'
  await tails.update(client, ['a'])
  assert.equal(tails.lines.get('a'), '30%')
  assert.deepEqual(offsets, ['a 0', 'a 11', 'a 17'])
})

test('a job that is not asked for any more is forgotten', async () => {
  const { client } = clientOf({ a: 'x\n', b: 'y\n' })
  const tails = new LogTails()
  await tails.update(client, ['a', 'b'])
  await tails.update(client, ['b'])
  assert.deepEqual([...tails.lines], [['b', 'y']])
})
