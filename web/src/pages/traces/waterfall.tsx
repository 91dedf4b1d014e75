import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { tracesMessages } from './messages.ts'
import { shownSpans, spanTree, type TreeSpan } from './span-tree.ts'
import type { Span } from './trace-types.ts'
import { WaterfallRow } from './waterfall-row.tsx'
import { Button } from '../../components/button.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface WaterfallProps {
  readonly spans: readonly Span[]
  /** Id of the span whose content is shown. */
  readonly chosen: string | undefined
  readonly onChoose: (spanId: string) => void
}

const rowHeight = 28
const nothing: ReadonlySet<string> = new Set()

/**
 * The spans as a tree, each with its bar on the axis of time; only rows in sight are drawn. Arrows or j and k move,
 * left and right close and open, as in any tree (APG).
 */
export function Waterfall({ spans, chosen, onChoose }: WaterfallProps): ReactNode {
  const texts = useMessages(tracesMessages).tree
  const format = useFormat()
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [closed, setClosed] = useState(nothing)
  const [find, setFind] = useState('')
  const [isFailedOnly, setFailedOnly] = useState(false)
  const tree = useMemo(() => spanTree(spans), [spans])
  const rows = useMemo(() => shownSpans(tree, { closed, find, isFailedOnly }), [tree, closed, find, isFailedOnly])
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const current = rows.findIndex(({ span }) => span.span_id === chosen)
  // An address may name a span far down.
  useEffect(() => {
    if (current >= 0) virtualizer.scrollToIndex(current)
    // Only where the choice moved: scrolling by hand is left alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [chosen])
  const toggle = (spanId: string, isOpen: boolean): void => {
    const next = new Set(closed)
    if (isOpen) next.delete(spanId)
    else next.add(spanId)
    setClosed(next)
  }
  const choose = (row: TreeSpan | undefined): void => {
    if (row !== undefined) onChoose(row.span.span_id)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return
    const act = actionsOf({ rows, current, closed, choose, toggle })[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }
  return (
    <section className="panel waterfall" aria-label={texts.label}>
      <div className="panel-head waterfall-tools">
        <input
          className="field"
          type="search"
          aria-label={texts.find}
          placeholder={texts.find}
          value={find}
          onChange={({ target }) => setFind(target.value)}
        />
        <div className="row">
          {spans.some(({ status }) => status === 'ERROR') && (
            <label className="row">
              <input type="checkbox" checked={isFailedOnly} onChange={() => setFailedOnly(!isFailedOnly)} />
              {texts.failedOnly}
            </label>
          )}
          <span className="quiet" role="status">
            {texts.count(format.count(rows.length), format.count(spans.length))}
          </span>
          <FoldButtons spans={spans} onClosed={setClosed} />
        </div>
      </div>
      <Axis totalMs={tree.totalMs} />
      {rows.length === 0 && <p className="quiet panel-body">{texts.none}</p>}
      <div
        ref={scroller}
        className="waterfall-rows"
        role="tree"
        aria-label={texts.label}
        aria-activedescendant={current < 0 ? undefined : `${id}-${current}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" className="waterfall-all" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const row = rows[index]
            if (row === undefined) return null
            return (
              <WaterfallRow
                key={row.span.span_id}
                id={`${id}-${index}`}
                row={row}
                top={start}
                totalMs={tree.totalMs}
                isChosen={index === current}
                isOpen={find !== '' || isFailedOnly || !closed.has(row.span.span_id)}
                onChoose={() => choose(row)}
                onToggle={(isOpen) => toggle(row.span.span_id, isOpen)}
              />
            )
          })}
        </div>
      </div>
    </section>
  )
}

function FoldButtons({
  spans,
  onClosed,
}: {
  readonly spans: readonly Span[]
  readonly onClosed: (closed: ReadonlySet<string>) => void
}): ReactNode {
  const texts = useMessages(tracesMessages).tree
  return (
    <>
      <Button isSmall onClick={() => onClosed(nothing)}>
        {texts.open}
      </Button>
      <Button isSmall onClick={() => onClosed(new Set(spans.map(({ span_id: id }) => id)))}>
        {texts.close}
      </Button>
    </>
  )
}

interface TreeKeys {
  readonly rows: readonly TreeSpan[]
  readonly current: number
  readonly closed: ReadonlySet<string>
  readonly choose: (row: TreeSpan | undefined) => void
  readonly toggle: (spanId: string, isOpen: boolean) => void
}

const pageRows = 15

function actionsOf({ rows, current, closed, choose, toggle }: TreeKeys): Readonly<Record<string, () => void>> {
  const move = (by: number): void => choose(rows[Math.max(0, Math.min(rows.length - 1, current + by))])
  const row = rows[current]
  const isOpen = row !== undefined && row.children.length > 0 && !closed.has(row.span.span_id)
  return {
    ArrowDown: () => move(1),
    j: () => move(1),
    ArrowUp: () => move(-1),
    k: () => move(-1),
    PageDown: () => move(pageRows),
    PageUp: () => move(-pageRows),
    Home: () => choose(rows[0]),
    End: () => choose(rows.at(-1)),
    ArrowRight: () => {
      if (row === undefined || row.children.length === 0) return
      if (isOpen) move(1)
      else toggle(row.span.span_id, true)
    },
    ArrowLeft: () => {
      if (isOpen) toggle(row.span.span_id, false)
      else choose(row?.parent)
    },
  }
}

const marks = [0, 0.25, 0.5, 0.75, 1]

/** What time the places of the bars are. */
function Axis({ totalMs }: { readonly totalMs: number }): ReactNode {
  const format = useFormat()
  return (
    <div className="waterfall-axis" aria-hidden="true">
      <span />
      <span className="waterfall-marks">
        {marks.map((share) => (
          <span key={share} style={{ left: `${100 * share}%` }}>
            {format.duration(totalMs * share)}
          </span>
        ))}
      </span>
    </div>
  )
}
