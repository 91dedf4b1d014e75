import type { ReactNode } from 'react'
import type { components } from '../api.gen.ts'
import type { Column } from './data-table/column.ts'
import { ObjectLink } from './object-link.tsx'
import { StatusBadge } from './status-badge.tsx'
import { Duration, TimeAgo } from './time-ago.tsx'

type Job = components['schemas']['Job']

interface JobColumns<Row> {
  /** Leads to the job. */
  readonly job: (label: string) => Column<Row>
  /** The step that it is in its pipeline, leading to it. */
  readonly step: (label: string) => Column<Row>
  readonly state: (label: string) => Column<Row>
  /** Leads to the job that it is a part of. */
  readonly root: (label: string) => Column<Row>
  readonly created: (label: string) => Column<Row>
  readonly took: (label: string) => Column<Row>
  /** Why it failed, or waits. */
  readonly why: (label: string) => Column<Row>
}

/** The columns that lists of jobs choose from; `jobOf` finds the job in a row. */
export function jobColumns<Row>(jobOf: (row: Row) => Job): JobColumns<Row> {
  return {
    job: (label) => ({
      id: 'job',
      label,
      width: 280,
      isPinned: true,
      cell: (row) => <JobName name={jobOf(row).name} />,
    }),
    step: (label) => ({
      id: 'step',
      label,
      width: 240,
      isPinned: true,
      cell: (row) => {
        const { name, step = '', display_name: title } = jobOf(row)
        return (
          <ObjectLink kind="job" name={name}>
            {step === '' ? title : step}
          </ObjectLink>
        )
      },
    }),
    state: (label) => ({
      id: 'state',
      label,
      width: 130,
      cell: (row) => {
        const { status, reused_from: from } = jobOf(row)
        return <StatusBadge status={status} isReused={from !== undefined} />
      },
    }),
    root: (label) => ({ id: 'root', label, width: 280, cell: (row) => <JobName name={jobOf(row).root} /> }),
    created: (label) => ({ id: 'created', label, cell: (row) => <TimeAgo at={jobOf(row).created_at} /> }),
    took: (label) => ({
      id: 'took',
      label,
      width: 100,
      align: 'end',
      cell: (row) => {
        const { started_at: from, ended_at: to } = jobOf(row)
        return from !== undefined && <Duration from={from} {...(to !== undefined && { to })} />
      },
    }),
    why: (label) => ({
      id: 'why',
      label,
      width: 320,
      cell: (row) => {
        const { error, status_detail: detail } = jobOf(row)
        return error?.message ?? detail
      },
    }),
  }
}

function JobName({ name }: { readonly name: string }): ReactNode {
  return (
    <ObjectLink kind="job" name={name}>
      <span className="mono">{name}</span>
    </ObjectLink>
  )
}
