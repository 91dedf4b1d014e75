import type { RecordedEvent } from '../../events/event-log.ts'
import type { EventStream } from '../../server/event-stream.ts'
import { toEventMessage } from './translate.ts'

/*
 * Live events for many readers at the cost of one. A reader first catches up by itself, page by page at its own pace.
 * When it has seen everything up to the feed's head it becomes live: from then on one query a tick serves all live
 * readers. The head only moves by a tick, so a reader that finds nothing more while the head stood still misses nothing.
 */

/** What the feed reads from; `main.ts` binds the store's event log. */
export interface EventSource {
  read(query: {
    readonly after: number
    readonly limit: number
    readonly subject?: string
  }): Promise<readonly RecordedEvent[]>
  latestSeq(): Promise<number>
}

export interface EventFeed {
  /** Sends every event after `after` (of `subject`) to the stream, those to come too, until it ends. */
  follow(stream: EventStream, from: { readonly after: number; readonly subject?: string }): void
}

interface Follower {
  readonly stream: EventStream
  readonly subject?: string
  cursor: number
}

const pageSize = 500

/** A feed over the events of one store; it reads only while somebody follows. */
export function eventFeed(source: EventSource, { pollMs = 100 } = {}): EventFeed {
  const followers = new Set<Follower>()
  const live = new Set<Follower>()
  let head: number | undefined
  let isTicking = false

  const tick = async (): Promise<void> => {
    if (followers.size === 0) {
      isTicking = false
      return
    }
    try {
      head ??= await source.latestSeq()
      const events = await source.read({ after: head, limit: pageSize })
      if (events.length > 0) {
        head = events.at(-1)!.seq
        for (const follower of live) deliver(follower, events)
      }
      schedule(events.length === pageSize ? 0 : pollMs)
    } catch {
      // The store is closing or busy; readers keep their place.
      schedule(pollMs)
    }
  }
  const schedule = (delayMs: number): void => {
    setTimeout(() => void tick(), delayMs).unref()
  }

  return {
    follow: (stream, { after, subject }) => {
      const follower: Follower = { stream, cursor: after, ...(subject !== undefined && { subject }) }
      followers.add(follower)
      stream.onClose(() => {
        followers.delete(follower)
        live.delete(follower)
      })
      void catchUp(follower, { source, headNow: () => head, goLive: () => live.add(follower) })
      if (isTicking) return
      isTicking = true
      // Nobody followed: the head is as old as the last reader, and moving it on by ticks could take long.
      head = undefined
      void tick()
    },
  }
}

async function catchUp(
  follower: Follower,
  { source, headNow, goLive }: { source: EventSource; headNow: () => number | undefined; goLive: () => void },
): Promise<void> {
  const { stream, subject } = follower
  try {
    while (stream.isOpen) {
      const headBefore = headNow()
      const events = await source.read({
        after: follower.cursor,
        limit: pageSize,
        ...(subject !== undefined && { subject }),
      })
      if (events.length > 0) {
        deliver(follower, events)
        await stream.drained()
      } else if (headBefore !== undefined && headNow() === headBefore) return goLive()
      else await new Promise((resolve) => setImmediate(resolve))
    }
  } catch {
    // The reader reconnects and resumes from its last event.
    stream.close()
  }
}

function deliver(follower: Follower, events: readonly RecordedEvent[]): void {
  for (const event of events) {
    if (event.seq <= follower.cursor) continue
    follower.cursor = event.seq
    if (follower.subject !== undefined && follower.subject !== event.subject) continue
    if (!follower.stream.send({ event: event.kind, id: event.seq, data: toEventMessage(event) })) return
  }
}
