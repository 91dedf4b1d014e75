import { useRef } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { type HeatColumn, type HeatLevel, type HeatRow, levelOf } from './heat-map-values.ts'
import { monitorsMessages } from './messages.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

export interface HeatCell {
  readonly feature: string
  readonly metric: string
  readonly run: string
}

interface HeatMapProps {
  readonly label: string
  readonly rows: readonly HeatRow[]
  readonly columns: readonly HeatColumn[]
  readonly chosen: HeatCell | undefined
  readonly onChoose: (cell: HeatCell) => void
}

/** Features against runs; the darker, the nearer to the threshold. Arrows move from cell to cell. */
export function HeatMap({ label, rows, columns, chosen, onChoose }: HeatMapProps): ReactNode {
  const texts = useMessages(monitorsMessages).map
  const format = useFormat()
  const table = useRef<HTMLTableElement>(null)
  const place = {
    row: Math.max(
      0,
      rows.findIndex(({ feature, metric }) => feature === chosen?.feature && metric === chosen.metric),
    ),
    column: columns.findIndex(({ run }) => run === chosen?.run),
  }
  if (place.column === -1) place.column = columns.length - 1
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = {
      ArrowUp: { row: place.row - 1, column: place.column },
      ArrowDown: { row: place.row + 1, column: place.column },
      ArrowLeft: { row: place.row, column: place.column - 1 },
      ArrowRight: { row: place.row, column: place.column + 1 },
      Home: { row: place.row, column: 0 },
      End: { row: place.row, column: columns.length - 1 },
    }[event.key]
    const [row, column] = [rows[next?.row ?? -1], columns[next?.column ?? -1]]
    if (next === undefined || row === undefined || column === undefined) return
    event.preventDefault()
    onChoose({ feature: row.feature, metric: row.metric, run: column.run })
    const cell = table.current?.querySelector<HTMLElement>(`[data-cell="${next.row} ${next.column}"]`)
    cell?.focus()
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
  const withMetric = new Set(rows.map(({ metric }) => metric)).size > 1
  return (
    <div className="heat-scroller">
      {/* A table by its markup, which is also walked through by arrows. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- a grid of buttons */}
      <table ref={table} className="heat" role="grid" aria-label={label}>
        <TimeHeads columns={columns} />
        <tbody>
          {rows.map(({ feature, metric, byRun }, row) => (
            <tr key={`${feature} ${metric}`}>
              <th scope="row">
                <span className="heat-name">
                  {feature === '' ? texts.whole : feature}
                  {withMetric && <span className="quiet"> {metric}</span>}
                </span>
              </th>
              {columns.map(({ run, atMs }, column) => {
                const verdict = byRun.get(run)
                const what = withMetric ? `${feature} ${metric}`.trim() : feature || texts.whole
                const value = verdict?.effect ?? undefined
                const said =
                  verdict === undefined || value === undefined
                    ? texts.cellMissing(what, format.time(atMs))
                    : texts.cell(
                        what,
                        format.time(atMs),
                        texts.value(
                          format.number(round(value)),
                          verdict.threshold === undefined ? texts.noThreshold : format.number(verdict.threshold),
                        ),
                      )
                const level: HeatLevel | 'missing' = verdict === undefined ? 'missing' : levelOf(verdict)
                const isHere = row === place.row && column === place.column
                return (
                  <td key={run} role="gridcell" aria-selected={chosen !== undefined && isHere}>
                    <button
                      type="button"
                      data-cell={`${row} ${column}`}
                      className={`heat-cell heat-${level}`}
                      aria-label={verdict?.is_breach === true ? texts.cellBreach(said) : said}
                      title={said}
                      tabIndex={isHere ? 0 : -1}
                      onKeyDown={onKeyDown}
                      onClick={() => onChoose({ feature, metric, run })}
                    >
                      <span aria-hidden="true">{glyphs[level]}</span>
                    </button>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function TimeHeads({ columns }: { readonly columns: readonly HeatColumn[] }): ReactNode {
  const texts = useMessages(monitorsMessages).map
  const format = useFormat()
  return (
    <thead>
      <tr>
        <th scope="col">{texts.feature}</th>
        {columns.map(({ run, atMs }, index) => (
          <th key={run} scope="col" title={format.time(atMs)}>
            <span className="spoken">{format.time(atMs)}</span>
            {/* Every third, so that the dates do not run into each other. */}
            {(columns.length - 1 - index) % 3 === 0 && (
              <span className="heat-time" aria-hidden="true">
                {format.shortTime(atMs)}
              </span>
            )}
          </th>
        ))}
      </tr>
    </thead>
  )
}

/** Breaches are told by more than their colour. */
const glyphs: Readonly<Record<HeatLevel | 'missing', string>> = {
  none: '',
  far: '',
  some: '',
  near: '',
  chance: '?',
  breach: '✕',
  twice: '✕',
  missing: '·',
}

/** What the colours mean. */
export function HeatLegend(): ReactNode {
  const texts = useMessages(monitorsMessages).map
  const levels = [
    ['far', texts.least],
    ['some', ''],
    ['near', texts.most],
    ['chance', texts.chance],
    ['breach', texts.breach],
    ['twice', texts.twice],
    ['missing', texts.missing],
  ] as const
  return (
    <ul className="heat-legend quiet">
      {levels.map(([level, word]) => (
        <li key={level}>
          <span className={`heat-cell heat-${level}`} aria-hidden="true">
            {glyphs[level]}
          </span>
          {word}
        </li>
      ))}
    </ul>
  )
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
