import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { modelsMessages } from './messages.ts'
import { type Model, usualVersion } from './model-types.ts'
import type { components } from '../../api.gen.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { ErrorState } from '../../components/page-states.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { freeDeploymentName } from '../../components/free-deployment-name.ts'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Endpoint = components['schemas']['Endpoint']

interface DeployProps {
  readonly model: Model
  /** The champion, or the newest, when absent. */
  readonly version?: string
  readonly onClose: () => void
}

/** Puts a version behind an endpoint, new or known, and leads there. */
export function DeployDialog({ model, version: first, onClose }: DeployProps): ReactNode {
  const texts = useMessages(modelsMessages).deploy
  const client = useQueryClient()
  const navigate = useNavigate()
  const id = useId()
  const endpoints = useQuery(restQuery('/api/v1/endpoints', { params: { query: { limit: 1000 } } }))
  const [version, setVersion] = useState(first ?? usualVersion(model) ?? '')
  const [endpoint, setEndpoint] = useState(`${model.name.replaceAll(/[^a-zA-Z0-9-]+/g, '-')}`)
  const known = endpoints.data?.items.find(({ name }) => name === endpoint)
  const free = freeDeploymentName((known?.deployments ?? []).map(({ name }) => name))
  const [typed, setTyped] = useState<string>()
  const [isForAll, setForAll] = useState<boolean>()
  const deployment = typed ?? free
  const allTraffic = isForAll ?? (known?.deployments ?? []).length === 0
  const isTaken = known?.deployments.some(({ name }) => name === deployment) === true
  const deploy = async (): Promise<void> => {
    try {
      // A try that was refused after this leaves the endpoint, and the next try finds it.
      if (known === undefined) await answerOf(rest.POST('/api/v1/endpoints', { body: { name: endpoint } }))
      await answerOf(
        rest.POST('/api/v1/endpoints/{name}/deployments', {
          params: { path: { name: endpoint } },
          body: { name: deployment, model: `azureml:${model.name}:${version}`, all_traffic: allTraffic, wait: false },
        }),
      )
    } finally {
      void client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints'] })
    }
    toast(texts.started(deployment, endpoint))
    await navigate({ to: '/endpoints/$name', params: { name: endpoint } })
  }
  return (
    <FormDialog
      title={texts.title(model.name)}
      action={texts.action}
      isReady={endpoint !== '' && deployment !== '' && !isTaken && endpoints.isSuccess}
      onSubmit={deploy}
      onClose={onClose}
    >
      <label>
        {texts.what}
        <VersionChoice model={model} value={version} onChange={setVersion} />
      </label>
      <label>
        {texts.endpoint}
        <input
          className="field"
          list={`${id}-endpoints`}
          value={endpoint}
          onChange={({ target }) => setEndpoint(target.value.trim())}
        />
      </label>
      <datalist id={`${id}-endpoints`}>
        {(endpoints.data?.items ?? []).map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
      <WhatEndpoint name={endpoint} known={known} />
      <label>
        {texts.deployment}
        <input
          className="field"
          value={deployment}
          aria-invalid={isTaken}
          onChange={({ target }) => setTyped(target.value.trim())}
        />
      </label>
      {isTaken && <p role="alert">{texts.taken(deployment)}</p>}
      <label className="row">
        <input type="checkbox" checked={allTraffic} onChange={({ target }) => setForAll(target.checked)} />
        {texts.allTraffic}
      </label>
      {endpoints.isError && <ErrorState error={endpoints.error} />}
    </FormDialog>
  )
}

interface VersionChoiceProps {
  readonly model: Model
  readonly value: string
  readonly onChange: (version: string) => void
}

function VersionChoice({ model, value, onChange }: VersionChoiceProps): ReactNode {
  const texts = useMessages(modelsMessages).deploy
  return (
    <select className="field" value={value} onChange={({ target }) => onChange(target.value)}>
      {model.versions.map(({ version, aliases }, place) => (
        <option key={version} value={version}>
          {aliases.length > 0
            ? texts.alias(aliases.join(', '), version)
            : place === 0
              ? texts.latest(version)
              : version}
        </option>
      ))}
    </select>
  )
}

function WhatEndpoint({ name, known }: { readonly name: string; readonly known: Endpoint | undefined }): ReactNode {
  const texts = useMessages(modelsMessages).deploy
  const format = useFormat()
  if (name === '') return <p className="quiet">{texts.endpointHint}</p>
  if (known === undefined) return <p className="quiet">{texts.isNew}</p>
  const shares = Object.entries(known.traffic).filter(([, share]) => share > 0)
  const traffic = shares.map(([deployment, share]) => `${deployment} ${format.percent(share / 100)}`).join(', ')
  return <p className="quiet">{texts.isKnown(traffic === '' ? texts.noTraffic : traffic)}</p>
}
