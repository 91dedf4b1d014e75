import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Job } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

const mostEvents = 1000

/** What happened to a job and its steps, in order. */
export function JobEvents({ job }: { readonly job: Job }): ReactNode {
  const texts = useMessages(jobsMessages).events
  const format = useFormat()
  const { name } = job
  const events = useQuery(restQuery('/api/v1/events', { params: { query: { subject: name, limit: mostEvents } } }))
  const graph = useQuery(restQuery('/api/v1/jobs/{name}/graph', { params: { path: { name } } }))
  const paths = new Map(graph.data?.steps.map(({ job: step, path }) => [step, path]))
  return (
    <Panel title={texts.label}>
      <div className="panel-body">
        <Loaded query={events} lines={6}>
          {({ items }) => (
            <PlainTable
              label={texts.label}
              columns={[{ label: texts.at }, { label: texts.what }, { label: texts.status }, { label: texts.detail }]}
              rows={items.map(({ seq, at, kind, body }) => ({
                key: String(seq),
                cells: [
                  format.time(at),
                  body['job'] === name ? texts.whole : (paths.get(String(body['job'])) ?? String(body['job'])),
                  typeof body['status'] === 'string' ? <StatusBadge key="status" status={body['status']} /> : kind,
                  typeof body['detail'] === 'string' ? body['detail'] : '',
                ],
              }))}
            />
          )}
        </Loaded>
      </div>
    </Panel>
  )
}
