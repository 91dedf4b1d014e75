import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import fc from 'fast-check'
import { SluiceError } from '../../base/errors.ts'
import type { JobService, LogChunk } from '../../jobs/job-service.ts'
import { send } from '../../server/http-request.test-support.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { logRoutes, wholeCharacters } from './log-routes.ts'

/** Serves the log of job `x`, which grows by one piece at every read until the pieces are used up. */
async function logServer(t: TestContext, pieces: readonly Uint8Array[]): Promise<string> {
  const left = [...pieces]
  let bytes = Buffer.alloc(0)
  const jobs: Pick<JobService, 'get' | 'log'> = {
    get: (name) => (name === 'x' ? Promise.resolve({} as never) : Promise.reject(new SluiceError('not-found', name))),
    log: (_name, offset): Promise<LogChunk> => {
      const piece = left.shift()
      if (piece !== undefined) bytes = Buffer.concat([bytes, piece])
      const chunk = bytes.subarray(offset, offset + 1024 * 1024)
      const nextOffset = offset + chunk.length
      return Promise.resolve({
        bytes: chunk,
        nextOffset,
        sizeBytes: bytes.length,
        isComplete: left.length === 0 && nextOffset === bytes.length,
      })
    },
  }
  const server = await startHttpServer({ routes: logRoutes(jobs as JobService, { pollMs: 1 }), port: 0 })
  t.after(() => server.close())
  return `${server.url}/api/v1/jobs/x/log`
}

/** The text and the events of a followed log. */
async function follow(url: string, headers: Record<string, string> = {}) {
  const { text } = await send(`${url}`, { headers })
  const events = [...text.matchAll(/event: (\w+)\n(?:id: (\d+)\n)?data: (.*)\n\n/g)].map(([, event, id, data]) => ({
    event,
    id: Number(id),
    data: JSON.parse(data!) as { text?: string; next_offset: number },
  }))
  return { events, text: events.map(({ data }) => data.text ?? '').join('') }
}

test('a piece of a log is its bytes, with where to go on and whether there is more', async (t) => {
  const url = await logServer(t, [Buffer.from('one\n\xff', 'latin1'), Buffer.from('two\n')])
  const first = await send(url)
  assert.deepEqual([first.headers['x-next-offset'], first.headers['x-log-complete']], ['5', 'false'])
  const second = await send(`${url}?offset=5`)
  assert.deepEqual([second.text, second.headers['x-log-complete']], ['two\n', 'true'])
  assert.equal((await send(`${url}?offset=-1`)).status, 400)
})

test('a followed log arrives whole, characters that were written in two halves included', async (t) => {
  const whole = Buffer.from('naïve 😀 done\n')
  const url = await logServer(
    t,
    [...whole].map((byte) => Uint8Array.of(byte)),
  )
  const { text, events } = await follow(`${url}/stream`)
  assert.equal(text, whole.toString())
  assert.deepEqual(events.at(-1), { event: 'end', id: NaN, data: { next_offset: whole.length } })
})

test('the ids of a followed log are offsets: a reader that comes back gets the rest', async (t) => {
  const whole = Buffer.from('first line\nsecond line\n')
  const url = await logServer(t, [whole])
  const { text } = await follow(`${url}/stream?offset=3`, { 'last-event-id': '11' })
  assert.equal(text, 'second line\n')
})

test('a log far larger than what a reader may have waiting is followed to its end', async (t) => {
  const whole = Buffer.alloc(5 * 1024 * 1024, 'ü€\n')
  const url = await logServer(t, [whole])
  const { text } = await follow(`${url}/stream`)
  assert.equal(text.length, whole.toString().length)
})

test('bytes that are no text at the end of a log do not hold the end up', async (t) => {
  const url = await logServer(t, [Buffer.from([0x61, 0xf0, 0x9f])])
  const { text, events } = await follow(`${url}/stream`)
  assert.equal(text, 'a\ufffd')
  assert.equal(events.at(-1)!.event, 'end')
})

test('a cut at whole characters decodes like the whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, at) => {
      const bytes = new TextEncoder().encode(text)
      const cut = wholeCharacters(bytes.subarray(0, bytes.length === 0 ? 0 : at % (bytes.length + 1)))
      const decode = (part: Uint8Array) => new TextDecoder().decode(part)
      assert.equal(decode(bytes.subarray(0, cut)) + decode(bytes.subarray(cut)), decode(bytes))
    }),
  )
})
