import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import {
  type AssetPlural,
  type AssetVersion,
  type AssetWithVersions,
  removeLabel,
  setArchived,
} from '../api/asset-calls.ts'
import { Button } from './button.tsx'
import type { Column } from './data-table/column.ts'
import { DataTable } from './data-table/data-table.tsx'
import { LabelDialog } from './label-dialog.tsx'
import { Badge } from './status-badge.tsx'
import { TimeAgo } from './time-ago.tsx'
import { told } from './told.ts'
import { assetsMessages } from '../messages/assets.ts'
import { useMessages } from '../messages/catalogue.ts'

interface AssetVersionsProps {
  readonly plural: AssetPlural
  readonly asset: AssetWithVersions
  readonly onMore?: () => void
  readonly isLoadingMore: boolean
  readonly onOpen: (version: string) => void
}

/** Every version, archived ones too; what is said of each is changed here. */
export function AssetVersions({ plural, asset, onMore, isLoadingMore, onOpen }: AssetVersionsProps): ReactNode {
  const texts = useMessages(assetsMessages).versions
  const client = useQueryClient()
  const [labelled, setLabelled] = useState<string>()
  const { name, versions, version_count: count } = asset
  const changed = async (doing: Promise<unknown>, said: string): Promise<boolean> => {
    const isDone = await told(doing, said)
    await client.invalidateQueries({ queryKey: ['rest', `/api/v1/${plural}/{name}`] })
    await client.invalidateQueries({ queryKey: ['rest', `/api/v1/${plural}/{name}/versions/{version}`] })
    return isDone
  }
  const columns = useColumns({
    onArchive: ({ version, is_archived: isArchived }) => {
      const what = `${name}:${version}`
      const said = isArchived ? texts.restoredDone(what) : texts.archivedDone(what)
      void changed(setArchived({ plural: plural, name, version }, !isArchived), said)
    },
    onLabel: ({ version }) => setLabelled(version),
    onRemoveLabel: (label) => void changed(removeLabel({ plural: plural, name }, label), texts.labelRemoved(label)),
  })
  return (
    <>
      <DataTable
        label={texts.title}
        columns={columns}
        rows={versions}
        rowCount={count}
        rowId={({ version }) => version}
        onOpen={({ version }) => onOpen(version)}
        isLoadingMore={isLoadingMore}
        {...(onMore !== undefined && { onMore })}
      />
      {labelled !== undefined && (
        <LabelDialog
          plural={plural}
          name={name}
          version={labelled}
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
  const all = useMessages(assetsMessages)
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
    { id: 'description', label: texts.description, width: 300, cell: ({ description }) => description },
    { id: 'by', label: texts.by, width: 120, cell: ({ created_by: by }) => by },
    { id: 'created', label: texts.created, width: 150, cell: ({ created_at: at }) => <TimeAgo at={at} /> },
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
