import { useState } from 'react'
import type { ReactNode } from 'react'
import { runsMessages } from './messages.ts'
import type { RunKeys } from './run-columns.tsx'
import { exportRuns } from './run-export.ts'
import type { RunsQuery } from './run-types.ts'
import type { RunsSearch } from './runs-search.ts'
import { SavedViews } from './saved-views.tsx'
import { Button } from '../../components/button.tsx'
import { FilterBar } from '../../components/filter-bar.tsx'
import { Popover } from '../../components/popover.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface RunsToolbarProps {
  readonly experimentId: string
  readonly search: RunsSearch
  readonly query: RunsQuery
  readonly keys: RunKeys
  /** Why the last search was refused. */
  readonly error: unknown
  readonly onChange: (next: Partial<Record<keyof RunsSearch, RunsSearch[keyof RunsSearch] | undefined>>) => void
}

/** Which runs are shown, and what is done with all of them. */
export function RunsToolbar({ experimentId, search, query, keys, error, onChange }: RunsToolbarProps): ReactNode {
  const texts = useMessages(runsMessages)
  return (
    <div className="runs-bar runs-bar-table">
      <FilterBar
        value={search.filter ?? ''}
        onFilter={(filter) => onChange({ filter })}
        placeholder="metrics.accuracy > 0.9 AND params.model = 'tree'"
        error={error}
        suggestions={suggestionsOf(keys)}
      />
      <div className="row">
        <select
          className="field"
          aria-label={texts.views.shown}
          value={search.view ?? 'active'}
          onChange={({ target: { value } }) =>
            onChange({ view: value === 'deleted' || value === 'all' ? value : undefined })
          }
        >
          {(['active', 'deleted', 'all'] as const).map((view) => (
            <option key={view} value={view}>
              {texts.views[view]}
            </option>
          ))}
        </select>
        <label className="row">
          <input
            type="checkbox"
            checked={search.differ === true}
            onChange={({ target }) => onChange({ differ: target.checked ? true : undefined })}
          />
          {texts.table.onlyDifferent}
        </label>
        <label className="row" title={texts.table.nestedHint}>
          <input
            type="checkbox"
            checked={search.nested === true && search.group === undefined}
            onChange={({ target }) => onChange({ nested: target.checked ? true : undefined, group: undefined })}
          />
          {texts.table.nested}
        </label>
        <GroupChoice group={search.group} keys={keys} onGroup={(group) => onChange({ group, nested: undefined })} />
        <SavedViews experimentId={experimentId} search={search} />
        <ExportMenu query={query} />
      </div>
    </div>
  )
}

interface GroupChoiceProps {
  readonly group: string | undefined
  readonly keys: RunKeys
  readonly onGroup: (group: string | undefined) => void
}

/** What the runs are grouped by: any param or tag that they have. */
function GroupChoice({ group, keys, onGroup }: GroupChoiceProps): ReactNode {
  const texts = useMessages(runsMessages).table
  const kinds = (['params', 'tags'] as const).map((kind) => {
    const names = keys[kind]
    // An address may name one that no run has, or that is not known yet.
    const given = group?.startsWith(`${kind}.`) === true ? group.slice(kind.length + 1) : undefined
    return { kind, names: given === undefined || names.includes(given) ? names : [given, ...names] }
  })
  return (
    <select
      className="field runs-group-choice"
      aria-label={texts.groupBy}
      value={group ?? ''}
      onChange={({ target: { value } }) => onGroup(value === '' ? undefined : value)}
    >
      <option value="">{texts.ungrouped}</option>
      {kinds.map(({ kind, names }) => (
        <optgroup key={kind} label={texts.groups[kind]}>
          {names.map((name) => (
            <option key={name} value={`${kind}.${name}`}>
              {texts.by(name)}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  )
}

function ExportMenu({ query }: { readonly query: RunsQuery }): ReactNode {
  const texts = useMessages(runsMessages).output
  const [isBusy, setBusy] = useState(false)
  const save = async (form: 'csv' | 'json'): Promise<void> => {
    setBusy(true)
    try {
      await exportRuns(query, form)
    } catch (error) {
      toast((error as Error).message, 'failed')
    }
    setBusy(false)
  }
  return (
    <Popover label={isBusy ? texts.busy : texts.button} icon="download">
      <div className="runs-menu">
        <p className="quiet">{texts.hint}</p>
        <div className="row">
          <Button isSmall disabled={isBusy} onClick={() => void save('csv')}>
            {texts.csv}
          </Button>
          <Button isSmall disabled={isBusy} onClick={() => void save('json')}>
            {texts.json}
          </Button>
        </div>
      </div>
    </Popover>
  )
}

function suggestionsOf({ metrics, params, tags }: RunKeys): readonly string[] {
  const named = (kind: string, keys: readonly string[]): readonly string[] =>
    keys.slice(0, 30).map((key) => (/^\w+$/.test(key) ? `${kind}.${key} ` : `${kind}.\`${key}\` `))
  return [...named('metrics', metrics), ...named('params', params), ...named('tags', tags)]
}
