import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { publishedMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ReplaceSecret, SecretsPanel } from '../../components/secrets-panel.tsx'
import { useMessages } from '../../messages/catalogue.ts'

const keysPath = '/api/v1/published-pipelines/{name}/credentials'

/** The keys, asked for only when they are to be seen. */
export function PipelineKeys({ name }: { readonly name: string }): ReactNode {
  const { tabs, keys: texts } = useMessages(publishedMessages)
  const path = { params: { path: { name } } }
  return (
    <SecretsPanel
      title={tabs.keys}
      body={texts.body}
      texts={texts}
      actions={
        <ReplaceSecret
          texts={texts}
          title={texts.rotateTitle}
          replace={() => answerOf(rest.POST('/api/v1/published-pipelines/{name}/rotate-key', { ...path, body: {} }))}
          stale={keysPath}
        />
      }
    >
      <Keys name={name} />
    </SecretsPanel>
  )
}

function Keys({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(publishedMessages).keys
  const keys = useQuery({ ...restQuery(keysPath, { params: { path: { name } } }), gcTime: 0 })
  return (
    <Loaded query={keys}>
      {({ primary_key: primary, secondary_key: secondary }) => (
        <KeyValues
          entries={[
            [texts.primary, <CopiedCode key="primary" text={primary} />],
            [texts.secondary, <CopiedCode key="secondary" text={secondary} />],
          ]}
        />
      )}
    </Loaded>
  )
}
