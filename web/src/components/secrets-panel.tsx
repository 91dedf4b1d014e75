import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { confirm } from './confirm.tsx'
import { Panel } from './page.tsx'
import { told } from './told.ts'

interface SecretsPanelProps {
  readonly title: string
  /** What the secrets are for. */
  readonly body?: string
  readonly texts: { readonly show: string; readonly hide: string }
  /** Beside the switch that shows them. */
  readonly actions?: ReactNode
  /** What everybody may see. */
  readonly known?: ReactNode
  /** The secrets; made, and so asked for, only when they are to be seen. */
  readonly children: ReactNode
}

/** Secrets that nobody sees over a shoulder. */
export function SecretsPanel({ title, body, texts, actions, known, children }: SecretsPanelProps): ReactNode {
  const [isShown, setShown] = useState(false)
  return (
    <Panel
      title={title}
      actions={
        <>
          <Button isSmall onClick={() => setShown(!isShown)}>
            {isShown ? texts.hide : texts.show}
          </Button>
          {actions}
        </>
      }
    >
      <div className="panel-body stack">
        {body !== undefined && <p className="quiet">{body}</p>}
        {known}
        {isShown && children}
      </div>
    </Panel>
  )
}

interface ReplaceSecretProps {
  readonly texts: { readonly rotate: string; readonly rotateBody: string; readonly rotated: string }
  /** The question. */
  readonly title: string
  readonly look?: 'plain' | 'quiet'
  readonly replace: () => Promise<unknown>
  /** The path that tells the secrets, as in `restQuery`. */
  readonly stale: string
}

/** Replaces a secret after a question; where it is shown, the new one is. */
export function ReplaceSecret({ texts, title, look = 'plain', replace, stale }: ReplaceSecretProps): ReactNode {
  const client = useQueryClient()
  const ask = async (): Promise<void> => {
    if (!(await confirm({ title, body: texts.rotateBody, action: texts.rotate, isDangerous: true }))) return
    await told(replace(), texts.rotated)
    await client.invalidateQueries({ queryKey: ['rest', stale] })
  }
  return (
    <Button isSmall look={look} onClick={() => void ask()}>
      {texts.rotate}
    </Button>
  )
}
