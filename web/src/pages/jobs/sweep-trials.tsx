import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Trials } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import { ParallelCoordinates } from './parallel-coordinates.tsx'
import { restQuery } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { Badge, StatusBadge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

/** What a sweep tried: its trials with their parameters, the best first, as lines over the parameters and as a table. */
export function SweepTrials({ job }: { readonly job: string }): ReactNode {
  const texts = useMessages(jobsMessages).trials
  const trials = useQuery(restQuery('/api/v1/jobs/{name}/trials', { params: { path: { name: job } } }))
  return (
    <Loaded query={trials} lines={6}>
      {(found) => (found.items.length === 0 ? <p className="quiet">{texts.empty}</p> : <TrialViews trials={found} />)}
    </Loaded>
  )
}

function TrialViews({ trials }: { readonly trials: Trials }): ReactNode {
  const texts = useMessages(jobsMessages).trials
  const format = useFormat()
  const [chosen, setChosen] = useState<string>()
  const { items, primary_metric: metric, goal } = trials
  const names = [...new Set(items.flatMap(({ parameters }) => Object.keys(parameters)))]
  return (
    <div className="stack">
      <p>{texts.goal(metric, goal)}</p>
      {items.length > 1 && names.length > 0 && (
        <Panel title={texts.coordinates}>
          <ParallelCoordinates
            label={texts.coordinates}
            axes={[...names, metric]}
            lines={items.map(({ job, parameters, value, is_best: isBest }) => ({
              id: job,
              isMarked: chosen === undefined ? isBest : chosen === job,
              values: [...names.map((name) => parameters[name]), value],
            }))}
            onChoose={(id) => setChosen(id === chosen ? undefined : id)}
          />
        </Panel>
      )}
      <PlainTable
        label={texts.label}
        columns={[
          { label: texts.number },
          { label: metric, isNumber: true },
          ...names.map((label) => ({ label, isNumber: true })),
          { label: texts.logged, isNumber: true },
          { label: '' },
        ]}
        rows={items.map(({ job, number, status, parameters, value, logged, is_best: isBest }) => ({
          key: job,
          cells: [
            <Link key="job" to="/jobs/$name" params={{ name: job }}>
              {number}
            </Link>,
            value === undefined ? texts.none : format.number(value),
            ...names.map((name) => shownValue(parameters[name], format.number)),
            String(logged),
            <span key="status" className="row">
              <StatusBadge status={status} />
              {isBest && (
                <Badge tone="good" glyph="★">
                  {texts.best}
                </Badge>
              )}
            </span>,
          ],
        }))}
      />
    </div>
  )
}

function shownValue(value: unknown, number: (value: number) => string): string {
  if (typeof value === 'number') return number(value)
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}
