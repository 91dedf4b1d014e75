import type { ReactNode } from 'react'
import { publishedMessages } from './messages.ts'
import { type Pipeline, PipelineState } from './pipeline-state.tsx'
import { useSetEnabled } from './use-set-enabled.ts'
import type { components } from '../../api.gen.ts'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface VersionsProps {
  readonly pipeline: components['schemas']['PublishedPipelineWithVersions']
}

/** Every version; each starts jobs or not on its own. */
export function PipelineVersions({ pipeline }: VersionsProps): ReactNode {
  const all = useMessages(publishedMessages)
  const texts = all.versions
  const setEnabled = useSetEnabled(pipeline.name)
  const columns: readonly Column<Pipeline>[] = [
    { id: 'version', label: texts.version, width: 120, isPinned: true, cell: ({ version }) => version },
    { id: 'state', label: texts.state, width: 120, cell: ({ status }) => <PipelineState status={status} /> },
    {
      id: 'inputs',
      label: texts.inputs,
      width: 340,
      cell: ({ parameters }) => parameters.map(({ name }) => name).join(', '),
    },
    { id: 'by', label: texts.by, width: 120, cell: ({ created_by: by }) => by },
    { id: 'created', label: texts.created, cell: ({ created_at: at }) => <TimeAgo at={at} /> },
    {
      id: 'change',
      label: texts.change,
      width: 130,
      cell: ({ status, version }) => (
        <Button isSmall look="quiet" onClick={() => void setEnabled(status !== 'enabled', version)}>
          {status === 'enabled' ? all.disable : all.enable}
        </Button>
      ),
    },
  ]
  return <DataTable label={texts.label} columns={columns} rows={pipeline.versions} rowId={({ version }) => version} />
}
