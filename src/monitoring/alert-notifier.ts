/**
 * The story of telling people. Mails and calls are rows since the run that changed the alert, so none is lost: what is due
 * is sent when the server starts, after every run, and when an attempt that failed is due again (after 1, 2, 4... seconds,
 * ten times over about 17 minutes; then it has failed for good, and `monitor show` says so). A server that dies between
 * an answer and its row sends once more: the id is the same, so a receiver can tell.
 */
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import { mapLimit } from '../base/map-limit.ts'
import { WakingLoop } from '../base/waking-loop.ts'
import { afterAttempt } from '../access/delivery-attempts.ts'
import { sendOutbound } from '../access/outbound-request.ts'
import { standardWebhookKey, webhookSignature } from '../access/webhook-signature.ts'
import type { Database } from '../database/database.ts'
import { type AlertDelivery, dueDeliveries, nextDeliveryDue, updateDelivery } from './alert-delivery-store.ts'
import type { MonitorCrashPoint } from './crash-points.ts'
import type { Mailer } from './mailer.ts'

export interface NotifierParts {
  readonly database: Database
  readonly clock: Clock
  /** Hosts that may be private, by the setting `webhook_hosts`. */
  readonly allowedHosts: readonly string[]
  /** Absent where no mail server is set. */
  readonly mailer?: Mailer
  /** What calls are signed with, by the setting `alert_webhook_secret`; absent: they are not. */
  readonly secret?: string
  readonly reach: (point: MonitorCrashPoint) => void
  readonly warn: (message: string) => void
}

const timeoutMs = 15_000
const together = 8

/** Sends what is due, in one process of a store. */
export class AlertNotifier {
  readonly #parts: NotifierParts
  readonly #loop: WakingLoop

  constructor(parts: NotifierParts) {
    this.#parts = parts
    this.#loop = new WakingLoop({
      clock: parts.clock,
      look: () => this.#look(),
      nextMs: async () => (await nextDeliveryDue(parts.database.read)) ?? Infinity,
      failed: (message) => parts.warn(`alerts: ${message}`),
    })
  }

  /** Sends what is due; returns at once. */
  wake(): void {
    this.#loop.wake()
  }

  /** Resolves when what was due at the call was tried. */
  settle(): Promise<void> {
    return this.#loop.settle()
  }

  /** Begins nothing new and waits for what is under way. */
  close(): Promise<void> {
    return this.#loop.close()
  }

  async #look(): Promise<boolean> {
    const { database, clock } = this.#parts
    const due = await dueDeliveries(database.read, clock.now(), together)
    await mapLimit(due, together, (delivery) => this.#attempt(delivery))
    return due.length === together
  }

  async #attempt(delivery: AlertDelivery): Promise<void> {
    const { database, clock, reach } = this.#parts
    const error = await this.#send(delivery)
    reach('alert-sent')
    const nowMs = clock.now()
    await database.write((tables) =>
      updateDelivery(tables, delivery.id, {
        ...afterAttempt(delivery.attempts, { isDelivered: error === undefined, nowMs }),
        updatedMs: nowMs,
        error: error ?? null,
      }),
    )
  }

  /** What went wrong; undefined where it was taken. */
  async #send({ id, channel, target, subject, body }: AlertDelivery): Promise<string | undefined> {
    const { mailer, allowedHosts, secret, clock } = this.#parts
    try {
      if (channel === 'email') {
        if (mailer === undefined) return 'no mail server is set: set smtp_url'
        await mailer.send({ id, to: target, subject, text: body })
        return undefined
      }
      const timestamp = String(Math.floor(clock.now() / 1000))
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'sluiceworks',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        ...(secret !== undefined && {
          'webhook-signature': webhookSignature(standardWebhookKey(secret), { id, timestamp, body }),
        }),
      }
      const { status } = await sendOutbound({ url: target, headers, body, timeoutMs, allowedHosts })
      return status < 400 ? undefined : `it answered ${status}`
    } catch (error) {
      return messageOf(error).slice(0, 1000)
    }
  }
}
