import assert from 'node:assert/strict'
import { test } from 'node:test'
import { standardWebhookKey, webhookSignature } from './webhook-signature.ts'

test("a call is signed as the Standard Webhooks specification's own example", () => {
  const call = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', body: '{"test": 2432232314}' }
  const signed = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  assert.equal(webhookSignature(standardWebhookKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), call), signed)
  assert.notEqual(webhookSignature(standardWebhookKey('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), call), signed)
  assert.equal(webhookSignature(standardWebhookKey('plain'), call), webhookSignature('plain', call))
})
