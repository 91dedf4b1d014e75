import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Navigate, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { JobActions } from './job-actions.tsx'
import { JobChanges } from './job-changes.tsx'
import { JobEvents } from './job-events.tsx'
import { JobDocument } from './job-document.tsx'
import { JobLineage } from './job-lineage.tsx'
import { JobSteps } from './job-steps.tsx'
import type { JobSearch, JobTab } from './job-search.ts'
import { JobTimelineView } from './job-timeline.tsx'
import { type Job, hasEnded, shownStatus } from './job-types.ts'
import { JobValues } from './job-values.tsx'
import { jobsMessages } from './messages.ts'
import { SweepTrials } from './sweep-trials.tsx'
import { restQuery } from '../../api/rest-client.ts'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { jobLogSource } from '../../components/log/job-log-source.ts'
import { LogView } from '../../components/log/log-view.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { Duration, TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import './jobs.css'

const route = getRouteApi('/jobs/$name')

/** A job: what its steps did and why, when, from what, and what it can be told. A step's address leads to its job. */
export function JobPage(): ReactNode {
  const { name } = route.useParams()
  const job = useQuery(restQuery('/api/v1/jobs/{name}', { params: { path: { name } } }))
  return (
    <Loaded query={job} lines={8} heading={name}>
      {(found) =>
        found.parent === undefined ? (
          <RootJob job={found} />
        ) : (
          <Navigate to="/jobs/$name" params={{ name: found.root }} search={stepSearch(found)} replace />
        )
      }
    </Loaded>
  )
}

function stepSearch({ step }: Job): JobSearch {
  return step === undefined ? {} : { step }
}

function RootJob({ job }: { readonly job: Job }): ReactNode {
  const texts = useMessages(jobsMessages)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/jobs/$name' })
  const show = (next: JobSearch): void => {
    void navigate({ search: withoutUndefined({ ...search, ...next }), replace: next.tab === undefined })
  }
  const tabs = tabsOf(job)
  const current = tabs.find((tab) => tab === search.tab) ?? tabs[0]!
  return (
    <Page
      title={job.display_name}
      aside={<StatusBadge status={shownStatus(job)} isReused={job.reused_from !== undefined} />}
      actions={<JobActions job={job} {...(search.step !== undefined && { step: search.step })} />}
    >
      <JobHead job={job} />
      <Tabs
        tabs={tabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={current}
        onSelect={(tab) => show({ tab })}
      >
        <JobTabPanel job={job} tab={current} search={search} onShow={show} />
      </Tabs>
    </Page>
  )
}

function withoutUndefined(search: JobSearch): JobSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))
}

/** Only what the job can have: a single command has no graph. */
function tabsOf({ type }: Job): readonly JobTab[] {
  if (type === 'command') return ['log', 'values', 'timeline', 'changes', 'lineage', 'events', 'document']
  if (type === 'sweep') return ['trials', 'timeline', 'values', 'changes', 'lineage', 'events', 'document']
  return ['graph', 'timeline', 'changes', 'values', 'lineage', 'events', 'document']
}

interface TabPanelProps {
  readonly job: Job
  readonly tab: JobTab
  readonly search: JobSearch
  readonly onShow: (next: JobSearch) => void
}

function JobTabPanel({ job, tab, search, onShow }: TabPanelProps): ReactNode {
  const showStep = (step: string): void => onShow({ tab: 'graph', step })
  switch (tab) {
    case 'graph':
      return <JobSteps job={job} search={search} onShow={onShow} />
    case 'timeline':
      return <JobTimelineView job={job} {...(job.type !== 'command' && { onStep: showStep })} />
    case 'changes':
      return <JobChanges job={job} onStep={showStep} />
    case 'trials':
      return <SweepTrials job={job.name} />
    case 'values':
      return <JobValues job={job} />
    case 'log':
      return <LogView source={jobLogSource(job.name)} isLive={!hasEnded(job)} height={560} />
    case 'events':
      return <JobEvents job={job} />
    case 'document':
      return <JobDocument job={job.name} />
    case 'lineage':
      return <JobLineage job={job.name} />
  }
}

/** What is true of the whole job, above the tabs. */
function JobHead({ job }: { readonly job: Job }): ReactNode {
  const texts = useMessages(jobsMessages).head
  const format = useFormat()
  const cost = useQuery(restQuery('/api/v1/jobs/{name}/cost', { params: { path: { name: job.name } } })).data
  const { error, started_at: from, ended_at: to } = job
  const tags = Object.entries(job.tags)
  return (
    <div className="stack job-head">
      {error !== undefined && <ErrorState error={new JobFailure(error)} />}
      <KeyValues
        entries={[
          [texts.experiment, job.experiment_name],
          [texts.created, <TimeAgo key="created" at={job.created_at} />],
          [
            texts.took,
            from === undefined ? undefined : <Duration key="took" from={from} {...(to !== undefined && { to })} />,
          ],
          [texts.cpu, cost === undefined ? undefined : format.duration(cost.cpu_seconds * 1000)],
          [
            texts.cost,
            cost?.cost === undefined ? undefined : `${format.number(cost.cost)} ${cost.currency ?? ''}`.trim(),
          ],
          [texts.why, job.status_detail ?? job.verdict_text],
          [texts.tags, tags.length === 0 ? undefined : tags.map(([key, value]) => `${key}=${value}`).join(', ')],
          [texts.archived, job.archived_at === undefined ? undefined : <TimeAgo key="archived" at={job.archived_at} />],
        ]}
      />
    </div>
  )
}

/** A failure of the job as a page shows errors. */
class JobFailure extends Error {
  constructor({ message, hint }: NonNullable<Job['error']>) {
    super(hint === undefined ? message : `${message} ${hint}`)
  }
}
