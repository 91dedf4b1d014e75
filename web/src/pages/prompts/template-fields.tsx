import type { ReactNode } from 'react'
import { promptsMessages } from './messages.ts'
import type { PromptMessage, PromptTemplate } from './prompt-template.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Segments } from '../../components/segments.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface TemplateFieldsProps {
  readonly template: PromptTemplate
  readonly onKind: (kind: PromptTemplate['kind']) => void
  readonly onText: (text: string) => void
  readonly onMessages: (messages: readonly PromptMessage[]) => void
}

const roles = ['system', 'user', 'assistant'] as const

/** The text of a prompt, or its messages, to write in. */
export function TemplateFields({ template, onKind, onText, onMessages }: TemplateFieldsProps): ReactNode {
  const texts = useMessages(promptsMessages)
  return (
    <>
      <div className="row">
        <span>{texts.write.kind}</span>
        <Segments
          label={texts.write.kind}
          choices={[
            { id: 'text', label: texts.kinds.text },
            { id: 'chat', label: texts.kinds.chat },
          ]}
          current={template.kind}
          onSelect={onKind}
        />
      </div>
      {template.kind === 'text' ? (
        <label>
          {texts.write.text}
          <textarea
            className="field mono"
            rows={10}
            value={template.text}
            onChange={({ target }) => onText(target.value)}
          />
        </label>
      ) : (
        <MessageFields messages={template.messages} onMessages={onMessages} />
      )}
    </>
  )
}

interface MessageFieldsProps {
  readonly messages: readonly PromptMessage[]
  readonly onMessages: (messages: readonly PromptMessage[]) => void
}

function MessageFields({ messages, onMessages }: MessageFieldsProps): ReactNode {
  const texts = useMessages(promptsMessages)
  const change = (place: number, next: Partial<PromptMessage>): void =>
    onMessages(messages.map((message, index) => (index === place ? { ...message, ...next } : message)))
  return (
    <>
      {messages.map(({ role, content }, index) => (
        <fieldset key={index} className="prompt-message-fields">
          <legend className="spoken">
            {texts.write.message} {index + 1}
          </legend>
          <div className="row">
            <select
              className="field"
              aria-label={`${texts.write.role} ${index + 1}`}
              value={role}
              onChange={({ target }) => change(index, { role: target.value })}
            >
              {[...new Set([...roles, role])].map((each) => (
                <option key={each} value={each}>
                  {texts.roles[each as keyof typeof texts.roles] ?? each}
                </option>
              ))}
            </select>
            {messages.length > 1 && (
              <IconButton
                icon="close"
                isSmall
                label={texts.write.removeMessage(index + 1)}
                onClick={() => onMessages(messages.filter((_, place) => place !== index))}
              />
            )}
          </div>
          <textarea
            className="field mono"
            rows={4}
            aria-label={`${texts.write.message} ${index + 1}`}
            value={content}
            onChange={({ target }) => change(index, { content: target.value })}
          />
        </fieldset>
      ))}
      <div>
        <Button isSmall icon="plus" onClick={() => onMessages([...messages, { role: 'user', content: '' }])}>
          {texts.write.addMessage}
        </Button>
      </div>
    </>
  )
}
