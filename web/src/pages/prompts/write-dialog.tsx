import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { promptsMessages } from './messages.ts'
import { createPrompt, createVersion } from './prompt-changes.ts'
import { type PromptMessage, type PromptTemplate, type PromptVersion, variablesOf } from './prompt-template.ts'
import { TemplateFields } from './template-fields.tsx'
import { usePromptRefresh } from './use-prompt-refresh.ts'
import { Button } from '../../components/button.tsx'
import { Modal } from '../../components/modal.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

interface WriteDialogProps {
  /** Absent: a new prompt. */
  readonly name?: string
  /** What the text begins with. */
  readonly from?: PromptVersion
  readonly onDone: (name: string, version: string) => void
  readonly onClose: () => void
}

/** As MLflow checks names of prompts. */
const namePattern = /^[A-Za-z0-9_.-]+$/
const firstMessages: readonly PromptMessage[] = [{ role: 'system', content: '' }]

/** A new version of a prompt, or its first: the text or the messages, the model's settings, and what changed. */
export function WriteDialog({ name: given, from, onDone, onClose }: WriteDialogProps): ReactNode {
  const texts = useMessages(promptsMessages).write
  const shell = useMessages(shellMessages)
  const refresh = usePromptRefresh()
  const id = useId()
  const [name, setName] = useState(given ?? '')
  const [isMade, setMade] = useState(given !== undefined)
  const [kind, setKind] = useState(from?.template.kind ?? 'text')
  const [text, setText] = useState(from?.template.kind === 'text' ? from.template.text : '')
  const [messages, setMessages] = useState(from?.template.kind === 'chat' ? from.template.messages : firstMessages)
  const [config, setConfig] = useState(from?.config === undefined ? '' : JSON.stringify(from.config, undefined, 2))
  const [message, setMessage] = useState('')
  const template: PromptTemplate = kind === 'text' ? { kind, text } : { kind, messages }
  const isConfigRead = config.trim() === '' || isObject(config)
  const isWritten = kind === 'text' ? text.trim() !== '' : messages.some(({ content }) => content.trim() !== '')
  const save = useMutation({
    mutationFn: async () => {
      if (!isMade) await createPrompt(name)
      // Where the version is refused, the next attempt is not to make the prompt again.
      setMade(true)
      return createVersion({ name, template, message: message.trim(), config: config.trim() })
    },
    onSuccess: (version) => {
      toast(texts.done(name, version))
      onClose()
      onDone(name, version)
    },
    onSettled: refresh,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    save.mutate()
  }
  const isReady = namePattern.test(name) && isWritten && isConfigRead && !save.isPending
  const found = variablesOf(template)
  return (
    <Modal
      title={given === undefined ? texts.first : texts.title(given)}
      size="wide"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell.cancel}</Button>
          <Button look="primary" type="submit" form={id} disabled={!isReady}>
            {texts.save}
          </Button>
        </>
      }
    >
      <form id={id} className="prompt-form" onSubmit={submit}>
        {given === undefined && (
          <label>
            {texts.name}
            <input
              className="field"
              value={name}
              disabled={isMade}
              placeholder={texts.nameRule}
              aria-invalid={name !== '' && !namePattern.test(name)}
              onChange={({ target }) => setName(target.value)}
            />
          </label>
        )}
        <TemplateFields template={template} onKind={setKind} onText={setText} onMessages={setMessages} />
        <p className="quiet" aria-live="polite">
          {found.length === 0 ? texts.hint : found.map((each) => `{{${each}}}`).join(' ')}
        </p>
        <label>
          {texts.config}
          <textarea
            className="field mono"
            rows={3}
            value={config}
            placeholder='{"model_name": "...", "temperature": 0}'
            aria-invalid={!isConfigRead}
            onChange={({ target }) => setConfig(target.value)}
          />
        </label>
        {!isConfigRead && (
          <p className="prompt-mistake" role="alert">
            {texts.notJson}
          </p>
        )}
        <label>
          {texts.change}
          <input className="field" value={message} onChange={({ target }) => setMessage(target.value)} />
        </label>
        {save.isError && <ErrorState error={save.error} />}
      </form>
    </Modal>
  )
}

function isObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
