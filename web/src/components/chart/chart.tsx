import { lazy, Suspense, useId, useState } from 'react'
import type { ReactNode } from 'react'
import { alignSeries } from './align-series.ts'
import type { ChartProps } from './chart-props.ts'
import { ChartTable } from './chart-table.tsx'
import { Button } from '../button.tsx'
import { Skeleton } from '../page-states.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import './chart.css'

const Plot = lazy(() => import('./plot.tsx'))

/** A chart of numbers over numbers or time, in the colours of the theme; its values are also there as a table. */
export function Chart(props: ChartProps): ReactNode {
  const texts = useMessages(shellMessages).chart
  const id = useId()
  const [isTable, setTable] = useState(false)
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const { label, series, height = 220 } = props
  const isEmpty = series.every(({ x }) => x.length === 0)
  const toggle = (name: string): void => {
    const next = new Set(hidden)
    if (!next.delete(name)) next.add(name)
    setHidden(next)
  }
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption className="chart-head">
        <span id={id}>{label}</span>
        {!isEmpty && (
          <Button look="quiet" isSmall aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {isTable ? texts.asChart : texts.asTable}
          </Button>
        )}
      </figcaption>
      {isEmpty ? (
        <p className="quiet chart-empty">{texts.empty}</p>
      ) : isTable ? (
        <ChartTable {...props} />
      ) : (
        <Suspense fallback={<Skeleton lines={4} />}>
          <Plot {...props} height={height} hidden={hidden} data={alignSeries(series)} />
        </Suspense>
      )}
      {!isTable && series.length > 1 && (
        <ul className="chart-legend">
          {series.map(({ name }, index) => (
            <li key={name}>
              <button type="button" aria-pressed={!hidden.has(name)} onClick={() => toggle(name)}>
                <span className={`chart-key chart-key-${(index % 8) + 1}`} aria-hidden="true" />
                {name}
              </button>
            </li>
          ))}
        </ul>
      )}
    </figure>
  )
}
