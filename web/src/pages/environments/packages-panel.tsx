import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type EnvironmentName, useEnvironmentState } from './environment-state.tsx'
import { environmentsMessages } from './messages.ts'
import { type Package, packagesOf } from './packages.ts'
import type { components } from '../../api.gen.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

/** The lock: every package with its exact version. */
export function PackagesPanel(environment: EnvironmentName): ReactNode {
  const texts = useMessages(environmentsMessages).packages
  const state = useEnvironmentState(environment)
  return (
    <Loaded query={state} lines={8}>
      {({ lock }) =>
        lock === undefined ? <EmptyState title={texts.none} body={texts.noneBody} /> : <Lock lock={lock} />
      }
    </Loaded>
  )
}

function Lock({ lock }: { readonly lock: components['schemas']['EnvironmentLock'] }): ReactNode {
  const texts = useMessages(environmentsMessages).packages
  const format = useFormat()
  const { text = '' } = useSearch({ from: '/environments/$name' })
  const navigate = useNavigate({ from: '/environments/$name' })
  const packages = packagesOf(lock.requirements)
  const shown = packages.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()))
  return (
    <div className="stack">
      <div className="row">
        <SearchField
          text={text}
          label={texts.search}
          onText={(next) =>
            void navigate({
              search: ({ text: _, ...old }) => (next === '' ? old : { ...old, text: next }),
              replace: true,
            })
          }
        />
        <span className="quiet">{texts.count(shown.length, format.count(shown.length))}</span>
        <CopyButton text={`${lock.requirements.join('\n')}\n`} label={texts.copy} />
      </div>
      {shown.length === 0 ? <p className="quiet">{texts.nothing(text)}</p> : <PackageTable packages={shown} />}
      {lock.notes.length > 0 && (
        <Panel title={texts.notes}>
          <ul className="panel-body environment-notes">
            {lock.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  )
}

function PackageTable({ packages }: { readonly packages: readonly Package[] }): ReactNode {
  const texts = useMessages(environmentsMessages)
  const columns: readonly Column<Package>[] = [
    { id: 'package', label: texts.packages.package, width: 260, isPinned: true, cell: ({ name }) => name },
    {
      id: 'version',
      label: texts.packages.version,
      width: 220,
      cell: ({ version }) => <code>{version}</code>,
    },
    { id: 'when', label: texts.packages.when, width: 420, cell: ({ marker }) => marker },
  ]
  return (
    <DataTable
      label={texts.tabs.packages}
      columns={columns}
      rows={packages}
      rowId={({ name, version, marker = '' }) => `${name} ${version} ${marker}`}
    />
  )
}
