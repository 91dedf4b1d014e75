import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { schedulesMessages } from './messages.ts'
import type { Trigger } from './trigger-types.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ReplaceSecret, SecretsPanel } from '../../components/secrets-panel.tsx'
import { useMessages } from '../../messages/catalogue.ts'

const secretPath = '/api/v1/triggers/{name}/credentials'

/** Where others call, and the secret they need; asked for only when it is to be seen. */
export function WebhookPanel({ trigger: { name, webhook_url: url = '' } }: { readonly trigger: Trigger }): ReactNode {
  const texts = useMessages(schedulesMessages).webhook
  return (
    <SecretsPanel
      title={texts.title}
      body={texts.body}
      texts={texts}
      actions={
        <ReplaceSecret
          texts={texts}
          title={texts.rotateTitle}
          replace={() => answerOf(rest.POST('/api/v1/triggers/{name}/rotate-secret', { params: { path: { name } } }))}
          stale={secretPath}
        />
      }
      known={<KeyValues entries={[[texts.address, <CopiedCode key="address" text={url} />]]} />}
    >
      <Secret name={name} />
    </SecretsPanel>
  )
}

function Secret({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(schedulesMessages).webhook
  const secret = useQuery({ ...restQuery(secretPath, { params: { path: { name } } }), gcTime: 0 })
  return (
    <Loaded query={secret}>
      {({ secret: text }) => <KeyValues entries={[[texts.secret, <CopiedCode key="secret" text={text} />]]} />}
    </Loaded>
  )
}
