import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type EnvironmentState, useEnvironmentState } from './environment-state.tsx'
import { environmentsMessages } from './messages.ts'
import { type PackageChange, packageChanges, packagesOf } from './packages.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { ComparedVersions } from '../../components/version-choice.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface CompareProps {
  readonly name: string
  readonly version: string
  /** Newest first. */
  readonly versions: readonly string[]
}

/** Which packages two versions do not have alike. */
export function ComparePanel({ name, version, versions }: CompareProps): ReactNode {
  const texts = useMessages(environmentsMessages).compare
  const { against: wanted } = useSearch({ from: '/environments/$name' })
  const navigate = useNavigate({ from: '/environments/$name' })
  return (
    <ComparedVersions
      version={version}
      versions={versions}
      wanted={wanted}
      texts={texts}
      onChange={(against) => void navigate({ search: (old) => ({ ...old, against }) })}
    >
      {(against) => <Differences name={name} before={against} after={version} />}
    </ComparedVersions>
  )
}

interface DifferencesProps {
  readonly name: string
  readonly before: string
  readonly after: string
}

function Differences({ name, before, after }: DifferencesProps): ReactNode {
  const first = useEnvironmentState({ name, version: before })
  const second = useEnvironmentState({ name, version: after })
  return (
    <Loaded query={first} lines={6}>
      {(older) => (
        <Loaded query={second} lines={6}>
          {(newer) => <Changes versions={[before, after]} states={[older, newer]} />}
        </Loaded>
      )}
    </Loaded>
  )
}

interface ChangesProps {
  readonly versions: readonly [before: string, after: string]
  readonly states: readonly [before: EnvironmentState, after: EnvironmentState]
}

function Changes({ versions, states: [{ lock: before }, { lock: after }] }: ChangesProps): ReactNode {
  const texts = useMessages(environmentsMessages).compare
  const format = useFormat()
  const columns = useColumns()
  if (before === undefined) return <p className="quiet">{texts.unknown(versions[0])}</p>
  if (after === undefined) return <p className="quiet">{texts.unknown(versions[1])}</p>
  const { changes, same } = packageChanges(packagesOf(before.requirements), packagesOf(after.requirements))
  if (changes.length === 0) return <p>{texts.equal}</p>
  return (
    <>
      <DataTable label={texts.label} columns={columns} rows={changes} rowId={({ name }) => name} />
      <p className="quiet">{texts.same(same, format.count(same))}</p>
    </>
  )
}

function useColumns(): readonly Column<PackageChange>[] {
  const all = useMessages(environmentsMessages)
  const texts = all.compare
  return [
    { id: 'package', label: all.packages.package, width: 260, isPinned: true, cell: ({ name }) => name },
    {
      id: 'change',
      label: texts.change,
      width: 150,
      cell: ({ before, after }) =>
        before === undefined ? (
          <Badge tone="good" glyph="+">
            {texts.added}
          </Badge>
        ) : after === undefined ? (
          <Badge tone="warn" glyph="−">
            {texts.removed}
          </Badge>
        ) : (
          <Badge tone="busy" glyph="→">
            {texts.changed}
          </Badge>
        ),
    },
    {
      id: 'before',
      label: texts.before,
      width: 180,
      cell: ({ before }) => before !== undefined && <code>{before}</code>,
    },
    { id: 'after', label: texts.after, width: 180, cell: ({ after }) => after !== undefined && <code>{after}</code> },
  ]
}
