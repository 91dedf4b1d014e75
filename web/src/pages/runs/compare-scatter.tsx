import type { ReactNode } from 'react'
import type { CompareSearch } from './compare-search.ts'
import { type ComparedLine, differs, numberOf } from './compared-values.ts'
import { runsMessages } from './messages.ts'
import { Chart } from '../../components/chart/chart.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface CompareScatterProps {
  readonly runs: readonly { readonly run_id: string; readonly name: string }[]
  readonly lines: readonly ComparedLine[]
  readonly search: CompareSearch
  readonly onChange: (next: CompareSearch) => void
}

/** Each run as a point: one metric or param over another. */
export function CompareScatter({ runs, lines, search, onChange }: CompareScatterProps): ReactNode {
  const texts = useMessages(runsMessages).compare
  const numeric = lines.filter((line) => line.values.some((value) => numberOf(value) !== undefined))
  const varied = numeric.filter(differs)
  const x = numeric.find(({ id }) => id === search.x) ?? varied.find(({ kind }) => kind === 'params') ?? numeric[0]
  const y = numeric.find(({ id }) => id === search.y) ?? varied.find((line) => line !== x) ?? numeric.at(-1)
  if (x === undefined || y === undefined) return <p className="quiet">{texts.noNumbers}</p>
  const choice = (label: string, chosen: ComparedLine, onChoose: (id: string) => void): ReactNode => (
    <label className="row">
      {label}
      <select className="field" value={chosen.id} onChange={({ target }) => onChoose(target.value)}>
        {numeric.map(({ id }) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  )
  return (
    <div className="stack">
      <div className="row runs-controls">
        {choice(texts.sideways, x, (id) => onChange({ x: id }))}
        {choice(texts.up, y, (id) => onChange({ y: id }))}
      </div>
      <div className="panel runs-chart">
        <Chart
          label={texts.over(y.key, x.key)}
          kind="points"
          height={380}
          xLabel={x.key}
          series={runs.flatMap(({ name }, place) => {
            const [at, value] = [numberOf(x.values[place]), numberOf(y.values[place])]
            return at === undefined || value === undefined ? [] : [{ name, x: [at], y: [value] }]
          })}
        />
      </div>
    </div>
  )
}
