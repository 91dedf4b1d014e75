import { useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { environmentsMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Badge, type Tone } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'

export type EnvironmentState = components['schemas']['EnvironmentState']
type Word = EnvironmentState['state']

const tones: Readonly<Record<Word, Tone>> = {
  unresolved: 'quiet',
  unbuilt: 'quiet',
  building: 'busy',
  ready: 'good',
  broken: 'warn',
  unusable: 'bad',
}

/** Whether it can be used at once. */
export function StateBadge({ state }: { readonly state: Word }): ReactNode {
  return <Badge tone={tones[state]}>{useMessages(environmentsMessages).states[state]}</Badge>
}

/** Which environment is meant. */
export interface EnvironmentName {
  readonly name: string
  /** A curated one has a single version. */
  readonly version: string
  readonly registry?: string
}

/** What there is of an environment; asked for again while it is being built, of which there is no event. */
export function useEnvironmentState({ name, version, registry }: EnvironmentName): UseQueryResult<EnvironmentState> {
  const params = { path: { name, version }, query: registry === undefined ? {} : { registry } }
  return useQuery({
    ...restQuery('/api/v1/environments/{name}/versions/{version}/state', { params }),
    refetchInterval: ({ state: { data } }) => (isBuilding(data) ? 1000 : false),
  })
}

export function isBuilding(state: EnvironmentState | undefined): boolean {
  return state?.state === 'building' || state?.build?.status === 'building'
}
