import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { endpointsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ReplaceSecret, SecretsPanel } from '../../components/secrets-panel.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface KeysProps {
  readonly endpoint: components['schemas']['Endpoint']
}

const keysPath = '/api/v1/endpoints/{name}/credentials'

/** The keys, asked for only when they are to be seen; each is replaced alone, so that callers can move over. */
export function KeysPanel({ endpoint }: KeysProps): ReactNode {
  const { tabs, keys: texts } = useMessages(endpointsMessages)
  if (endpoint.auth_mode === 'none') return <p className="quiet">{texts.noKeys}</p>
  return (
    <SecretsPanel title={tabs.keys} texts={texts}>
      <Keys name={endpoint.name} />
    </SecretsPanel>
  )
}

function Keys({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(endpointsMessages).keys
  const path = { params: { path: { name } } }
  const keys = useQuery({ ...restQuery(keysPath, path), gcTime: 0 })
  return (
    <Loaded query={keys}>
      {({ primary_key: primary, secondary_key: secondary }) => (
        <KeyValues
          entries={(
            [
              ['primary', primary],
              ['secondary', secondary],
            ] as const
          ).map(([key, value]) => [
            texts[key],
            <span key={key} className="row">
              <CopiedCode text={value} />
              <ReplaceSecret
                texts={texts}
                title={texts.rotateTitle(texts[key])}
                look="quiet"
                replace={() =>
                  answerOf(rest.POST('/api/v1/endpoints/{name}/regenerate-keys', { ...path, body: { key } }))
                }
                stale={keysPath}
              />
            </span>,
          ])}
        />
      )}
    </Loaded>
  )
}
