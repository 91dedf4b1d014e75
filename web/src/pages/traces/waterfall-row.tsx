import type { CSSProperties, ReactNode } from 'react'
import { tracesMessages } from './messages.ts'
import type { TreeSpan } from './span-tree.ts'
import { SpanType } from './span-type.tsx'
import { Icon } from '../../components/icon.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface WaterfallRowProps {
  /** By which the tree names its active row. */
  readonly id: string
  readonly row: TreeSpan
  readonly top: number
  readonly totalMs: number
  readonly isChosen: boolean
  readonly isOpen: boolean
  readonly onChoose: () => void
  readonly onToggle: (isOpen: boolean) => void
}

/** Beyond this many levels a name moves no further to the right. */
const deepest = 12

/** A span: its name at its level, its bar, and how long it took. */
export function WaterfallRow(props: WaterfallRowProps): ReactNode {
  const { id, row, top, totalMs, isChosen, isOpen, onChoose, onToggle } = props
  const { span, depth, children, parent, startMs, endMs } = row
  const texts = useMessages(tracesMessages).tree
  const format = useFormat()
  const hasChildren = children.length > 0
  const isFailed = span.status === 'ERROR'
  const took = span.duration_ms === undefined ? texts.running : format.duration(span.duration_ms)
  const share = (ms: number): number => (totalMs === 0 ? 0 : (100 * ms) / totalMs)
  const siblings = parent?.children ?? []
  return (
    // The keys are the tree's, which has the focus; a pointer needs none.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- see above
    <div
      id={id}
      role="treeitem"
      aria-level={depth + 1}
      aria-setsize={Math.max(1, siblings.length)}
      aria-posinset={Math.max(0, siblings.indexOf(row)) + 1}
      aria-selected={isChosen}
      aria-expanded={hasChildren ? isOpen : undefined}
      className={`waterfall-row${isChosen ? ' selected' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onChoose}
    >
      <span className="waterfall-name" style={{ paddingLeft: 6 + 14 * Math.min(depth, deepest) }}>
        {/* The tree's own keys do the same. */}
        <span
          className={`waterfall-toggle${isOpen ? ' open' : ''}`}
          aria-hidden="true"
          onClick={(event) => {
            if (!hasChildren) return
            event.stopPropagation()
            onToggle(!isOpen)
          }}
        >
          {hasChildren && <Icon name="chevron" size={12} />}
        </span>
        <SpanType type={span.type} isShort />
        <span className="waterfall-text">{span.name}</span>
        {isFailed && (
          <>
            <span className="waterfall-failed" aria-hidden="true">
              ✕
            </span>
            <span className="spoken">{texts.failed}</span>
          </>
        )}
      </span>
      <span className="waterfall-time">
        <span
          className={`waterfall-bar${isFailed ? ' failed' : ''}${span.duration_ms === undefined ? ' running' : ''}`}
          style={{ left: `${share(startMs)}%`, width: `${share(Math.max(0, endMs - startMs))}%` }}
        />
        <span className="waterfall-took" style={placeOfTook(share(startMs), share(endMs))}>
          {took}
        </span>
      </span>
    </div>
  )
}

/** Beside the bar where there is room, else before it, else on it. */
function placeOfTook(start: number, end: number): CSSProperties {
  if (end < 78) return { left: `calc(${end}% + 6px)` }
  if (start > 22) return { right: `calc(${100 - start}% + 6px)` }
  return { left: `calc(${start}% + 6px)`, color: 'var(--surface)' }
}
