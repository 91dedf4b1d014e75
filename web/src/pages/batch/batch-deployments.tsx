import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { batchMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

type BatchEndpoint = components['schemas']['BatchEndpoint']
type Deployment = components['schemas']['BatchDeployment']

/** With what inputs are scored; one of them is taken where a call names none. */
export function BatchDeployments({ endpoint }: { readonly endpoint: BatchEndpoint }): ReactNode {
  const texts = useMessages(batchMessages).deployments
  const columns = useColumns(endpoint)
  const deployments = useQuery(
    restQuery('/api/v1/batch-endpoints/{name}/deployments', { params: { path: { name: endpoint.name } } }),
  )
  return (
    <Loaded query={deployments} lines={4}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState
            title={texts.none}
            body={texts.noneBody}
            command="sluice batch-deployment create --file deployment.yml"
          />
        ) : (
          <DataTable label={texts.label} columns={columns} rows={items} rowId={({ name }) => name} />
        )
      }
    </Loaded>
  )
}

function useColumns(endpoint: BatchEndpoint): readonly Column<Deployment>[] {
  const texts = useMessages(batchMessages).deployments
  return [
    { id: 'name', label: texts.name, width: 150, isPinned: true, cell: ({ name }) => name },
    { id: 'kind', label: texts.kind, width: 90, cell: ({ type }) => texts.kinds[type] },
    { id: 'model', label: texts.model, width: 210, cell: ({ model }) => <ModelLink model={model} /> },
    { id: 'revision', label: texts.revision, width: 90, align: 'end', cell: ({ revision }) => revision },
    {
      id: 'batch',
      label: texts.batch,
      width: 100,
      align: 'end',
      cell: ({ settings }) => text(settings?.['mini_batch_size']),
    },
    {
      id: 'workers',
      label: texts.workers,
      width: 90,
      align: 'end',
      cell: ({ settings }) => text(settings?.['max_concurrency_per_instance']),
    },
    {
      id: 'errors',
      label: texts.errors,
      width: 130,
      align: 'end',
      // Azure ML's -1 stands for no limit.
      cell: ({ settings }) => (settings?.['error_threshold'] === -1 ? texts.any : text(settings?.['error_threshold'])),
    },
    { id: 'updated', label: texts.updated, width: 120, cell: ({ updated_at: at }) => <TimeAgo at={at} /> },
    {
      id: 'change',
      label: texts.change,
      width: 240,
      cell: ({ name }) => <DeploymentActions endpoint={endpoint} name={name} />,
    },
  ]
}

function text(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : ''
}

/** `azureml:diabetes:3` leads to the model; a folder does not. */
function ModelLink({ model }: { readonly model: string | undefined }): ReactNode {
  const name = /^azureml:([^:]+):/.exec(model ?? '')?.[1]
  return name === undefined ? (
    model
  ) : (
    <ObjectLink kind="model" name={name}>
      {model}
    </ObjectLink>
  )
}

function DeploymentActions({ endpoint, name }: { readonly endpoint: BatchEndpoint; readonly name: string }): ReactNode {
  const all = useMessages(batchMessages)
  const texts = all.deployments
  const client = useQueryClient()
  const isUsual = endpoint.defaults.deployment_name === name
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['rest'], predicate: isOfBatch })
  const makeUsual = async (): Promise<void> => {
    const call = rest.PATCH('/api/v1/batch-endpoints/{name}', {
      params: { path: { name: endpoint.name } },
      body: { defaults: { deployment_name: name } },
    })
    await told(answerOf(call), texts.madeUsual(name))
    await refresh()
  }
  const remove = async (): Promise<void> => {
    const question = { title: texts.removeTitle(name), body: all.removeBody, action: all.remove }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    const path = { name: endpoint.name, deployment: name }
    const call = rest.DELETE('/api/v1/batch-endpoints/{name}/deployments/{deployment}', { params: { path } })
    await told(answerOf(call), texts.removed(name))
    await refresh()
  }
  return (
    <span className="row">
      <Button isSmall look="quiet" disabled={isUsual} onClick={() => void makeUsual()}>
        {isUsual ? texts.isUsual : texts.makeUsual}
      </Button>
      <Button isSmall look="quiet" onClick={() => void remove()}>
        {all.remove}
      </Button>
    </span>
  )
}

function isOfBatch({ queryKey: [, path] }: { readonly queryKey: readonly unknown[] }): boolean {
  return String(path).startsWith('/api/v1/batch')
}
