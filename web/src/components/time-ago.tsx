import { useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { useFormat } from '../messages/format.ts'

const tickMs = 10_000
const listeners = new Set<() => void>()
let nowMs = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

/** One clock for every time on the page; it stands still while nobody looks at one. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    nowMs = Date.now()
    for (const each of listeners) each()
  }, tickMs)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Epoch milliseconds, moving on every ten seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs)
}

/** `3 minutes ago`, with the time itself as a tooltip. */
export function TimeAgo({ at }: { readonly at: string | number }): ReactNode {
  const format = useFormat()
  const now = useNow()
  const date = new Date(at)
  // This clock moves every ten seconds, and the server's may be a little ahead: what has just happened is not "in 3 s".
  const ahead = date.getTime() - now
  return (
    <time dateTime={date.toISOString()} title={format.time(date)}>
      {format.relative(date, ahead > 0 && ahead < 2 * tickMs ? date.getTime() : now)}
    </time>
  )
}

/** How long something took, or has taken so far. */
export function Duration({ from, to }: { readonly from: string | number; readonly to?: string | number }): ReactNode {
  const format = useFormat()
  const now = useNow()
  const endMs = to === undefined ? now : new Date(to).getTime()
  return <span>{format.duration(Math.max(0, endMs - new Date(from).getTime()))}</span>
}
