import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { type EnvironmentName, type EnvironmentState, StateBadge, useEnvironmentState } from './environment-state.tsx'
import { environmentsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'

type Entry = readonly [name: string, value: ReactNode]

/** What is said of one version, and what there is of it on disk. */
export function FactsPanel({ name, version }: { readonly name: string; readonly version: string }): ReactNode {
  const texts = useMessages(environmentsMessages).facts
  const path = { name, version }
  const found = useQuery(restQuery('/api/v1/environments/{name}/versions/{version}', { params: { path } }))
  return (
    <Loaded query={found} lines={4}>
      {({ labels, created_at: at, created_by: by }) => (
        <StateFacts
          name={name}
          version={version}
          reference={`azureml:${name}:${version}`}
          more={[
            [texts.labels, labels.length === 0 ? undefined : labels.map((label) => `@${label}`).join(', ')],
            [
              texts.created,
              <span key="created">
                <TimeAgo at={at} /> <span className="quiet">{texts.by(by)}</span>
              </span>,
            ],
          ]}
        />
      )}
    </Loaded>
  )
}

interface StateFactsProps extends EnvironmentName {
  /** As YAML names it. */
  readonly reference: string
  readonly more?: readonly Entry[]
}

/** Whether it is built, of which packages, and how large it is. */
export function StateFacts({ reference, more = [], ...environment }: StateFactsProps): ReactNode {
  const texts = useMessages(environmentsMessages)
  const format = useFormat()
  const state = useEnvironmentState(environment)
  return (
    <KeyValues
      entries={[
        [texts.facts.reference, <CopiedCode key="reference" text={reference} />],
        ...more,
        ...(state.data === undefined ? [] : stateEntries(state.data, texts, format)),
      ]}
    />
  )
}

function stateEntries(
  { state, detail, lock, size_bytes: size, used_at: usedAt }: EnvironmentState,
  texts: Translation<typeof environmentsMessages.en>,
  format: Format,
): readonly Entry[] {
  const { facts, columns } = texts
  return [
    [
      columns.state,
      <span key="state" className="row">
        <StateBadge state={state} />
        <span className="quiet">{detail ?? texts.stateHints[state]}</span>
      </span>,
    ],
    [facts.python, lock && `${lock.python} · ${lock.platform}`],
    [facts.lock, lock && <code key="lock">{lock.digest.slice(0, 16)}</code>],
    [columns.size, size === undefined ? undefined : format.bytes(size)],
    [facts.usedAt, usedAt === undefined ? undefined : <TimeAgo key="used" at={usedAt} />],
  ]
}
