import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type EnvironmentName, isBuilding, useEnvironmentState } from './environment-state.tsx'
import { environmentsMessages } from './messages.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

/** Builds it without a job, and shows what the build says. */
export function BuildButton(environment: EnvironmentName): ReactNode {
  const texts = useMessages(environmentsMessages).build
  const navigate = useNavigate({ from: '/environments/$name' })
  const client = useQueryClient()
  const { data: state } = useEnvironmentState(environment)
  const { name, version, registry } = environment
  const build = async (): Promise<void> => {
    const call = rest.POST('/api/v1/environments/{name}/versions/{version}/build', {
      params: { path: { name, version }, query: registry === undefined ? {} : { registry } },
    })
    if (!(await told(answerOf(call), texts.started))) return
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/environments/{name}/versions/{version}/state'] })
    await navigate({ search: (old) => ({ ...old, tab: 'build' }) })
  }
  // What is there need not be built, and what cannot be built says why beside its state.
  if (state === undefined || state.state === 'ready' || state.state === 'unusable') return null
  return (
    <Button look="primary" disabled={isBuilding(state)} onClick={() => void build()}>
      {state.build?.status === 'failed' ? texts.again : texts.now}
    </Button>
  )
}
