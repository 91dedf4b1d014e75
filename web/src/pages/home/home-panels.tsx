import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { firesWithin, isTroubled } from './attention.ts'
import { homeMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { KeyValues } from '../../components/key-values.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { Badge, StatusBadge } from '../../components/status-badge.tsx'
import { Duration, TimeAgo, useNow } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Schemas = components['schemas']

interface JobListProps {
  readonly jobs: readonly Schemas['Job'][]
  readonly empty: string
  /** Also says why each failed. */
  readonly hasReason?: boolean
}

export function JobList({ jobs, empty, hasReason = false }: JobListProps): ReactNode {
  if (jobs.length === 0) return <p className="quiet panel-body">{empty}</p>
  return (
    <ul className="home-list">
      {jobs.map((job) => (
        <li key={job.name}>
          <div className="home-line">
            <StatusBadge status={job.status} isReused={job.reused_from !== undefined} />
            <span className="home-name">
              <ObjectLink kind="job" name={job.name}>
                {job.display_name}
              </ObjectLink>
              <span className="quiet">{job.experiment_name}</span>
            </span>
            <span className="quiet home-time">
              {job.started_at !== undefined && (
                <Duration from={job.started_at} {...(job.ended_at !== undefined && { to: job.ended_at })} />
              )}
            </span>
            <span className="quiet home-time">
              <TimeAgo at={job.ended_at ?? job.started_at ?? job.created_at} />
            </span>
          </div>
          {hasReason && job.error !== undefined && <p className="quiet home-reason">{job.error.message}</p>}
        </li>
      ))}
    </ul>
  )
}

const dayMs = 86_400_000
const shownFirings = 8

export function UpcomingList({ schedules }: { readonly schedules: readonly Schemas['Trigger'][] }): ReactNode {
  const texts = useMessages(homeMessages)
  const format = useFormat()
  const now = useNow()
  const firings = firesWithin(schedules, { fromMs: now, forMs: dayMs })
  if (firings.length === 0) return <p className="quiet panel-body">{texts.noUpcoming}</p>
  return (
    <ul className="home-list">
      {firings.slice(0, shownFirings).map(({ schedule, when, atMs, localTime, note }) => (
        <li key={`${schedule} ${atMs}`}>
          <div className="home-line">
            <span className="home-name">
              <ObjectLink kind="schedule" name={schedule} />
              <span className="quiet">{when}</span>
            </span>
            <time className="home-time" dateTime={new Date(atMs).toISOString()} title={localTime}>
              {format.shortTime(atMs)} · {format.relative(atMs, now)}
            </time>
          </div>
          {note !== undefined && <p className="quiet home-reason">{note}</p>}
        </li>
      ))}
      {firings.length > shownFirings && (
        <li>
          <Link to="/schedules" search={{ sort: 'next' }}>
            {texts.moreFirings(format.count(firings.length - shownFirings))}
          </Link>
        </li>
      )}
    </ul>
  )
}

export function EndpointList({ endpoints }: { readonly endpoints: readonly Schemas['Endpoint'][] }): ReactNode {
  const texts = useMessages(homeMessages)
  if (endpoints.length === 0) return <p className="quiet panel-body">{texts.noEndpoints}</p>
  return (
    <ul className="home-list">
      {endpoints.map((endpoint) => (
        <li key={endpoint.name}>
          <div className="home-line">
            {isTroubled(endpoint) ? (
              <Badge tone="bad">{texts.troubled}</Badge>
            ) : (
              <Badge tone={endpoint.deployments.length === 0 ? 'quiet' : 'good'}>
                {endpoint.deployments.length === 0 ? texts.noDeployment : texts.serving}
              </Badge>
            )}
            <span className="home-name">
              <ObjectLink kind="endpoint" name={endpoint.name} />
            </span>
            <span className="quiet home-traffic">
              {Object.entries(endpoint.traffic)
                .filter(([, percent]) => percent > 0)
                .map(([name, percent]) => `${name} ${percent} %`)
                .join(' · ')}
            </span>
          </div>
        </li>
      ))}
    </ul>
  )
}

export function ServerState({ status }: { readonly status: Schemas['Status'] }): ReactNode {
  const { state } = useMessages(homeMessages)
  const format = useFormat()
  return (
    <div className="panel-body">
      <KeyValues
        entries={[
          [state.version, status.version],
          [state.started, <TimeAgo key="started" at={status.started_at} />],
          [state.memory, format.bytes(status.memory_bytes)],
          [state.database, status.database],
          [state.folder, <code key="folder">{status.data_folder}</code>],
        ]}
      />
    </div>
  )
}
