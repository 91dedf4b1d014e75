import type { ReactNode } from 'react'
import { promptsMessages } from './messages.ts'
import { partsOf, type PromptTemplate } from './prompt-template.ts'
import { useMessages } from '../../messages/catalogue.ts'

/** The text of a prompt, or its messages, with the variables in it marked. */
export function TemplateView({ template }: { readonly template: PromptTemplate }): ReactNode {
  const texts = useMessages(promptsMessages)
  if (template.kind === 'text')
    return (
      <p className="prompt-text">
        <Marked text={template.text} />
      </p>
    )
  return (
    <ol className="prompt-messages">
      {template.messages.map(({ role, content }, index) => (
        <li key={index} className={`prompt-message prompt-message-${role}`}>
          <p className="prompt-role">{texts.roles[role as keyof typeof texts.roles] ?? role}</p>
          <p className="prompt-text">
            <Marked text={content} />
          </p>
        </li>
      ))}
    </ol>
  )
}

function Marked({ text }: { readonly text: string }): ReactNode {
  return partsOf(text).map((part, index) =>
    part.isVariable ? (
      <mark key={index} className="prompt-variable">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  )
}
