import type { ReactNode } from 'react'
import { type EnvironmentName, isBuilding, useEnvironmentState } from './environment-state.tsx'
import { environmentsMessages } from './messages.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import type { LogSource } from '../../components/log/log-source.ts'
import { LogView } from '../../components/log/log-view.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { Duration, TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** How the newest build by this server goes or went, as it says it. */
export function BuildPanel(environment: EnvironmentName): ReactNode {
  const texts = useMessages(environmentsMessages)
  const state = useEnvironmentState(environment)
  return (
    <Loaded query={state} lines={6}>
      {(found) => {
        const { build } = found
        if (build === undefined) return <EmptyState title={texts.build.none} body={texts.build.noneBody} />
        const { status, started_at: from, ended_at: to } = build
        return (
          <div className="stack">
            <p className="row">
              {status === 'failed' ? (
                <Badge tone="bad">{texts.build.failed}</Badge>
              ) : (
                <Badge tone={status === 'ready' ? 'good' : 'busy'}>{texts.states[status]}</Badge>
              )}
              <TimeAgo at={from} />
              <Duration from={from} {...(to !== undefined && { to })} />
            </p>
            <LogView key={from} source={buildLogSource(environment, from)} isLive={isBuilding(found)} />
          </div>
        )
      }}
    </Loaded>
  )
}

const encoder = new TextEncoder()

/** What a build says, by pieces from an offset. */
function buildLogSource({ name, version, registry }: EnvironmentName, startedAt: string): LogSource {
  const ask = (offset: number, signal: AbortSignal) =>
    answerOf(
      rest.GET('/api/v1/environments/{name}/versions/{version}/build/log', {
        params: { path: { name, version }, query: { offset, ...(registry !== undefined && { registry }) } },
        signal,
      }),
    )
  return {
    key: `build ${registry ?? ''}/${name}:${version} ${startedAt}`,
    read: async (offset, signal) => {
      const { text, next_offset: nextOffset, is_complete: isComplete } = await ask(offset, signal)
      return { bytes: encoder.encode(text), nextOffset, isComplete }
    },
    size: async (signal) => (await ask(0, signal)).next_offset,
  }
}
