import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { publishedMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

/** The keys, asked for only when they are to be seen. */
export function PipelineKeys({ name }: { readonly name: string }): ReactNode {
  const all = useMessages(publishedMessages)
  const texts = all.keys
  const client = useQueryClient()
  const [isShown, setShown] = useState(false)
  const path = { params: { path: { name } } }
  const keys = useQuery({
    ...restQuery('/api/v1/published-pipelines/{name}/credentials', path),
    gcTime: 0,
    enabled: isShown,
  })
  const rotate = async (): Promise<void> => {
    const question = { title: texts.rotateTitle, body: texts.rotateBody, action: texts.rotate }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    const call = rest.POST('/api/v1/published-pipelines/{name}/rotate-key', { ...path, body: {} })
    await told(answerOf(call), texts.rotated)
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/published-pipelines/{name}/credentials'] })
  }
  return (
    <Panel
      title={all.tabs.keys}
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
        {isShown && (
          <Loaded query={keys}>
            {({ primary_key: primary, secondary_key: secondary }) => (
              <KeyValues
                entries={[
                  [texts.primary, <Key key="primary" value={primary} />],
                  [texts.secondary, <Key key="secondary" value={secondary} />],
                ]}
              />
            )}
          </Loaded>
        )}
      </div>
    </Panel>
  )
}

function Key({ value }: { readonly value: string }): ReactNode {
  return (
    <span className="row">
      <code>{value}</code>
      <CopyButton text={value} />
    </span>
  )
}
