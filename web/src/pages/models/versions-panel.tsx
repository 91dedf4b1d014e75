import { useState } from 'react'
import type { ReactNode } from 'react'
import { AliasBadges } from './alias-badges.tsx'
import { modelsMessages } from './messages.ts'
import { type Model, usualVersion, type Version } from './model-types.ts'
import type { ModelSearch } from './model-search.ts'
import { VersionPanel } from './version-panel.tsx'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { nothingSelected, type Selection } from '../../components/data-table/selection.ts'
import { ObjectLink } from '../../components/object-link.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface VersionsProps {
  readonly model: Model
  readonly search: ModelSearch
  readonly onShow: (next: ModelSearch) => void
}

/** All versions, newest first, and below them the one that is looked at; those selected are compared. */
export function VersionsPanel({ model, search, onShow }: VersionsProps): ReactNode {
  const all = useMessages(modelsMessages)
  const texts = all.versions
  const format = useFormat()
  const [selection, setSelection] = useState<Selection>(nothingSelected)
  const wanted = search.version ?? usualVersion(model)
  const shown = model.versions.find(({ version }) => version === wanted) ?? model.versions[0]
  const columns = useVersionColumns({
    ...(shown !== undefined && { shown: shown.version }),
    onShow: (version) => onShow({ version }),
  })
  if (shown === undefined) return <EmptyState title={texts.none} body={texts.noneBody} />
  // In the order of their numbers: the older one stands at the left.
  const chosen = model.versions.filter(({ version }) => selection.ids.has(version)).map(({ version }) => version)
  return (
    <div className="stack">
      <DataTable
        label={texts.label}
        columns={columns}
        rows={model.versions}
        rowId={({ version }) => version}
        maxHeight={300}
        selection={selection}
        onSelection={setSelection}
        onOpen={({ version }) => onShow({ version })}
        toolbar={
          <Button
            isSmall
            icon="compare"
            disabled={chosen.length < 2}
            onClick={() => onShow({ tab: 'compare', with: chosen.toReversed().join(',') })}
          >
            {chosen.length < 2 ? all.tabs.compare : texts.compare(format.count(chosen.length))}
          </Button>
        }
      />
      <VersionPanel key={shown.version} model={model} version={shown} />
    </div>
  )
}

interface ColumnParts {
  readonly shown?: string
  readonly onShow: (version: string) => void
}

function useVersionColumns({ shown, onShow }: ColumnParts): readonly Column<Version>[] {
  const all = useMessages(modelsMessages)
  const texts = all.versions
  return [
    {
      id: 'version',
      label: texts.version,
      width: 90,
      isPinned: true,
      cell: ({ version }) => (
        <button
          type="button"
          className="link"
          aria-label={all.version.title(version)}
          aria-current={version === shown}
          onClick={() => onShow(version)}
        >
          {version}
        </button>
      ),
    },
    { id: 'aliases', label: texts.aliases, width: 220, cell: ({ aliases }) => <AliasBadges aliases={aliases} /> },
    { id: 'stage', label: texts.stage, width: 110, cell: ({ stage }) => stageText(stage, all.stages) },
    { id: 'description', label: texts.description, width: 320, cell: ({ description }) => description },
    {
      id: 'run',
      label: texts.run,
      width: 130,
      cell: ({ run_id: run }) =>
        run !== undefined &&
        run !== '' && (
          <ObjectLink kind="run" name={run}>
            <span className="mono">{run.slice(0, 8)}</span>
          </ObjectLink>
        ),
    },
    { id: 'by', label: texts.by, width: 120, cell: ({ created_by: by }) => by },
    { id: 'created', label: texts.created, cell: ({ created_at: at }) => <TimeAgo at={at} /> },
  ]
}

function stageText(stage: string, texts: Readonly<Record<string, string>>): string {
  return texts[stage] ?? stage
}
