import { useSyncExternalStore } from 'react'

/** Something that happened in the store, as `GET /api/v1/events` tells it. */
export interface LiveEvent {
  readonly seq: number
  /** E.g. `job.status`, `deployment.ready`. */
  readonly kind: string
  readonly subject: string
}

/** `live`: told as it happens; `polling`: asked for every few seconds; `lost`: the server does not answer. */
export type Connection = 'live' | 'polling' | 'lost'

const pollMs = 5000
const retryMs = 2000
/** The server says that the line is alive every 15 seconds; a machine that is gone says nothing, not even goodbye. */
const silenceMs = 45_000

let connection: Connection = 'polling'
/** The last event that was heard of. */
let heardSeq: number | undefined
const listeners = new Set<() => void>()
const eventListeners = new Set<(events: readonly LiveEvent[]) => void>()

/** How the page hears of changes now. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => connection,
  )
}

/** Calls `listener` with what happens from now on, in order; returns what ends that. */
export function onLiveEvents(listener: (events: readonly LiveEvent[]) => void): () => void {
  eventListeners.add(listener)
  return () => eventListeners.delete(listener)
}

/**
 * Hears of events for the page's life. A browser opens few connections to one server, so of all tabs only one (which
 * holds the lock) keeps a stream and tells the others; where that cannot be, each tab asks every few seconds.
 */
export function listenForEvents(): void {
  // Before the page asks for what it shows: what changes between that answer and the stream's begin is heard of too.
  const begun = latestSeq()
    .then((seq) => {
      heardSeq ??= seq
    })
    // The stream asks again.
    .catch(() => undefined)
  if (navigator.locks === undefined || typeof BroadcastChannel === 'undefined') {
    void begun.then(poll)
    return
  }
  const channel = new BroadcastChannel('sluice-events')
  let isTelling = false
  const share = (events: readonly LiveEvent[]): void => {
    tell(events)
    channel.postMessage({ connection, events })
  }
  channel.onmessage = ({ data }: MessageEvent<'how is it?' | Shared>) => {
    if (data === 'how is it?') {
      if (isTelling) share([])
      return
    }
    setConnection(data.connection)
    tell(data.events)
  }
  channel.postMessage('how is it?')
  void navigator.locks.request('sluice-events', () => {
    isTelling = true
    return begun.then(() => stream(share))
  })
}

/** What the tab with the stream tells the others. */
interface Shared {
  readonly connection: Connection
  readonly events: readonly LiveEvent[]
}

/** Reads the stream until the page goes; after a break it goes on where it was. Never settles: it keeps the lock. */
async function stream(share: (events: readonly LiveEvent[]) => void): Promise<never> {
  for (;;) {
    try {
      heardSeq ??= await latestSeq()
      const line = new AbortController()
      const response = await fetch(`/api/v1/events?after=${heardSeq}`, {
        headers: { accept: 'text/event-stream' },
        signal: line.signal,
      })
      if (!response.ok || response.body === null) throw new TypeError(`HTTP ${response.status}`)
      setConnection('live')
      share([])
      let silence = setTimeout(() => line.abort(), silenceMs)
      for await (const events of eventsIn(response.body)) {
        clearTimeout(silence)
        silence = setTimeout(() => line.abort(), silenceMs)
        share(events)
      }
      clearTimeout(silence)
    } catch {
      // Said below: also a stream that ends in order is none any more.
    }
    setConnection('lost')
    share([])
    await pause(retryMs)
  }
}

async function poll(): Promise<never> {
  for (;;) {
    try {
      heardSeq ??= await latestSeq()
      const response = await fetch(`/api/v1/events?after=${heardSeq}&limit=1000`)
      if (!response.ok) throw new TypeError(`HTTP ${response.status}`)
      const { items } = (await response.json()) as { readonly items: readonly LiveEvent[] }
      setConnection('polling')
      tell(items)
    } catch {
      setConnection('lost')
    }
    await pause(pollMs)
  }
}

async function latestSeq(): Promise<number> {
  const response = await fetch('/api/v1/events?limit=1')
  if (!response.ok) throw new TypeError(`HTTP ${response.status}`)
  return ((await response.json()) as { readonly latest_seq: number }).latest_seq
}

/** Server-sent events (WHATWG HTML 9.2) as they come, none for a sign of life; of each its one line of data counts. */
async function* eventsIn(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<readonly LiveEvent[]> {
  let text = ''
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    text += value
    const blocks = text.split('\n\n')
    text = blocks.pop()!
    const events = blocks.flatMap((block) => {
      const data = /^data: (.*)$/m.exec(block)?.[1]
      return data === undefined ? [] : [JSON.parse(data) as LiveEvent]
    })
    yield events
  }
}

function setConnection(next: Connection): void {
  if (next === connection) return
  connection = next
  for (const listener of listeners) listener()
}

function tell(events: readonly LiveEvent[]): void {
  heardSeq = events.at(-1)?.seq ?? heardSeq
  if (events.length > 0) for (const listener of eventListeners) listener(events)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
