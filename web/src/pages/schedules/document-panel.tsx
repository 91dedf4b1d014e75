import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { schedulesMessages } from './messages.ts'
import { baseOf, startedBy, type Trigger } from './trigger-types.ts'
import { useTriggerCalls } from './use-trigger-calls.ts'
import { useUnsaved } from './use-unsaved.ts'
import type { components } from '../../api.gen.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { CodeBlock, CodeEditor } from '../../components/code/code-block.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { toast } from '../../components/toasts.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

const maxHeight = 560

/** Its YAML, to read and to change. */
export function DocumentPanel({ trigger }: { readonly trigger: Trigger }): ReactNode {
  const { kind: family, name } = trigger
  const document = useQuery(restQuery(`${baseOf(family)}/{name}/document`, { params: { path: { name } } }))
  return (
    <Loaded query={document} lines={8}>
      {(found) => <Document trigger={trigger} document={found} />}
    </Loaded>
  )
}

interface DocumentProps {
  readonly trigger: Trigger
  readonly document: components['schemas']['TriggerDocument']
}

function Document({ trigger, document: { text, file, is_made: isMade } }: DocumentProps): ReactNode {
  const texts = useMessages(schedulesMessages).document
  const [draft, setDraft] = useState<string>()
  const title = file === undefined ? texts.label : <span className="mono">{file}</span>
  if (draft !== undefined)
    return (
      <Editing
        trigger={trigger}
        title={title}
        text={text}
        draft={draft}
        onDraft={setDraft}
        onEnd={() => setDraft(undefined)}
      />
    )
  return (
    <Panel
      title={title}
      actions={
        <Button isSmall onClick={() => setDraft(text)}>
          {texts.edit}
        </Button>
      }
    >
      <div className="panel-body stack">
        {isMade && <p className="quiet">{texts.made}</p>}
        <CodeBlock label={texts.label} text={text} language="yaml" maxHeight={maxHeight} />
      </div>
    </Panel>
  )
}

interface EditingProps {
  readonly trigger: Trigger
  readonly title: ReactNode
  /** What it says now. */
  readonly text: string
  readonly draft: string
  readonly onDraft: (text: string) => void
  readonly onEnd: () => void
}

function Editing({ trigger, title, text, draft, onDraft, onEnd }: EditingProps): ReactNode {
  const texts = useMessages(schedulesMessages).document
  const shell = useMessages(shellMessages)
  const { refresh } = useTriggerCalls(trigger)
  const unsaved = useUnsaved(draft !== text)
  const { kind: family, name } = trigger
  const save = useMutation({
    mutationFn: () =>
      answerOf(rest.PUT(`${baseOf(family)}/{name}`, { params: { path: { name } }, body: { text: draft } })),
    onSuccess: async () => {
      unsaved.settle()
      toast(texts.saved(name))
      await refresh()
      onEnd()
    },
  })
  const cancel = async (): Promise<void> => {
    if (await unsaved.mayBeLost()) onEnd()
  }
  return (
    <Panel
      title={title}
      actions={
        <>
          <Button isSmall onClick={() => void cancel()}>
            {shell.cancel}
          </Button>
          <Button isSmall look="primary" disabled={save.isPending} onClick={() => save.mutate()}>
            {texts.save}
          </Button>
        </>
      }
    >
      <div className="panel-body stack">
        <p className="quiet">{startedBy(trigger).kind === 'file' ? texts.keepsFile : texts.body}</p>
        <CodeEditor label={texts.label} text={draft} language="yaml" maxHeight={maxHeight} onChange={onDraft} />
        {save.isError && <ErrorState error={save.error} />}
      </div>
    </Panel>
  )
}
