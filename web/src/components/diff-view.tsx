import { diffLines } from 'diff'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './diff-view.css'

interface DiffViewProps {
  readonly before: string
  readonly after: string
  /** Headings: what the two are. */
  readonly names: readonly [before: string, after: string]
}

/** Unchanged lines kept around a change. */
const contextLines = 3

interface Line {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** What two texts differ in, line by line; signs and words say so, not only colours. */
export function DiffView({ before, after, names }: DiffViewProps): ReactNode {
  const texts = useMessages(shellMessages).diff
  const [isShort, setShort] = useState(true)
  const lines = linesOf(before, after)
  if (lines.every(({ kind }) => kind === 'same')) return <p className="quiet">{texts.same}</p>
  return (
    <div className="diff-view">
      <div className="panel-head">
        <span>
          <span className="diff-removed">− {names[0]}</span> <span className="diff-added">+ {names[1]}</span>
        </span>
        <label className="row">
          <input type="checkbox" checked={isShort} onChange={() => setShort(!isShort)} />
          {texts.onlyChanges}
        </label>
      </div>
      <pre>
        {visible(lines, isShort).map((line, index) =>
          line === undefined ? (
            <span key={index} className="diff-gap">
              ⋯{'\n'}
            </span>
          ) : (
            <span key={index} className={`diff-${line.kind}`}>
              {line.kind !== 'same' && <span className="spoken">{texts[line.kind]}: </span>}
              <span aria-hidden="true">{{ same: ' ', added: '+', removed: '−' }[line.kind]} </span>
              {line.text}
              {'\n'}
            </span>
          ),
        )}
      </pre>
    </div>
  )
}

function linesOf(before: string, after: string): readonly Line[] {
  return diffLines(before, after).flatMap(({ value, added, removed }) => {
    const kind = added ? 'added' : removed ? 'removed' : 'same'
    return value
      .replace(/\n$/, '')
      .split('\n')
      .map((text) => ({ kind, text }) as const)
  })
}

/** `undefined` stands for lines left out. */
function visible(lines: readonly Line[], isShort: boolean): readonly (Line | undefined)[] {
  if (!isShort) return lines
  const near = new Set<number>()
  lines.forEach(({ kind }, index) => {
    if (kind === 'same') return
    for (let each = index - contextLines; each <= index + contextLines; each++) near.add(each)
  })
  return lines.flatMap((line, index) => {
    if (near.has(index)) return [line]
    return near.has(index - 1) || index === 0 ? [undefined] : []
  })
}
