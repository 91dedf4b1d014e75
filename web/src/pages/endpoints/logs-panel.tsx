import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { deploymentLogSource } from './deployment-log-source.ts'
import { endpointsMessages } from './messages.ts'
import { LogView } from '../../components/log/log-view.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface LogsProps {
  readonly endpoint: components['schemas']['Endpoint']
}

/** The log of one deployment, as it grows. */
export function LogsPanel({ endpoint: { name, deployments } }: LogsProps): ReactNode {
  const texts = useMessages(endpointsMessages).logs
  const navigate = useNavigate({ from: '/endpoints/$name' })
  const { deployment: asked } = useSearch({ from: '/endpoints/$name' })
  const shown = deployments.find((each) => each.name === asked) ?? deployments[0]
  if (shown === undefined) return <p className="quiet">{texts.none}</p>
  return (
    <div className="stack">
      <label className="row">
        {texts.deployment}
        <select
          className="field"
          value={shown.name}
          onChange={({ target }) => void navigate({ search: (old) => ({ ...old, deployment: target.value }) })}
        >
          {deployments.map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </select>
      </label>
      <LogView key={shown.name} source={deploymentLogSource(name, shown.name)} isLive />
    </div>
  )
}
