import { Link } from '@tanstack/react-router'
import { type Job, shownStatus } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import type { Column } from '../../components/data-table/column.ts'
import { jobColumns } from '../../components/job-columns.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** What the list of jobs says of each. */
export function useJobColumns(): readonly Column<Job>[] {
  const texts = useMessages(jobsMessages).columns
  const shared = jobColumns((job: Job) => job)
  return [
    {
      id: 'display_name',
      label: texts.display,
      width: 240,
      isPinned: true,
      cell: ({ name, display_name: display }) => (
        <Link to="/jobs/$name" params={{ name }} tabIndex={-1}>
          {display}
        </Link>
      ),
    },
    {
      id: 'status',
      label: texts.status,
      width: 130,
      cell: (job) => <StatusBadge status={shownStatus(job)} isReused={job.reused_from !== undefined} />,
    },
    { ...shared.created(texts.created), id: 'created_at', width: 130 },
    { ...shared.took(texts.duration), id: 'duration' },
    { id: 'experiment', label: texts.experiment, width: 160, cell: (job) => job.experiment_name },
    {
      id: 'why',
      label: texts.why,
      width: 320,
      cell: (job) => job.error?.message ?? job.status_detail ?? job.verdict_text ?? '',
    },
    { id: 'name', label: texts.name, width: 220, cell: ({ name }) => <span className="mono">{name}</span> },
    { id: 'type', label: texts.type, width: 100, cell: ({ type }) => type },
    {
      id: 'tags',
      label: texts.tags,
      width: 200,
      cell: ({ tags }) =>
        Object.entries(tags)
          .map(([key, value]) => `${key}=${value}`)
          .join(', '),
    },
  ]
}
