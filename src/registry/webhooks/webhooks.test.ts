import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { databaseTest } from '../../../test/database.test-support.ts'
import { secretBox } from '../../access/secret-box.ts'
import { localPrincipal as by } from '../../access/principal.ts'
import type { Clock } from '../../base/clock.ts'
import type { Database } from '../../database/database.ts'
import { refusalOf } from '../../tracking/tracking.test-support.ts'
import { openRegistry } from '../registry.test-support.ts'
import { webhookDeliverer } from './webhook-delivery.ts'
import { webhookStore, type WebhookParts } from './webhook-store.ts'
import { exampleData, webhookActions, webhookEvent } from './webhook.ts'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An address that answers with the next of these statuses, then with 200, and remembers what it was sent. */
async function receiver(t: TestContext, statuses: number[] = []) {
  const received: Received[] = []
  let notify: () => void = () => undefined
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(statuses.shift() ?? 200).end('thanks')
      notify()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return { url, received, next: () => new Promise<void>((resolve) => (notify = resolve)) }
}

/** Time that stands still until a timer is asked for, and then jumps to it. */
function jumpingClock(): Clock {
  let now = 1_900_000_000_000
  return {
    now: () => now,
    after: (delayMs, callback) => {
      const immediate = setImmediate(() => {
        now += delayMs
        callback()
      })
      return () => clearImmediate(immediate)
    },
  }
}

function webhookLab(database: Database, clock = jumpingClock()) {
  const key = { id: 'k1', bytes: Buffer.alloc(32, 1) }
  const box = secretBox(key, randomBytes)
  const parts: WebhookParts = { database, clock, random: randomBytes, box, allowedHosts: ['127.0.0.1'] }
  return { parts, webhooks: webhookStore(parts), registry: openRegistry(database).registry }
}

const created = webhookEvent('registered_model', 'created')

/** Waits until the deliverer has noted so many attempts of the webhook's newest delivery. */
async function settled(webhooks: ReturnType<typeof webhookStore>, webhookId: string) {
  for (;;) {
    const [delivery] = await webhooks.deliveries(webhookId, 1)
    if (delivery !== undefined && delivery.state !== 'pending') return delivery
    await new Promise((resolve) => setImmediate(resolve))
  }
}

databaseTest('a delivery outlives the server that could not make it', async (database, t) => {
  const { url, received, next } = await receiver(t, [500])
  const { parts, webhooks, registry } = webhookLab(database, { ...jumpingClock(), after: () => () => undefined })
  const { webhookId } = await webhooks.create({ name: 'w', url, events: [created], secret: 's' })
  await registry.models.create({ name: 'told', by })
  const first = webhookDeliverer(parts, assert.fail)
  const asked = next()
  first.wake()
  await asked
  await first.close()
  const [waiting] = await webhooks.deliveries(webhookId, 10)
  assert.deepEqual([waiting!.state, waiting!.attempts, waiting!.error], ['pending', 1, 'It answered 500.'])
  const second = webhookDeliverer({ ...parts, clock: { ...jumpingClock(), now: () => waiting!.nextMs! } }, assert.fail)
  second.wake()
  const done = await settled(webhooks, webhookId)
  await second.close()
  assert.deepEqual([done.state, done.attempts, done.responseStatus], ['delivered', 2, 200])
  assert.equal(received[0]!.headers['x-mlflow-delivery-id'], received[1]!.headers['x-mlflow-delivery-id'])
  assert.equal(received[0]!.body, received[1]!.body)
  assert.match(String(received[0]!.headers['x-mlflow-signature']), /^v1,/)
})

databaseTest('a receiver that never answers well is given up after ten attempts', async (database, t) => {
  const { url, received } = await receiver(
    t,
    Array.from({ length: 20 }, () => 503),
  )
  const { parts, webhooks, registry } = webhookLab(database)
  const { webhookId } = await webhooks.create({ name: 'w', url, events: [created] })
  const deliverer = webhookDeliverer(parts, assert.fail)
  await registry.models.create({ name: 'told', by })
  deliverer.wake()
  const failed = await settled(webhooks, webhookId)
  await deliverer.close()
  assert.deepEqual([failed.state, failed.attempts, received.length], ['failed', 10, 10])
  assert.equal(received[0]!.headers['x-mlflow-signature'], undefined)
})

