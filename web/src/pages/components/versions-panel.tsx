import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { componentsMessages } from './messages.ts'
import { type AssetVersion, type AssetWithVersions, removeLabel, setArchived } from '../../api/asset-calls.ts'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { LabelDialog } from '../../components/label-dialog.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

interface VersionsProps {
  readonly asset: AssetWithVersions
  readonly onMore?: () => void
  readonly isLoadingMore: boolean
}

/** Every version, archived ones too; what is said of each is changed here. */
export function VersionsPanel({ asset, onMore, isLoadingMore }: VersionsProps): ReactNode {
  const texts = useMessages(componentsMessages).versions
  const all = useMessages(componentsMessages)
  const navigate = useNavigate({ from: '/components/$name' })
  const client = useQueryClient()
  const [labelled, setLabelled] = useState<string>()
  const { name, versions, version_count: count } = asset
  const changed = async (doing: Promise<unknown>, said: string): Promise<boolean> => {
    const isDone = await told(doing, said)
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/components/{name}'] })
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/components/{name}/versions/{version}'] })
    return isDone
  }
  const columns = useColumns({
    onArchive: ({ version, is_archived: isArchived }) => {
      const what = `${name}:${version}`
      const said = isArchived ? texts.restoredDone(what) : texts.archivedDone(what)
      void changed(setArchived({ plural: 'components', name, version }, !isArchived), said)
    },
    onLabel: ({ version }) => setLabelled(version),
    onRemoveLabel: (label) =>
      void changed(removeLabel({ plural: 'components', name }, label), texts.labelRemoved(label)),
  })
  return (
    <>
      <DataTable
        label={all.tabs.versions}
        columns={columns}
        rows={versions}
        rowCount={count}
        rowId={({ version }) => version}
        onOpen={({ version }) => void navigate({ search: { version } })}
        isLoadingMore={isLoadingMore}
        {...(onMore !== undefined && { onMore })}
      />
      {labelled !== undefined && (
        <LabelDialog
          plural="components"
          name={name}
          version={labelled}
          texts={texts}
          onClose={() => setLabelled(undefined)}
          onDoing={changed}
        />
      )}
    </>
  )
}

interface Changes {
  readonly onArchive: (version: AssetVersion) => void
  readonly onLabel: (version: AssetVersion) => void
  readonly onRemoveLabel: (label: string) => void
}

function useColumns({ onArchive, onLabel, onRemoveLabel }: Changes): readonly Column<AssetVersion>[] {
  const all = useMessages(componentsMessages)
  const texts = all.versions
  return [
    { id: 'version', label: all.version, width: 120, isPinned: true, cell: ({ version }) => version },
    {
      id: 'state',
      label: texts.state,
      width: 120,
      cell: ({ is_archived: isArchived }) =>
        isArchived ? <Badge tone="quiet">{all.archived}</Badge> : <Badge tone="good">{texts.available}</Badge>,
    },
    {
      id: 'labels',
      label: texts.labels,
      width: 200,
      cell: ({ labels }) => (
        <span className="row">
          {labels.map((label) => (
            <Button
              key={label}
              isSmall
              look="quiet"
              icon="close"
              aria-label={texts.removeLabel(label)}
              onClick={() => onRemoveLabel(label)}
            >
              @{label}
            </Button>
          ))}
        </span>
      ),
    },
    { id: 'description', label: all.columns.description, width: 300, cell: ({ description }) => description },
    { id: 'by', label: texts.by, width: 120, cell: ({ created_by: by }) => by },
    { id: 'created', label: all.facts.created, width: 150, cell: ({ created_at: at }) => <TimeAgo at={at} /> },
    {
      id: 'change',
      label: texts.actions,
      width: 200,
      cell: (version) => (
        <span className="row">
          <Button isSmall look="quiet" onClick={() => onArchive(version)}>
            {version.is_archived ? texts.restore : texts.archive}
          </Button>
          <Button isSmall look="quiet" onClick={() => onLabel(version)}>
            {texts.label}
          </Button>
        </span>
      ),
    },
  ]
}
