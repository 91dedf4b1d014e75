import { useVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { spansOf } from './ansi.ts'
import { LogSearch } from './log-search.tsx'
import type { LogSource } from './log-source.ts'
import { endOf, linesOf, startOf } from './log-window.ts'
import { type LogReader, useLogWindow } from './use-log-window.ts'
import { Button, IconButton } from '../button.tsx'
import { Icon } from '../icon.tsx'
import { ErrorState } from '../page-states.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import { shellMessages } from '../../messages/shell.ts'
import './log-view.css'

interface LogViewProps {
  readonly source: LogSource
  /** Starts at the end and stays there as the log grows; for what still runs. */
  readonly isLive?: boolean
  /** Pixels; 480 when absent. */
  readonly height?: number
}

const lineHeight = 18

/** A log of any size: some megabytes of it are held, a screenful is drawn. Follows, finds, jumps, colours by ANSI. */
export function LogView({ source, isLive = false, height = 480 }: LogViewProps): ReactNode {
  const texts = useMessages(shellMessages).log
  const [isFollowing, setFollowing] = useState(isLive)
  const [found, setFound] = useState('')
  const reader = useLogWindow(source, isFollowing)
  const scroller = useRef<HTMLDivElement>(null)
  const lines = linesOf(reader.window)
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 20,
  })
  const { version, shift } = reader
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    if (isFollowing) element.scrollTop = element.scrollHeight
    else if (shift !== 0) element.scrollTop += shift * lineHeight
  }, [version, shift, isFollowing])
  const onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = scroller.current!
    const below = scrollHeight - scrollTop - clientHeight
    if (below < 40 * lineHeight) reader.readOn()
    else if (isFollowing && below > 4 * lineHeight) setFollowing(false)
    if (scrollTop < 40 * lineHeight) reader.readBack()
  }
  const jump = async (offset: number): Promise<void> => {
    setFollowing(false)
    await reader.jumpTo(offset)
    if (scroller.current !== null) scroller.current.scrollTop = 0
  }
  const follow = (): void => {
    setFollowing(true)
    if (!reader.isComplete) void reader.jumpToEnd()
  }
  return (
    <div className="log-view">
      <div className="panel-head">
        <LogSearch source={source} reader={reader} onFound={setFound} onJump={jump} />
        <div className="row">
          <Button isSmall aria-pressed={isFollowing} onClick={() => (isFollowing ? setFollowing(false) : follow())}>
            {isFollowing ? texts.following : texts.follow}
          </Button>
          <IconButton isSmall icon="up" label={texts.start} onClick={() => void jump(0)} />
          <IconButton isSmall icon="down" label={texts.end} onClick={follow} />
          {source.downloadUrl !== undefined && (
            <a className="button button-quiet button-small" href={source.downloadUrl} download>
              <Icon name="download" />
              {texts.download}
            </a>
          )}
        </div>
      </div>
      {reader.error !== undefined && <ErrorState error={reader.error} onRetry={reader.readOn} />}
      {lines.length === 0 && reader.version > 0 && <p className="quiet log-empty">{texts.empty}</p>}
      {/* A region that scrolls is reached by the keyboard. */}
      <div
        ref={scroller}
        className="log-lines"
        role="log"
        aria-label={texts.label}
        aria-live="off"
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- arrows scroll it
        tabIndex={0}
        style={{ height: Math.min(height, Math.max(60, virtualizer.getTotalSize() + 16)) }}
        onScroll={onScroll}
      >
        <div className="log-paper" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => (
            <div key={index} className="log-line" style={{ transform: `translateY(${start}px)` }}>
              <LogLine text={lines[index] ?? ''} found={found} />
            </div>
          ))}
        </div>
      </div>
      <LogPosition reader={reader} onJump={jump} />
    </div>
  )
}

function LogLine({ text, found }: { readonly text: string; readonly found: string }): ReactNode {
  return spansOf(text).map(({ text: part, looks }, index) => (
    <span key={index} className={looks.map((look) => `ansi-${look}`).join(' ')}>
      {found === '' ? part : marked(part, found)}
    </span>
  ))
}

function marked(text: string, found: string): ReactNode {
  const place = text.toLowerCase().indexOf(found.toLowerCase())
  if (place < 0) return text
  const end = place + found.length
  return (
    <>
      {text.slice(0, place)}
      <mark>{text.slice(place, end)}</mark>
      {marked(text.slice(end), found)}
    </>
  )
}

/** Which part of the text is held, and a way to any other. */
function LogPosition({
  reader: { window, size },
  onJump,
}: {
  readonly reader: LogReader
  readonly onJump: (offset: number) => Promise<void>
}): ReactNode {
  const texts = useMessages(shellMessages).log
  const format = useFormat()
  const [start, end] = [startOf(window), endOf(window)]
  if (size === 0 || (start === 0 && end >= size)) return null
  return (
    <div className="log-position">
      <input
        type="range"
        aria-label={texts.position}
        min={0}
        max={size}
        step={Math.max(1, Math.round(size / 1000))}
        value={start}
        onChange={(event) => void onJump(Number(event.target.value))}
      />
      <span className="quiet">
        {format.bytes(start)} – {format.bytes(end)} / {format.bytes(size)}
      </span>
    </div>
  )
}
