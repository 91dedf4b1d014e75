import { lazy, Suspense, useState } from 'react'
import type { ReactNode } from 'react'
import type { GraphProps } from './graph-props.ts'
import { Button } from '../button.tsx'
import { Skeleton } from '../page-states.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import './graph.css'

const loadCanvas = () => import('./canvas.tsx')
const Canvas = lazy(loadCanvas)

/** Begins to load what draws graphs, for a page that is still asking for one; what goes wrong is told by the graph. */
export function prepareGraph(): void {
  loadCanvas().catch(() => undefined)
}

/** Steps or assets and what flows between them, laid out by itself; the same is there as a list. */
export function Graph(props: GraphProps): ReactNode {
  const texts = useMessages(shellMessages).graph
  const [isList, setList] = useState(false)
  const { height = 460 } = props
  return (
    <section className="graph panel" aria-label={props.label}>
      <div className="panel-head">
        <h2>{props.label}</h2>
        <Button look="quiet" isSmall aria-pressed={isList} onClick={() => setList(!isList)}>
          {isList ? texts.asGraph : texts.asList}
        </Button>
      </div>
      {isList ? (
        <GraphList {...props} />
      ) : (
        <div className="graph-canvas" style={{ height }}>
          <Suspense fallback={<Skeleton lines={6} />}>
            <Canvas {...props} />
          </Suspense>
        </div>
      )}
    </section>
  )
}

function GraphList({ nodes, edges, selected, onSelect }: GraphProps): ReactNode {
  const labels = new Map(nodes.map(({ id, label }) => [id, label]))
  return (
    <ul className="graph-list">
      {nodes.map(({ id, label, status, isReused, detail, kind }) => {
        const sources = edges.filter(({ to }) => to === id).map(({ from }) => labels.get(from) ?? from)
        return (
          <li key={id} className="row">
            {onSelect === undefined ? (
              <span>{label}</span>
            ) : (
              <button type="button" className="link" aria-current={id === selected} onClick={() => onSelect(id)}>
                {label}
              </button>
            )}
            {status !== undefined && <StatusBadge status={status} {...(isReused === true && { isReused })} />}
            {[kind, detail]
              .filter((text) => text !== undefined)
              .map((text) => (
                <span key={text} className="quiet">
                  {text}
                </span>
              ))}
            {sources.length > 0 && <span className="quiet">← {sources.join(', ')}</span>}
          </li>
        )
      })}
    </ul>
  )
}
