import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { DeployDialog } from './deploy-dialog.tsx'
import { DeploymentState } from './endpoint-state.tsx'
import { endpointsMessages } from './messages.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Panel } from '../../components/page.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Endpoint = components['schemas']['Endpoint']
type Deployment = components['schemas']['Deployment']

/** Who is behind the endpoint, how busy they are, and a way to add and remove. */
export function DeploymentsPanel({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const texts = useMessages(endpointsMessages).deployments
  const [isDeploying, setDeploying] = useState(false)
  const columns = useDeploymentColumns(endpoint.name)
  const { deployments } = endpoint
  return (
    <Panel
      title={texts.title}
      actions={
        <Button isSmall icon="plus" onClick={() => setDeploying(true)}>
          {texts.deploy}
        </Button>
      }
    >
      {deployments.length === 0 ? (
        <p className="panel-body quiet">{texts.none}</p>
      ) : (
        <DataTable
          label={texts.title}
          columns={columns}
          rows={deployments}
          rowId={({ name }) => name}
          maxHeight={360}
        />
      )}
      {isDeploying && <DeployDialog endpoint={endpoint} onClose={() => setDeploying(false)} />}
    </Panel>
  )
}

function useDeploymentColumns(endpoint: string): readonly Column<Deployment>[] {
  const texts = useMessages(endpointsMessages).deployments
  const format = useFormat()
  return [
    { id: 'name', label: texts.name, width: 130, isPinned: true, cell: ({ name }) => name },
    { id: 'state', label: texts.state, width: 110, cell: (deployment) => <DeploymentState deployment={deployment} /> },
    {
      id: 'model',
      label: texts.model,
      width: 190,
      cell: ({ model, scoring_script: script }) => <ModelLink model={model ?? script} />,
    },
    {
      id: 'traffic',
      label: texts.traffic,
      width: 80,
      align: 'end',
      cell: ({ traffic }) => format.percent(traffic / 100),
    },
    {
      id: 'workers',
      label: texts.workers,
      width: 90,
      align: 'end',
      cell: ({ workers, resource_use: use }) =>
        use === undefined ? format.count(workers) : `${use.workers_ready} / ${use.workers_wanted}`,
    },
    used('waiting', texts.waiting, ({ requests_waiting: waiting }) => format.count(waiting)),
    used('memory', texts.memory, ({ memory_bytes: bytes }) => format.bytes(bytes)),
    used('deaths', texts.deaths, ({ worker_deaths: deaths }) => format.count(deaths)),
    {
      id: 'remove',
      label: texts.remove,
      width: 110,
      cell: ({ name, traffic }) => <RemoveButton endpoint={endpoint} name={name} isServing={traffic > 0} />,
    },
  ]
}

function used(
  id: string,
  label: string,
  text: (use: NonNullable<Deployment['resource_use']>) => string,
): Column<Deployment> {
  return { id, label, width: 100, align: 'end', cell: ({ resource_use: use }) => use !== undefined && text(use) }
}

/** `azureml:diabetes:3` leads to the model. */
function ModelLink({ model }: { readonly model: string | undefined }): ReactNode {
  const name = /^azureml:([^:]+):/.exec(model ?? '')?.[1]
  if (name === undefined) return model
  return <Link to={`/models/${encodeURIComponent(name)}` as '/'}>{model}</Link>
}

interface RemoveProps {
  readonly endpoint: string
  readonly name: string
  readonly isServing: boolean
}

function RemoveButton({ endpoint, name, isServing }: RemoveProps): ReactNode {
  const texts = useMessages(endpointsMessages).deployments
  const client = useQueryClient()
  const remove = async (): Promise<void> => {
    const question = { title: texts.removeTitle(name), body: texts.removeBody, action: texts.remove, isDangerous: true }
    if (!(await confirm(question))) return
    const path = { name: endpoint, deployment: name }
    const call = rest.DELETE('/api/v1/endpoints/{name}/deployments/{deployment}', { params: { path } })
    await told(answerOf(call), texts.removed(name))
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints/{name}'] })
  }
  return (
    <Button isSmall look="quiet" disabled={isServing} onClick={() => void remove()}>
      {texts.remove}
    </Button>
  )
}
