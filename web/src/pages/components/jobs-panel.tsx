import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { componentsMessages } from './messages.ts'
import { referenceWithoutVersion, successShare, useUses } from './use-of.ts'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { jobColumns } from '../../components/job-columns.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Job = components['schemas']['Job']
type Use = components['schemas']['AssetUse']

const newest = 500

interface JobsProps {
  readonly name: string
  /** Of one of the program's own. */
  readonly registry?: string
  /** The jobs may be narrowed to it. */
  readonly version?: string
}

/** How each version fared, and the newest jobs that used it. */
export function JobsPanel({ name, registry, version }: JobsProps): ReactNode {
  const texts = useMessages(componentsMessages).jobs
  const [isNarrow, setNarrow] = useState(false)
  const reference = referenceWithoutVersion(name, registry)
  const uses = useUses(reference)
  const component = isNarrow && version !== undefined ? `${reference}:${version}` : reference
  const query = { component, with_children: true, limit: newest }
  const jobs = useQuery(restQuery('/api/v1/jobs', { params: { query } }))
  return (
    <Loaded query={uses} lines={6}>
      {({ items: [use] }) =>
        use === undefined ? (
          <EmptyState title={texts.none} body={texts.noneBody} />
        ) : (
          <div className="stack">
            <Panel title={texts.byVersion}>
              <Versions use={use} />
            </Panel>
            {version !== undefined && (
              <label className="row">
                <input type="checkbox" checked={isNarrow} onChange={() => setNarrow(!isNarrow)} />
                {texts.ofVersion}
              </label>
            )}
            <Loaded query={jobs} lines={6}>
              {({ items }) => <JobsTable jobs={items} />}
            </Loaded>
          </div>
        )
      }
    </Loaded>
  )
}

function Versions({ use }: { readonly use: Use }): ReactNode {
  const all = useMessages(componentsMessages)
  const texts = all.jobs
  const format = useFormat()
  const share = (counts: Use['versions'][number]): string => {
    const part = successShare(counts)
    return part === undefined ? '–' : format.percent(part)
  }
  return (
    <PlainTable
      label={texts.byVersion}
      columns={[
        { label: texts.version, isRowHead: true },
        { label: all.columns.jobs, isNumber: true },
        { label: texts.share, isNumber: true },
        { label: texts.failed, isNumber: true },
        { label: texts.reused, isNumber: true },
        { label: texts.median, isNumber: true },
        { label: all.columns.lastUsed },
      ]}
      rows={use.versions.map((each) => ({
        key: each.version,
        cells: [
          each.version,
          format.count(each.job_count),
          share(each),
          format.count(each.failed_count),
          format.count(each.reused_count),
          each.median_seconds === undefined ? '–' : format.duration(each.median_seconds * 1000),
          <TimeAgo key="at" at={each.last_used_at} />,
        ],
      }))}
    />
  )
}

function JobsTable({ jobs }: { readonly jobs: readonly Job[] }): ReactNode {
  const texts = useMessages(componentsMessages)
  const navigate = useNavigate()
  const columns = useColumns()
  return (
    <DataTable
      label={texts.tabs.jobs}
      columns={columns}
      rows={jobs}
      rowId={(job) => job.name}
      onOpen={(job) => void navigate({ to: '/jobs/$name', params: { name: job.name } })}
    />
  )
}

function useColumns(): readonly Column<Job>[] {
  const texts = useMessages(componentsMessages).jobs
  const { step, state, root, created, took, why } = jobColumns((job: Job) => job)
  return [
    step(texts.step),
    state(texts.state),
    {
      id: 'version',
      label: texts.version,
      width: 100,
      cell: ({ properties }) => /[:/]([^:/]+)$/.exec(properties['sluice.component'] ?? '')?.[1],
    },
    root(texts.pipeline),
    created(texts.created),
    took(texts.took),
    why(texts.why),
  ]
}
