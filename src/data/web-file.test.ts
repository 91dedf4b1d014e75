import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { databaseTest } from '../../test/database.test-support.ts'
import { openContentLab, refusal } from '../artifacts/content-lab.test-support.ts'
import type { Database } from '../database/database.ts'
import { webFiles, type WebFiles } from './web-file.ts'

interface Lab {
  readonly web: WebFiles
  readonly url: string
  /** `path etag-asked-with` of every request. */
  readonly asked: string[]
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function openLab(
  database: Database,
  t: TestContext,
  { answer, maxBytes }: { readonly answer: Answer; readonly maxBytes?: number },
): Promise<Lab> {
  const { store } = openContentLab(database, t)
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers['if-none-match'] ?? request.headers['if-modified-since'] ?? '-'}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise((resolve) => server.close(resolve)))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clock = { now: () => 5, after: () => () => undefined }
  const web = webFiles({ database, content: store, clock, ...(maxBytes !== undefined && { maxBytes }) })
  return { web, url, asked }
}

databaseTest('an unchanged file is asked for by its ETag and not sent again', async (database, t) => {
  let body = 'first'
  const lab = await openLab(database, t, {
    answer: (request, response) => {
      const etag = `"${body}"`
      if (request.headers['if-none-match'] === etag) return response.writeHead(304).end()
      return response.writeHead(200, { etag }).end(body)
    },
  })
  const first = await lab.web.fetch(`${lab.url}/data/rows%20a.csv?sig=1#part`, { store: true })
  assert.deepEqual([first.baseName, first.content.sizeBytes], ['rows a.csv', 5])
  assert.deepEqual(await lab.web.fetch(`${lab.url}/data/rows%20a.csv?sig=1`, { store: true }), first)
  body = 'second'
  const second = await lab.web.fetch(`${lab.url}/data/rows%20a.csv?sig=1`, { store: true })
  assert.notEqual(second.content.digest, first.content.digest)
  assert.deepEqual(
    lab.asked,
    ['-', '"first"', '"first"'].map((tag) => `/data/rows%20a.csv?sig=1 ${tag}`),
  )
})

databaseTest('a look tells what the file is and keeps nothing', async (database, t) => {
  const lab = await openLab(database, t, {
    answer: (_request, response) => response.writeHead(200, { etag: '"1"' }).end('x'),
  })
  const looked = await lab.web.fetch(`${lab.url}/x`, { store: false })
  assert.deepEqual(await lab.web.fetch(`${lab.url}/x`, { store: true }), looked)
  assert.deepEqual(lab.asked, ['/x -', '/x -'])
})

databaseTest('without an ETag the date is asked with', async (database, t) => {
  const date = 'Wed, 21 Oct 2015 07:28:00 GMT'
  const lab = await openLab(database, t, {
    answer: (request, response) =>
      request.headers['if-modified-since'] === date
        ? response.writeHead(304).end()
        : response.writeHead(200, { 'last-modified': date }).end('x'),
  })
  assert.deepEqual(
    await lab.web.fetch(`${lab.url}/x`, { store: true }),
    await lab.web.fetch(`${lab.url}/x`, { store: true }),
  )
  assert.deepEqual(lab.asked, ['/x -', `/x ${date}`])
})

databaseTest('a file that is sent compressed is the file itself; other encodings are refused', async (database, t) => {
  const encoders: Readonly<Record<string, (text: string) => Buffer>> = {
    gzip: gzipSync,
    br: brotliCompressSync,
    deflate: deflateSync,
    broken: (text) => gzipSync(text).subarray(0, 15),
  }
  const lab = await openLab(database, t, {
    answer: ({ url = '' }, response) => {
      const name = url.slice(1)
      const encoding = name === 'broken' ? 'gzip' : name
      response.writeHead(200, { 'content-encoding': encoding }).end(encoders[name]?.('a,b') ?? 'a,b')
    },
  })
  const plain = await lab.web.fetch(`${lab.url}/identity`, { store: true })
  for (const name of ['gzip', 'br', 'deflate'])
    for (const store of [false, true])
      assert.deepEqual((await lab.web.fetch(`${lab.url}/${name}`, { store })).content, plain.content, name)
  const refused = (name: string, why: RegExp) =>
    assert.rejects(lab.web.fetch(`${lab.url}/${name}`, { store: true }), refusal('input-not-found', why))
  await refused('zstd-2', /is sent encoded as "zstd-2"/)
  await refused('broken', /unexpected end of file/)
})

databaseTest('not modified is no answer to who has nothing', async (database, t) => {
  const lab = await openLab(database, t, { answer: (_request, response) => response.writeHead(304).end() })
  await assert.rejects(
    lab.web.fetch(`${lab.url}/x`, { store: true }),
    refusal('input-not-found', /the server answered 304/),
  )
})

databaseTest('redirects are followed a few times, and never to a place less safe', async (database, t) => {
  const lab = await openLab(database, t, {
    answer: ({ url = '' }, response) => {
      if (url === '/end') return response.end('here')
      const to = {
        '/one': '/end',
        '/loop': '/loop',
        '/file': 'file:///etc/passwd',
        '/cloud': 'http://169.254.169.254/x',
      }[url]
      return response.writeHead(302, { location: to }).end()
    },
  })
  const found = await lab.web.fetch(`${lab.url}/one`, { store: true })
  assert.deepEqual([found.baseName, found.content.sizeBytes], ['one', 4])
  await assert.rejects(
    lab.web.fetch(`${lab.url}/loop`, { store: true }),
    refusal('input-not-found', /more than 5 times/),
  )
  await assert.rejects(lab.web.fetch(`${lab.url}/file`, { store: true }), refusal('input-not-found', /less safe/))
  await assert.rejects(
    lab.web.fetch(`${lab.url}/cloud`, { store: true }),
    refusal('input-not-found', /link-local address 169\.254/),
  )
  await assert.rejects(lab.web.fetch('http://[fe80::1]/x', { store: true }), refusal('input-not-found', /link-local/))
})

databaseTest(
  'what is too large, missing or broken off is refused, without the query in the message',
  async (database, t) => {
    const lab = await openLab(database, t, {
      maxBytes: 10,
      answer: ({ url }, response) => {
        if (url === '/announced') return response.writeHead(200, { 'content-length': 11 }).end('x'.repeat(11))
        if (url === '/streamed') return response.writeHead(200).end('x'.repeat(11))
        if (url === '/broken') {
          response.writeHead(200, { 'content-length': 9 }).write('half')
          return void setImmediate(() => response.destroy())
        }
        return response.writeHead(404).end()
      },
    })
    await assert.rejects(lab.web.fetch(`${lab.url}/announced`, { store: true }), refusal('body-too-large', /11 bytes/))
    await assert.rejects(lab.web.fetch(`${lab.url}/streamed`, { store: true }), refusal('body-too-large'))
    await assert.rejects(
      lab.web.fetch(`${lab.url}/broken`, { store: true }),
      refusal('input-not-found', /cannot be fetched/),
    )
    await assert.rejects(lab.web.fetch(`${lab.url}/missing?sig=secret`, { store: true }), (error: unknown) => {
      assert.ok(refusal('input-not-found', /answered 404/)(error))
      return !(error as Error).message.includes('secret')
    })
    await assert.rejects(lab.web.fetch('http://', { store: true }), refusal('invalid-reference'))
    await assert.rejects(
      lab.web.fetch('http://127.0.0.1:1/x', { store: true }),
      refusal('input-not-found', /cannot be fetched/),
    )
  },
)
