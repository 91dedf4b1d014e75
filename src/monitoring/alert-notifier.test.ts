import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { databaseTest, openSqlite } from '../../test/database.test-support.ts'
import { webhookSignature } from '../access/webhook-signature.ts'
import type { Database } from '../database/database.ts'
import { type AlertDelivery, insertDelivery, listDeliveries } from './alert-delivery-store.ts'
import { AlertNotifier } from './alert-notifier.ts'
import type { Mailer } from './mailer.ts'
import { smtpMailer } from './smtp-mailer.ts'

function openNotifier(database: Database, mailer?: Mailer) {
  const lab = { nowMs: 1_000_000, isKilled: false, notifier: undefined as unknown as AlertNotifier }
  lab.notifier = new AlertNotifier({
    database,
    clock: { now: () => lab.nowMs, after: () => () => undefined },
    allowedHosts: ['127.0.0.1'],
    secret: 'only the receiver knows',
    ...(mailer !== undefined && { mailer }),
    reach: () => {
      if (lab.isKilled) throw new Error('killed')
    },
    warn: () => undefined,
  })
  return lab
}

const note = (database: Database, delivery: Pick<AlertDelivery, 'channel' | 'target'>): Promise<void> =>
  database.write((tables) =>
    insertDelivery(tables, {
      ...delivery,
      ...{ id: `d-${delivery.channel}`, monitorId: 'm', alertId: 'a', createdMs: 1_000_000 },
      ...{ subject: 'm: drift is in breach', body: '{"type":"alert.raised"}' },
    }),
  )

/** An address that answers with the statuses in turn, and what it got. */
async function hook(t: TestContext, statuses: readonly number[]) {
  const got: { readonly id: string | undefined; readonly isSigned: boolean; readonly body: string }[] = []
  const server = createHttpServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const header = (name: string): string => String(request.headers[`webhook-${name}`])
      const signed = webhookSignature('only the receiver knows', {
        ...{ id: header('id'), timestamp: header('timestamp'), body },
      })
      got.push({ id: header('id'), isSigned: header('signature') === signed, body })
      response.writeHead(statuses[Math.min(got.length, statuses.length) - 1]!).end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got }
}

databaseTest('a call is made, and made again while it fails; a kill sends at most once more', async (database, t) => {
  const { url, got } = await hook(t, [500, 200, 200])
  const lab = openNotifier(database)
  await note(database, { channel: 'webhook', target: url })
  await lab.notifier.settle()
  const [failed] = await listDeliveries(database.read, 'm', 10)
  assert.deepEqual(
    [failed!.state, failed!.attempts, failed!.error, failed!.nextMs],
    ['pending', 1, 'it answered 500', lab.nowMs + 1000],
  )
  lab.nowMs += 1000
  lab.isKilled = true
  await lab.notifier.settle()
  lab.isKilled = false
  await lab.notifier.settle()
  const [done] = await listDeliveries(database.read, 'm', 10)
  assert.deepEqual([done!.state, done!.attempts], ['delivered', 2])
  assert.deepEqual(
    got,
    Array.from({ length: 3 }, () => ({ id: 'd-webhook', isSigned: true, body: '{"type":"alert.raised"}' })),
  )
  await lab.notifier.settle()
  assert.equal(got.length, 3)
})

databaseTest('what is never taken has failed for good, and says why', async (database) => {
  const lab = openNotifier(database)
  await note(database, { channel: 'email', target: 'ada@example.com' })
  await note(database, { channel: 'webhook', target: 'https://10.0.0.1/hook' })
  for (let attempt = 0; attempt < 10; attempt++) {
    await lab.notifier.settle()
    lab.nowMs += 600_000
  }
  const found = await listDeliveries(database.read, 'm', 10)
  assert.deepEqual(
    found.map(({ channel, state, attempts }) => [channel, state, attempts]),
    [
      ['email', 'failed', 10],
      ['webhook', 'failed', 10],
    ],
  )
  assert.match(found[0]!.error!, /no mail server is set/)
  assert.match(found[1]!.error!, /10\.0\.0\.1 is not a public address/)
})

/** A mail server that speaks as much of RFC 5321 and PLAIN as a client needs, over a real socket. */
async function mailServer(t: TestContext, password: string) {
  const mails: string[] = []
  const serve = (socket: Socket): void => {
    let mail: string | undefined
    const say = (line: string): void => void socket.write(`${line}\r\n`)
    const take = (line: string): void => {
      if (mail !== undefined) {
        if (line !== '.') return void (mail += `${line}\n`)
        mails.push(mail)
        mail = undefined
        return say('250 taken')
      }
      const word = line.slice(0, 4).toUpperCase()
      if (word === 'EHLO') return say('250-here\r\n250 AUTH PLAIN')
      if (word === 'AUTH') {
        const [, given] = /PLAIN (\S+)/.exec(line) ?? []
        const isRight = Buffer.from(given ?? '', 'base64').toString() === `\0ada\0${password}`
        return say(isRight ? '235 in' : `535 wrong: ${Buffer.from(given ?? '', 'base64').toString()}`)
      }
      if (word === 'DATA') {
        mail = ''
        return say('354 go on')
      }
      if (word === 'QUIT') return void socket.end('221 bye\r\n')
      return say('250 ok')
    }
    let rest = ''
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n')
      rest = lines.pop()!
      lines.forEach(take)
    })
    socket.on('error', () => undefined)
    say('220 here')
  }
  const server = createServer(serve).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  return { port: (server.address() as AddressInfo).port, mails }
}

test('a mail reaches the mail server; what fails never shows the password', async (t) => {
  const database = await openSqlite(t)
  const { port, mails } = await mailServer(t, 'p@ss')
  const from = 'Sluiceworks <alerts@example.com>'
  const lab = openNotifier(database, smtpMailer({ url: `smtp://ada:p%40ss@127.0.0.1:${port}`, from }))
  await note(database, { channel: 'email', target: 'bob@example.com' })
  await lab.notifier.settle()
  assert.equal((await listDeliveries(database.read, 'm', 1))[0]!.state, 'delivered')
  assert.match(mails[0]!, /^From: Sluiceworks <alerts@example\.com>$/m)
  assert.match(mails[0]!, /^To: bob@example\.com$/m)
  assert.match(mails[0]!, /^Subject: m: drift is in breach$/m)
  assert.match(mails[0]!, /^Message-ID: <d-email@sluiceworks>$/m)
  const wrong = smtpMailer({ url: `smtp://ada:geheim@127.0.0.1:${port}`, from })
  const mail = { id: 'x', to: 'bob@example.com', subject: 's', text: 't' }
  await assert.rejects(wrong.send(mail), (error) => error instanceof Error && /535.*\*\*\*/.test(error.message))
  await assert.rejects(wrong.send(mail), (error) => error instanceof Error && !error.message.includes('geheim'))
  assert.throws(() => smtpMailer({ url: 'http://example.com', from }), { code: 'invalid-setting' })
})
