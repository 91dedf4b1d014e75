import type { ReactNode } from 'react'
import { AnswerChart } from './answer-chart.tsx'
import { type ChartChoice, type ChartKind, drawnLines, numberColumns, type Rows } from './drawn-lines.ts'
import { queriesMessages } from './messages.ts'
import { useMessages } from '../../messages/catalogue.ts'

interface ChartPanelProps {
  readonly rows: Rows
  /** Absent where nothing can be drawn. */
  readonly choice: ChartChoice | undefined
  readonly onChoice: (choice: ChartChoice) => void
}

const kinds = ['line', 'bar', 'scatter', 'pie'] as const satisfies readonly ChartKind[]

/** An answer as a chart, and which of its columns are drawn. */
export function ChartPanel({ rows, choice, onChoice }: ChartPanelProps): ReactNode {
  const texts = useMessages(queriesMessages).chart
  if (choice === undefined) return <p className="quiet panel-body">{texts.none}</p>
  const names = rows.columns.map(({ name }) => name)
  return (
    <div className="panel-body stack">
      <div className="row">
        <Choice
          label={texts.kind}
          value={choice.kind}
          options={kinds.map((kind) => [kind, texts.kinds[kind]])}
          onValue={(value) => onChoice({ ...choice, kind: kinds.find((kind) => kind === value) ?? 'line' })}
        />
        <Choice
          label={texts.x}
          value={choice.x}
          options={names.map((name) => [name, name])}
          onValue={(x) => onChoice({ ...choice, x })}
        />
        <Choice
          label={texts.y}
          value={choice.y}
          options={numberColumns(rows).map((name) => [name, name])}
          onValue={(y) => onChoice({ ...choice, y })}
        />
        <Choice
          label={texts.series}
          value={choice.series ?? ''}
          options={[['', texts.noSeries], ...names.map((name) => [name, name] as const)]}
          onValue={(series) => {
            const { series: _, ...rest } = choice
            onChoice(series === '' ? rest : { ...rest, series })
          }}
        />
      </div>
      <AnswerChart
        label={`${choice.y} · ${choice.x}`}
        kind={choice.kind}
        xLabel={choice.x}
        lines={drawnLines(rows, choice)}
      />
    </div>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, text: string])[]
  readonly onValue: (value: string) => void
}

function Choice({ label, value, options, onValue }: ChoiceProps): ReactNode {
  return (
    <label className="row">
      {label}
      <select className="field" value={value} onChange={({ target }) => onValue(target.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
