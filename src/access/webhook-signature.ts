import { createHmac } from 'node:crypto'

/**
 * The signature of a call, which binds its id, time (seconds since 1970) and body together: `v1,` and the base64 of the
 * HMAC-SHA256 over `ID.TIME.BODY`. So says the Standard Webhooks specification, and so signs MLflow.
 */
export function webhookSignature(
  key: string | Buffer,
  { id, timestamp, body }: { readonly id: string; readonly timestamp: string; readonly body: string },
): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64')}`
}

/** The key of a secret of Standard Webhooks, which are written `whsec_` and base64. Any other is taken as it is. */
export function standardWebhookKey(secret: string): string | Buffer {
  const prefix = 'whsec_'
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : secret
}
