import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { endpointsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

interface KeysProps {
  readonly endpoint: components['schemas']['Endpoint']
}

/** The keys, asked for only when they are to be seen; each is replaced alone, so that callers can move over. */
export function KeysPanel({ endpoint }: KeysProps): ReactNode {
  const all = useMessages(endpointsMessages)
  const texts = all.keys
  const [isShown, setShown] = useState(false)
  if (endpoint.auth_mode === 'none') return <p className="quiet">{texts.noKeys}</p>
  return (
    <Panel
      title={all.tabs.keys}
      actions={
        <Button isSmall onClick={() => setShown(!isShown)}>
          {isShown ? texts.hide : texts.show}
        </Button>
      }
    >
      <div className="panel-body">{isShown && <Keys name={endpoint.name} />}</div>
    </Panel>
  )
}

function Keys({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(endpointsMessages).keys
  const client = useQueryClient()
  const path = { params: { path: { name } } }
  const keys = useQuery({ ...restQuery('/api/v1/endpoints/{name}/credentials', path), gcTime: 0 })
  const rotate = async (key: 'primary' | 'secondary'): Promise<void> => {
    const question = { title: texts.rotateTitle(texts[key]), body: texts.rotateBody, action: texts.rotate }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    await told(
      answerOf(rest.POST('/api/v1/endpoints/{name}/regenerate-keys', { ...path, body: { key } })),
      texts.rotated,
    )
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints/{name}/credentials'] })
  }
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
              <code>{value}</code>
              <CopyButton text={value} />
              <Button isSmall look="quiet" onClick={() => void rotate(key)}>
                {texts.rotate}
              </Button>
            </span>,
          ])}
        />
      )}
    </Loaded>
  )
}
