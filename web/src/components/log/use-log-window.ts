import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { LogSource } from './log-source.ts'
import { append, cutAtLines, emptyWindow, endOf, type LogWindow, prepend, startOf } from './log-window.ts'

/** How far a step back reads. */
const stepBytes = 256 * 1024
const followMs = 1000

export interface LogReader {
  readonly window: LogWindow
  /** Bytes of the whole text, as far as is known. */
  readonly size: number
  readonly isComplete: boolean
  readonly error: unknown
  /** Lines that came (or, negative, went) above what was shown, with the last change: the view scrolls by as many. */
  readonly shift: number
  readonly version: number
  readonly readOn: () => void
  readonly readBack: () => void
  /** Shows the text from the line that holds this byte. */
  readonly jumpTo: (offset: number) => Promise<void>
  readonly jumpToEnd: () => Promise<void>
}

interface State {
  readonly window: LogWindow
  readonly size: number
  readonly isComplete: boolean
  readonly error: unknown
  readonly shift: number
  readonly version: number
}

const nothing: State = { window: emptyWindow, size: 0, isComplete: false, error: undefined, shift: 0, version: 0 }

/** Reads a window of a log; one request at a time. While `isFollowing`, it asks for more at the end every second. */
export function useLogWindow(source: LogSource, isFollowing: boolean): LogReader {
  const [state, setState] = useState<State>(nothing)
  const busy = useRef<AbortController>(undefined)

  const run = async (read: (signal: AbortSignal) => Promise<Partial<State> | undefined>): Promise<void> => {
    if (busy.current !== undefined) return
    const controller = new AbortController()
    busy.current = controller
    try {
      const change = await read(controller.signal)
      if (change !== undefined && !controller.signal.aborted)
        setState((old) => ({ ...old, shift: 0, error: undefined, ...change, version: old.version + 1 }))
    } catch (error) {
      if (!controller.signal.aborted) setState((old) => ({ ...old, error }))
    } finally {
      if (busy.current === controller) busy.current = undefined
    }
  }
  const readOn = (): Promise<void> =>
    run(async (signal) => {
      const { bytes, nextOffset, isComplete } = await source.read(endOf(state.window), signal)
      if (bytes.length === 0) return isComplete === state.isComplete ? undefined : { isComplete }
      const piece = cutAtLines(bytes, { offset: nextOffset - bytes.length, isLast: isComplete })
      const { pieces, dropped } = append(state.window, piece)
      const isAtEnd = isComplete && piece.end === nextOffset
      return { window: { pieces }, isComplete: isAtEnd, size: Math.max(state.size, nextOffset), shift: -dropped }
    })
  const readBack = (): Promise<void> =>
    run(async (signal) => {
      const end = startOf(state.window)
      if (end === 0) return undefined
      const offset = Math.max(0, end - stepBytes)
      const bytes = await readBetween(source, { offset, end, signal })
      const piece = cutAtLines(bytes, { offset, isLast: true, isMiddle: offset > 0 })
      const { pieces, added } = prepend(state.window, piece)
      return { window: { pieces }, shift: added, isComplete: false }
    })
  const jump = (place: (size: number) => number): Promise<void> => {
    busy.current?.abort()
    busy.current = undefined
    return run(async (signal) => {
      const size = await source.size(signal)
      const offset = Math.max(0, Math.min(place(size), size - 1))
      const { bytes, nextOffset, isComplete } = await source.read(offset, signal)
      const piece = cutAtLines(bytes, { offset: nextOffset - bytes.length, isLast: isComplete, isMiddle: offset > 0 })
      const { pieces } = append(emptyWindow, piece)
      return {
        window: { pieces },
        size: Math.max(size, nextOffset),
        isComplete: isComplete && piece.end === nextOffset,
      }
    })
  }
  const jumpTo = (offset: number): Promise<void> => jump(() => offset)
  const jumpToEnd = (): Promise<void> => jump((size) => size - stepBytes)
  const start = useEffectEvent(() => void (isFollowing ? jumpToEnd() : jumpTo(0)))
  const poll = useEffectEvent(() => void readOn())
  useEffect(() => {
    start()
    return () => busy.current?.abort()
  }, [source.key])
  const mayGrow = isFollowing && !state.isComplete
  useEffect(() => {
    if (!mayGrow) return
    const timer = setInterval(() => poll(), followMs)
    return () => clearInterval(timer)
  }, [mayGrow, source.key])
  return { ...state, readOn: () => void readOn(), readBack: () => void readBack(), jumpTo, jumpToEnd }
}

/** The bytes from `offset` up to `end`; a source gives as much at a time as it likes. */
async function readBetween(
  source: LogSource,
  { offset, end, signal }: { readonly offset: number; readonly end: number; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const whole = new Uint8Array(end - offset)
  let at = offset
  // One after the other: where a piece starts is known when the one before is there.
  while (at < end) {
    const { bytes, nextOffset } = await source.read(at, signal)
    if (bytes.length === 0) break
    whole.set(bytes.subarray(0, end - at), at - offset)
    at = nextOffset
  }
  return whole.subarray(0, Math.min(at, end) - offset)
}
