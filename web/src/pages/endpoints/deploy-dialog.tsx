import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { endpointsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { freeDeploymentName } from '../../components/free-deployment-name.ts'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface DeployDialogProps {
  readonly endpoint: components['schemas']['Endpoint']
  readonly onClose: () => void
}

/** A registered model behind the endpoint, as a deployment of its own. */
export function DeployDialog({ endpoint, onClose }: DeployDialogProps): ReactNode {
  const texts = useMessages(endpointsMessages).deploy
  const client = useQueryClient()
  const id = useId()
  const models = useQuery(restQuery('/api/v1/models', { params: { query: { limit: 1000 } } }))
  const [model, setModel] = useState('')
  const [name, setName] = useState(freeDeploymentName(endpoint.deployments.map((each) => each.name)))
  const [isForAll, setForAll] = useState(endpoint.deployments.length === 0)
  const deploy = async (): Promise<void> => {
    await answerOf(
      rest.POST('/api/v1/endpoints/{name}/deployments', {
        params: { path: { name: endpoint.name } },
        body: { name, model, all_traffic: isForAll, wait: false },
      }),
    )
    toast(texts.started(name))
    void client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints/{name}'] })
  }
  return (
    <FormDialog
      title={texts.title}
      action={texts.action}
      isReady={model !== '' && name !== ''}
      onSubmit={deploy}
      onClose={onClose}
    >
      <label>
        {texts.model}
        <input
          className="field"
          list={`${id}-models`}
          value={model}
          placeholder={texts.modelHint}
          onChange={({ target }) => setModel(target.value)}
        />
      </label>
      <datalist id={`${id}-models`}>
        {(models.data?.items ?? []).flatMap(({ name: known, latest_version: latest, aliases }) => [
          ...Object.keys(aliases).map((alias) => <option key={`${known}@${alias}`}>{`${known}@${alias}`}</option>),
          ...(latest === undefined ? [] : [<option key={known}>{`azureml:${known}:${latest}`}</option>]),
        ])}
      </datalist>
      <label>
        {texts.name}
        <input className="field" value={name} onChange={({ target }) => setName(target.value)} />
      </label>
      <label className="row">
        <input type="checkbox" checked={isForAll} onChange={({ target }) => setForAll(target.checked)} />
        {texts.allTraffic}
      </label>
    </FormDialog>
  )
}
