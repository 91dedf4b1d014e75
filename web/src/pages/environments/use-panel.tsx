import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { environmentsMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { jobColumns } from '../../components/job-columns.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Job = components['schemas']['Job']

const newest = 500

/** The deployments that serve in it, and the newest jobs that ran in it; every version of the name. */
export function UsePanel({ reference }: { readonly reference: string }): ReactNode {
  const texts = useMessages(environmentsMessages).use
  const navigate = useNavigate()
  const columns = useColumns()
  const query = { environment: reference, with_children: true, limit: newest }
  const jobs = useQuery(restQuery('/api/v1/jobs', { params: { query } }))
  return (
    <div className="stack">
      <Panel title={texts.deployments}>
        <Deployments reference={reference} />
      </Panel>
      <Loaded query={jobs} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={texts.none} body={texts.noneBody} />
          ) : (
            <DataTable
              label={texts.jobs}
              columns={columns}
              rows={items}
              rowId={({ name }) => name}
              onOpen={({ name }) => void navigate({ to: '/jobs/$name', params: { name } })}
            />
          )
        }
      </Loaded>
    </div>
  )
}

function Deployments({ reference }: { readonly reference: string }): ReactNode {
  const texts = useMessages(environmentsMessages).use
  const endpoints = useQuery(restQuery('/api/v1/endpoints'))
  return (
    <Loaded query={endpoints} lines={2}>
      {({ items }) => {
        const own = items
          .flatMap(({ deployments }) => deployments)
          .filter(({ environment = '' }) => environment === reference || environment.startsWith(`${reference}:`))
        if (own.length === 0) return <p className="panel-body quiet">{texts.noDeployments}</p>
        return (
          <PlainTable
            label={texts.deployments}
            columns={[
              { label: texts.endpoint, isRowHead: true },
              { label: texts.deployment },
              { label: texts.version },
              { label: texts.state },
              { label: texts.traffic, isNumber: true },
            ]}
            rows={own.map(({ endpoint, name, environment = '', status, traffic }) => ({
              key: `${endpoint}/${name}`,
              cells: [
                <ObjectLink key="endpoint" kind="endpoint" name={endpoint} />,
                name,
                environment.slice(reference.length + 1),
                status,
                `${traffic} %`,
              ],
            }))}
          />
        )
      }}
    </Loaded>
  )
}

function useColumns(): readonly Column<Job>[] {
  const texts = useMessages(environmentsMessages).use
  const { step, state, root, created } = jobColumns((job: Job) => job)
  return [
    step(texts.step),
    state(texts.state),
    {
      id: 'version',
      label: texts.version,
      width: 100,
      cell: ({ properties }) => /^azureml:[^:/]+:(.+)$/.exec(properties['sluice.environment'] ?? '')?.[1],
    },
    root(texts.job),
    created(texts.created),
  ]
}
