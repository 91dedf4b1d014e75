import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { endpointsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Modal } from '../../components/modal.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

interface DeployDialogProps {
  readonly endpoint: components['schemas']['Endpoint']
  readonly onClose: () => void
}

/** A registered model behind the endpoint, as a deployment of its own. */
export function DeployDialog({ endpoint, onClose }: DeployDialogProps): ReactNode {
  const texts = useMessages(endpointsMessages).deploy
  const shell = useMessages(shellMessages)
  const client = useQueryClient()
  const id = useId()
  const models = useQuery(restQuery('/api/v1/models', { params: { query: { limit: 1000 } } }))
  const [model, setModel] = useState('')
  const [name, setName] = useState(freeName(endpoint.deployments.map((each) => each.name)))
  const [isForAll, setForAll] = useState(endpoint.deployments.length === 0)
  const deploy = useMutation({
    mutationFn: () =>
      answerOf(
        rest.POST('/api/v1/endpoints/{name}/deployments', {
          params: { path: { name: endpoint.name } },
          body: { name, model, all_traffic: isForAll, wait: false },
        }),
      ),
    onSuccess: async () => {
      toast(texts.started(name))
      onClose()
      await client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints/{name}'] })
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    deploy.mutate()
  }
  return (
    <Modal
      title={texts.title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell.cancel}</Button>
          <Button look="primary" type="submit" form={id} disabled={model === '' || name === '' || deploy.isPending}>
            {texts.action}
          </Button>
        </>
      }
    >
      <form id={id} className="form" onSubmit={submit}>
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
        {deploy.isError && <ErrorState error={deploy.error} />}
      </form>
    </Modal>
  )
}

/** Blue, then green, as is the custom; then numbers. */
function freeName(taken: readonly string[]): string {
  const usual = ['blue', 'green'].find((name) => !taken.includes(name))
  if (usual !== undefined) return usual
  for (let number = taken.length; ; number++) if (!taken.includes(`green-${number}`)) return `green-${number}`
}
