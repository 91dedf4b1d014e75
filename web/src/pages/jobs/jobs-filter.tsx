import type { ReactNode } from 'react'
import type { JobsSearch } from './job-search.ts'
import { type Job, statuses } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { StatusBadge } from '../../components/status-badge.tsx'
import { TypedField } from '../../components/typed-field.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import './jobs.css'

interface JobsFilterProps {
  readonly search: JobsSearch
  readonly counts?: components['schemas']['JobCounts']
  /** `undefined` takes a filter away. */
  readonly onChange: (next: Partial<Record<keyof JobsSearch, string | undefined>>) => void
}

/** What the list of jobs is narrowed by; every part of it stands in the address. */
export function JobsFilter({ search, counts, onChange }: JobsFilterProps): ReactNode {
  const texts = useMessages(jobsMessages).filters
  const chosen = new Set(search.status?.split(',') ?? [])
  const toggle = (status: string): void => {
    const next = new Set(chosen)
    if (!next.delete(status)) next.add(status)
    onChange({ status: next.size === 0 ? undefined : [...next].join(',') })
  }
  const offered = statuses.filter((status) => (counts?.statuses[status] ?? 0) > 0 || chosen.has(status))
  return (
    <div className="jobs-filter">
      <div className="row" role="group" aria-label={texts.status}>
        {offered.map((status) => (
          <StatusChip
            key={status}
            status={status}
            count={counts?.statuses[status] ?? 0}
            isChosen={chosen.has(status)}
            onToggle={() => toggle(status)}
          />
        ))}
      </div>
      <div className="row">
        <TypedField label={texts.text} text={search.text ?? ''} onText={(text) => onChange({ text })} />
        <TypedField label={texts.tag} text={search.tag ?? ''} onText={(tag) => onChange({ tag })} />
        <select
          className="field"
          aria-label={texts.experiment}
          value={search.experiment ?? ''}
          onChange={({ target }) => onChange({ experiment: target.value })}
        >
          <option value="">{texts.anyExperiment}</option>
          {experimentsOf(counts, search.experiment).map(({ name, count }) => (
            <option key={name} value={name}>
              {name} ({count})
            </option>
          ))}
        </select>
        <label className="row jobs-filter-check">
          <input
            type="checkbox"
            checked={search.archived === 'only'}
            onChange={({ target }) => onChange({ archived: target.checked ? 'only' : undefined })}
          />
          {texts.archived}
        </label>
      </div>
    </div>
  )
}

function experimentsOf(
  counts: JobsFilterProps['counts'],
  chosen: string | undefined,
): readonly { readonly name: string; readonly count: number }[] {
  const known = counts?.experiments ?? []
  return chosen === undefined || known.some(({ name }) => name === chosen)
    ? known
    : [{ name: chosen, count: 0 }, ...known]
}

interface StatusChipProps {
  readonly status: Job['status']
  readonly count: number
  readonly isChosen: boolean
  readonly onToggle: () => void
}

function StatusChip({ status, count, isChosen, onToggle }: StatusChipProps): ReactNode {
  const format = useFormat()
  return (
    <button type="button" className="jobs-chip" aria-pressed={isChosen} onClick={onToggle}>
      <StatusBadge status={status} />
      <span>{format.count(count)}</span>
    </button>
  )
}
