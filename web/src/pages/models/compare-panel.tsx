import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { type ComparedGroup, type ComparedVersion, groupsOf } from './compared-versions.ts'
import { modelsMessages } from './messages.ts'
import type { Model, Version } from './model-types.ts'
import type { ModelSearch } from './model-search.ts'
import { modelFileQuery } from './signature.ts'
import { mlflowQuery } from '../../api/mlflow-client.ts'
import { Badge } from '../../components/status-badge.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../components/page-states.tsx'
import { ScrolledRegion } from '../../components/scrolled.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface CompareProps {
  readonly model: Model
  readonly search: ModelSearch
  readonly onShow: (next: ModelSearch) => void
}

/** Versions side by side; which ones stands in the address. The two that matter most are there at first. */
export function ComparePanel({ model, search, onShow }: CompareProps): ReactNode {
  const texts = useMessages(modelsMessages).compare
  const wanted = new Set(search.with?.split(',') ?? usualPair(model))
  const chosen = model.versions.filter(({ version }) => wanted.has(version)).toReversed()
  const toggle = (version: string): void => {
    const next = new Set(chosen.map((each) => each.version))
    if (!next.delete(version)) next.add(version)
    onShow({ with: [...next].join(',') })
  }
  return (
    <div className="stack">
      <fieldset className="row model-choices">
        <legend>{texts.choose}</legend>
        {model.versions
          .toReversed()
          .slice(-30)
          .map(({ version, aliases }) => (
            <label key={version} className="row">
              <input type="checkbox" checked={wanted.has(version)} onChange={() => toggle(version)} />
              {aliases.length === 0 ? version : `${version} (${aliases.join(', ')})`}
            </label>
          ))}
      </fieldset>
      {chosen.length < 2 ? (
        <EmptyState title={texts.needsTwo} body={texts.needsTwoBody} />
      ) : (
        <Compared model={model.name} versions={chosen} />
      )}
    </div>
  )
}

/** The champion and the newest other one; the newest two without. */
function usualPair({ aliases, versions }: Model): readonly string[] {
  const champion = aliases['champion']
  if (champion === undefined) return versions.slice(0, 2).map(({ version }) => version)
  const other = versions.find(({ version }) => version !== champion)
  return other === undefined ? [champion] : [champion, other.version]
}

function Compared({ model, versions }: { readonly model: string; readonly versions: readonly Version[] }): ReactNode {
  const texts = useMessages(modelsMessages).compare
  const format = useFormat()
  const [isShort, setShort] = useState(false)
  const runIds = [...new Set(versions.flatMap(({ run_id: run }) => (run === undefined || run === '' ? [] : [run])))]
  const runs = useQueries({ queries: runIds.map((run) => mlflowQuery('runs/get', { run_id: run })) })
  const files = useQueries({ queries: versions.map(({ version }) => modelFileQuery(model, version)) })
  const failed = files.find(({ isError }) => isError)
  if ([...runs, ...files].some(({ isPending }) => isPending)) return <Skeleton lines={8} />
  if (failed !== undefined) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
  const compared = versions.map((version, place): ComparedVersion => {
    // A run that is gone has no metrics any more; the rest can still be compared.
    const run = runs[runIds.indexOf(version.run_id ?? '')]?.data?.run
    const file = files[place]?.data
    return { version, ...(run !== undefined && { run }), ...(file != null && { file }) }
  })
  const groups = groupsOf(compared, format.number).map((group) => ({
    ...group,
    rows: group.rows.filter(({ isChanged }) => !isShort || isChanged),
  }))
  return (
    <>
      <label className="row">
        <input type="checkbox" checked={isShort} onChange={() => setShort(!isShort)} />
        {texts.onlyDifferences}
      </label>
      {groups.every(({ rows }) => rows.length === 0) ? (
        <p className="quiet">{texts.noDifference}</p>
      ) : (
        <ComparedTable versions={versions} groups={groups} />
      )}
    </>
  )
}

interface TableProps {
  readonly versions: readonly Version[]
  readonly groups: readonly ComparedGroup[]
}

function ComparedTable({ versions, groups }: TableProps): ReactNode {
  const texts = useMessages(modelsMessages).compare
  return (
    <ScrolledRegion className="panel" label={texts.label}>
      <table className="model-table">
        <thead>
          <tr>
            <th scope="col">{texts.name}</th>
            {versions.map(({ version, aliases }) => (
              <th key={version} scope="col">
                {[version, ...aliases].join(' · ')}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        {groups
          .filter(({ rows }) => rows.length > 0)
          .map(({ kind, rows }) => (
            <tbody key={kind}>
              <tr>
                <th className="model-group" scope="rowgroup" colSpan={versions.length + 2}>
                  {texts[kind]}
                </th>
              </tr>
              {rows.map(({ name, values, isChanged }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {values.map((value, place) => (
                    <td key={versions[place]!.version} className={isChanged ? 'model-changed' : undefined}>
                      {value ?? '–'}
                    </td>
                  ))}
                  <td>{isChanged && <Badge tone="warn">{texts.differs}</Badge>}</td>
                </tr>
              ))}
            </tbody>
          ))}
      </table>
    </ScrolledRegion>
  )
}
