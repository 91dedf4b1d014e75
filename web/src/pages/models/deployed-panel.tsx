import { useState } from 'react'
import type { ReactNode } from 'react'
import { DeployDialog } from './deploy-dialog.tsx'
import { modelsMessages } from './messages.ts'
import type { Model } from './model-types.ts'
import { type Place, usePlaces } from './places.ts'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink, useOpenObject } from '../../components/object-link.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Badge, type Tone } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

/** Every deployment of this model, online and for batches, with the version it answers with. */
export function DeployedPanel({ model }: { readonly model: Model }): ReactNode {
  const all = useMessages(modelsMessages)
  const texts = all.deployed
  const open = useOpenObject()
  const columns = useColumns()
  const [isDeploying, setDeploying] = useState(false)
  const { places, isPending, error, refetch } = usePlaces(model.name)
  return (
    <>
      <Loaded query={{ data: isPending || error !== null ? undefined : places, error, isPending, refetch }}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title={texts.none} body={texts.noneBody}>
              {model.versions.length > 0 && (
                <Button look="primary" onClick={() => setDeploying(true)}>
                  {all.version.deploy}
                </Button>
              )}
            </EmptyState>
          ) : (
            <DataTable
              label={all.tabs.deployed}
              columns={columns}
              rows={found}
              rowId={({ kind, endpoint, deployment }) => `${kind} ${endpoint} ${deployment}`}
              onOpen={({ kind, endpoint }) => open(kind, endpoint)?.()}
            />
          )
        }
      </Loaded>
      {isDeploying && <DeployDialog model={model} onClose={() => setDeploying(false)} />}
    </>
  )
}

const tones: Readonly<Record<string, Tone>> = { ready: 'good', failed: 'bad' }

function useColumns(): readonly Column<Place>[] {
  const texts = useMessages(modelsMessages).deployed
  const format = useFormat()
  const states: Readonly<Record<string, string>> = texts.states
  return [
    {
      id: 'endpoint',
      label: texts.endpoint,
      width: 220,
      isPinned: true,
      cell: ({ kind, endpoint }) => <ObjectLink kind={kind} name={endpoint} />,
    },
    {
      id: 'kind',
      label: texts.kind,
      width: 100,
      cell: ({ kind }) => (kind === 'endpoint' ? texts.online : texts.batch),
    },
    { id: 'deployment', label: texts.deployment, width: 180, cell: ({ deployment }) => deployment },
    { id: 'version', label: texts.version, width: 90, align: 'end', cell: ({ version }) => version },
    {
      id: 'state',
      label: texts.state,
      cell: ({ status }) =>
        status !== undefined && <Badge tone={tones[status] ?? 'busy'}>{states[status] ?? status}</Badge>,
    },
    {
      id: 'traffic',
      label: texts.traffic,
      width: 90,
      align: 'end',
      cell: ({ traffic }) => traffic !== undefined && format.percent(traffic / 100),
    },
  ]
}
