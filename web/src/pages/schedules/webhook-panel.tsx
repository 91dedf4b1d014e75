import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { schedulesMessages } from './messages.ts'
import type { Trigger } from './trigger-types.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

/** Where others call, and the secret they need; asked for only when it is to be seen. */
export function WebhookPanel({ trigger: { name, webhook_url: url = '' } }: { readonly trigger: Trigger }): ReactNode {
  const texts = useMessages(schedulesMessages).webhook
  const client = useQueryClient()
  const [isShown, setShown] = useState(false)
  const path = { params: { path: { name } } }
  const secret = useQuery({
    ...restQuery('/api/v1/triggers/{name}/credentials', path),
    gcTime: 0,
    enabled: isShown,
  })
  const rotate = async (): Promise<void> => {
    if (!(await confirm({ title: texts.rotateTitle, body: texts.rotateBody, action: texts.rotate, isDangerous: true })))
      return
    await told(answerOf(rest.POST('/api/v1/triggers/{name}/rotate-secret', path)), texts.rotated)
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/triggers/{name}/credentials'] })
  }
  return (
    <Panel
      title={texts.title}
      actions={
        <>
          <Button isSmall onClick={() => setShown(!isShown)}>
            {isShown ? texts.hide : texts.show}
          </Button>
          <Button isSmall onClick={() => void rotate()}>
            {texts.rotate}
          </Button>
        </>
      }
    >
      <div className="panel-body stack">
        <p className="quiet">{texts.body}</p>
        <KeyValues entries={[[texts.address, <Copied key="address" text={url} />]]} />
        {isShown && (
          <Loaded query={secret}>
            {({ secret: text }) => <KeyValues entries={[[texts.secret, <Copied key="secret" text={text} />]]} />}
          </Loaded>
        )}
      </div>
    </Panel>
  )
}

function Copied({ text }: { readonly text: string }): ReactNode {
  return (
    <span className="row">
      <code>{text}</code>
      <CopyButton text={text} />
    </span>
  )
}
