import { useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { hitBefore, nextHit } from './log-hits.ts'
import type { LogSource } from './log-source.ts'
import { startOf } from './log-window.ts'
import type { LogReader } from './use-log-window.ts'
import { IconButton } from '../button.tsx'
import { useShortcut } from '../../keyboard/shortcuts.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import { shellMessages } from '../../messages/shell.ts'

interface LogSearchProps {
  readonly source: LogSource
  readonly reader: LogReader
  readonly onFound: (text: string) => void
  readonly onJump: (offset: number) => Promise<void>
}

/** A little before a place within a line, so that the line is whole. */
const leadBytes = 1000

/** Finds a text in a log of any size; Enter or n goes on, Shift+Enter or N back. */
export function LogSearch({ source, reader, onFound, onJump }: LogSearchProps): ReactNode {
  const texts = useMessages(shellMessages).log
  const format = useFormat()
  const [text, setText] = useState('')
  const [state, setState] = useState('')
  const last = useRef<{ readonly text: string; readonly offset: number }>(undefined)
  const running = useRef<AbortController>(undefined)
  const canGoBack = source.search !== undefined
  const look = async (way: 'next' | 'before'): Promise<void> => {
    running.current?.abort()
    const { signal } = (running.current = new AbortController())
    const onProgress = (at: number): void =>
      setState(texts.searching(format.percent(reader.size === 0 ? 1 : Math.min(1, at / reader.size))))
    const looking = { text, signal, onProgress }
    const known = last.current?.text === text ? last.current.offset : undefined
    const from = startOf(reader.window)
    const found =
      way === 'before' && source.search !== undefined
        ? await hitBefore({ search: source.search }, known ?? from, looking)
        : await nextHit(source, { from, ...(known !== undefined && { after: known }) }, looking)
    if (signal.aborted) return
    onFound(text)
    if (found === undefined) {
      setState(known === undefined ? texts.noMatch : way === 'next' ? texts.noneAfter : texts.noneBefore)
      return
    }
    setState(reader.size === 0 ? '' : texts.foundAt(format.percent(found / reader.size)))
    last.current = { text, offset: found }
    // A server finds lines: the byte before one ends the line above it.
    await onJump(Math.max(0, found - (canGoBack ? 1 : leadBytes)))
  }
  const go = (way: 'next' | 'before'): void => {
    if (text !== '')
      look(way).catch((error: unknown) => setState(error instanceof Error ? error.message : texts.noMatch))
  }
  useShortcut({ keys: 'n', label: texts.next, group: 'here' }, () => go('next'))
  useShortcut({ keys: 'N', label: texts.before, group: 'here' }, () => canGoBack && go('before'))
  return (
    <form
      className="row log-search"
      role="search"
      aria-label={texts.find}
      onSubmit={(event) => {
        event.preventDefault()
        go('next')
      }}
    >
      <input
        className="field"
        type="search"
        aria-label={texts.find}
        placeholder={texts.find}
        value={text}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !event.shiftKey || !canGoBack) return
          event.preventDefault()
          go('before')
        }}
        onChange={(event) => {
          setText(event.target.value)
          if (event.target.value === '') onFound('')
        }}
      />
      {canGoBack && (
        <IconButton isSmall icon="up" label={texts.before} disabled={text === ''} onClick={() => go('before')} />
      )}
      <IconButton isSmall icon="down" label={texts.next} disabled={text === ''} onClick={() => go('next')} />
      <span className="quiet" role="status">
        {state}
      </span>
    </form>
  )
}
