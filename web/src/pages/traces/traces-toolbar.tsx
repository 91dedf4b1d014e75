import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { tracesMessages } from './messages.ts'
import { hoursOfRange, type TraceRange, traceStates, type TracesSearch } from './traces-search.ts'
import { mlflowQuery } from '../../api/mlflow-client.ts'
import { FilterBar } from '../../components/filter-bar.tsx'
import { useMessages } from '../../messages/catalogue.ts'

export type TracesChange = Partial<Record<keyof TracesSearch, string | undefined>>

interface TracesToolbarProps {
  readonly search: TracesSearch
  /** Why the last search was refused. */
  readonly error: unknown
  readonly onChange: (next: TracesChange) => void
}

const suggestions = [
  "name = '",
  "name ILIKE '%",
  'execution_time_ms > 1000',
  "span.name = '",
  "span.type = 'CHAT_MODEL'",
  "span.status = 'ERROR'",
  "span.content ILIKE '%",
  "span.attributes.`mlflow.llm.model` = '",
  "metadata.`mlflow.trace.session` = '",
  "metadata.`mlflow.trace.user` = '",
  "run_id = '",
  "prompt = 'NAME/VERSION'",
  "feedback.correct = 'true'",
  'tags.',
]

/** Which traces are shown: a filter, an experiment, a state, a stretch of time. */
export function TracesToolbar({ search, error, onChange }: TracesToolbarProps): ReactNode {
  const texts = useMessages(tracesMessages)
  const { filter, experiment = '', state = '' } = search
  const experiments = useQuery(mlflowQuery('experiments/search', { max_results: 1000 })).data?.experiments ?? []
  return (
    <div className="traces-bar">
      <FilterBar
        value={filter ?? ''}
        onFilter={(next) => onChange({ filter: next })}
        placeholder="span.type = 'TOOL' AND execution_time_ms > 2000"
        error={error}
        suggestions={suggestions}
      />
      <div className="row">
        <select
          className="field traces-choice"
          aria-label={texts.experiment}
          value={experiment}
          onChange={({ target }) => onChange({ experiment: target.value })}
        >
          <option value="">{texts.everyExperiment}</option>
          {experiment !== '' && experiments.every(({ experiment_id: id }) => id !== experiment) && (
            <option value={experiment}>{experiment}</option>
          )}
          {experiments.map(({ experiment_id: id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <select
          className="field"
          aria-label={texts.state}
          value={state}
          onChange={({ target }) => onChange({ state: target.value })}
        >
          <option value="">{texts.everyState}</option>
          {traceStates.map((each) => (
            <option key={each} value={each}>
              {texts.states[each]}
            </option>
          ))}
        </select>
        <TimeRange search={search} onChange={onChange} />
      </div>
    </div>
  )
}

const dayMs = 86_400_000

function TimeRange({ search, onChange }: Omit<TracesToolbarProps, 'error'>): ReactNode {
  const texts = useMessages(tracesMessages)
  const { last, from, to } = search
  const isCustom = from !== undefined || to !== undefined
  const choose = (value: string): void => {
    if (value !== 'custom') return onChange({ last: value, from: undefined, to: undefined })
    onChange({ last: undefined, from: new Date(Date.now() - dayMs).toISOString() })
  }
  return (
    <>
      <select
        className="field"
        aria-label={texts.range}
        value={isCustom ? 'custom' : (last ?? '')}
        onChange={({ target }) => choose(target.value)}
      >
        <option value="">{texts.ranges.all}</option>
        {(Object.keys(hoursOfRange) as TraceRange[]).map((each) => (
          <option key={each} value={each}>
            {texts.ranges[each]}
          </option>
        ))}
        <option value="custom">{texts.ranges.custom}</option>
      </select>
      {isCustom &&
        [['from', from] as const, ['to', to] as const].map(([end, time]) => (
          <input
            key={end}
            className="field"
            type="datetime-local"
            aria-label={texts[end]}
            value={time === undefined ? '' : localText(time)}
            onChange={({ target }) =>
              onChange({ [end]: target.value === '' ? undefined : new Date(target.value).toISOString() })
            }
          />
        ))}
    </>
  )
}

/** As the field for local times wants it: `2026-11-21T14:02`. */
function localText(time: string): string {
  const date = new Date(time)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
