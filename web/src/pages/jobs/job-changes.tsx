import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Job, JobDiff } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import { ChangedText } from './step-verdict.tsx'
import { restQuery } from '../../api/rest-client.ts'
import { ServerError } from '../../api/server-error.ts'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Area = JobDiff['items'][number]['area']

/** What of a job differs from the last one of its pipeline that completed: what went in first, then what came out. */
export function JobChanges({ job, onStep }: { readonly job: Job; readonly onStep: (path: string) => void }): ReactNode {
  const texts = useMessages(jobsMessages).changes
  const diff = useQuery({
    ...restQuery('/api/v1/jobs/{name}/diff', { params: { path: { name: job.name } } }),
    staleTime: 5000,
  })
  const { error } = diff
  return (
    <Panel title={texts.label}>
      <div className="panel-body">
        {error instanceof ServerError && error.code === 'not-found' ? (
          <p className="quiet">{texts.none}</p>
        ) : (
          <Loaded query={diff} lines={5}>
            {(found) => <Differences diff={found} onStep={onStep} />}
          </Loaded>
        )}
      </div>
    </Panel>
  )
}

function Differences({ diff, onStep }: { readonly diff: JobDiff; readonly onStep: (path: string) => void }): ReactNode {
  const texts = useMessages(jobsMessages).changes
  const [area, setArea] = useState<Area>()
  const counts = new Map<Area, number>()
  for (const item of diff.items) counts.set(item.area, (counts.get(item.area) ?? 0) + 1)
  const items = diff.items.filter((item) => area === undefined || item.area === area)
  return (
    <div className="stack">
      <p>
        {texts.compared}{' '}
        <Link to="/jobs/$name" params={{ name: diff.old }}>
          {diff.old}
        </Link>
      </p>
      {diff.items.length === 0 ? (
        <p>{texts.same}</p>
      ) : (
        <>
          <div className="row" role="group" aria-label={texts.area}>
            <AreaChip
              label={texts.all}
              count={diff.items.length}
              isChosen={area === undefined}
              onChoose={() => setArea(undefined)}
            />
            {[...counts].map(([each, count]) => (
              <AreaChip
                key={each}
                label={texts.areas[each]}
                count={count}
                isChosen={area === each}
                onChoose={() => setArea(each)}
              />
            ))}
          </div>
          <PlainTable
            label={texts.label}
            columns={[
              { label: texts.step },
              { label: texts.area },
              { label: texts.field },
              { label: texts.old },
              { label: texts.now },
            ]}
            rows={items.map((item) => ({
              key: `${item.step} ${item.field}`,
              cells: [
                item.step === '' ? (
                  texts.whole
                ) : (
                  <button key="step" type="button" className="link" onClick={() => onStep(item.step)}>
                    {item.step}
                  </button>
                ),
                texts.areas[item.area],
                item.field,
                <ChangedText key="old" text={item.old} />,
                <ChangedText key="now" text={item.new} />,
              ],
            }))}
          />
        </>
      )}
    </div>
  )
}

function AreaChip({
  label,
  count,
  isChosen,
  onChoose,
}: {
  readonly label: string
  readonly count: number
  readonly isChosen: boolean
  readonly onChoose: () => void
}): ReactNode {
  return (
    <button type="button" className="jobs-chip" aria-pressed={isChosen} onClick={onChoose}>
      {label} <span>{count}</span>
    </button>
  )
}