databaseTest(
  'of a version of a prompt only tags of the user are told, and nothing said is null',
  async (database, t) => {
    const { url, received } = await receiver(t)
    const { parts, webhooks, registry } = webhookLab(database)
    const events = [webhookEvent('prompt_version', 'created')]
    const { webhookId } = await webhooks.create({ name: 'w', url, events })
    await registry.models.create({ name: 'p', tags: { 'mlflow.prompt.is_prompt': 'true' }, by })
    const ofPrompt = { 'mlflow.prompt.is_prompt': 'true', 'mlflow.prompt.text': 'Hi', _mlflow_prompt_type: 'text' }
    const description = ''
    await registry.versions.create({
      name: 'p',
      source: 'dummy-source',
      tags: { ...ofPrompt, lang: 'en' },
      description,
      by,
    })
    const deliverer = webhookDeliverer(parts, assert.fail)
    deliverer.wake()
    await settled(webhooks, webhookId)
    await deliverer.close()
    const { data } = JSON.parse(received[0]!.body) as { data: unknown }
    assert.deepEqual(data, { name: 'p', version: '1', template: 'Hi', tags: { lang: 'en' }, description: null })
  },
)

databaseTest('a change that is undone tells nobody, and a webhook that is off is not told', async (database) => {
  const { webhooks, registry } = webhookLab(database)
  const { webhookId } = await webhooks.create({ name: 'w', url: 'https://example.org', events: [created] })
  await registry.models.create({ name: 'told', by })
  await refusalOf(registry.models.create({ name: 'told', by }))
  await webhooks.update(webhookId, { status: 'DISABLED' })
  await registry.models.create({ name: 'untold', by })
  assert.equal((await webhooks.deliveries(webhookId, 10)).length, 1)
  await webhooks.delete(webhookId)
  assert.match(await refusalOf(webhooks.deliveries(webhookId, 10)), /not-found/)
})

databaseTest('a webhook shows that it has a secret, never which', async (database, t) => {
  const { url } = await receiver(t)
  const { parts, webhooks } = webhookLab(database)
  const webhook = await webhooks.create({ name: 'w', url, events: [created, created], secret: 'hidden' })
  assert.deepEqual([webhook.hasSecret, webhook.events.length], [true, 1])
  assert.doesNotMatch(JSON.stringify(webhook), /hidden/)
  const off = await webhooks.update(webhook.webhookId, { secret: '', description: 'd' })
  assert.deepEqual([off.hasSecret, off.description], [false, 'd'])
  const deliverer = webhookDeliverer(parts, assert.fail)
  assert.deepEqual(await deliverer.test({ webhook_id: webhook.webhookId }, undefined), { status: 200, body: 'thanks' })
  await deliverer.close()
  const page = await webhooks.list({ maxResults: 1 })
  assert.deepEqual([page.items.length, page.nextPageToken], [1, undefined])
  assert.match(await refusalOf(webhooks.create({ name: 'w', url, events: [] })), /cannot be empty/)
  assert.match(await refusalOf(webhooks.create({ name: 'w', url: 'https://10.1.2.3', events: [created] })), /public/)
  for (const [wrong, words] of [
    ['   ', /Webhook URL cannot be empty or just whitespace\. .*cannot be called/],
    ['ftp://example.com', /Invalid webhook URL scheme\. .*cannot be called: ftp: is not https/],
    ['http://[invalid', /Invalid webhook URL\. .*cannot be called: it is no URL/],
  ] as const)
    assert.match(await refusalOf(webhooks.update(webhook.webhookId, { url: wrong })), words)
})

test('every event has an example, and no other event exists', () => {
  for (const [entity, actions] of Object.entries(webhookActions)) {
    for (const action of actions) assert.ok('name' in exampleData(webhookEvent(entity, action)))
  }
  assert.throws(() => webhookEvent('registered_model', 'deleted'), /no webhook event registered_model.deleted/)
  assert.throws(() => webhookEvent('constructor', 'name'), /no webhook event/)
})
