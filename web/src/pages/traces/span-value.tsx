import { useState } from 'react'
import type { ReactNode } from 'react'
import { chatOf, type ChatMessage } from './chat.ts'
import { tracesMessages } from './messages.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { JsonTree } from '../../components/json-tree.tsx'
import { Segments } from '../../components/segments.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface SpanValueProps {
  /** `Inputs` or `Outputs`. */
  readonly title: string
  readonly value: unknown
}

/** What a span was given or gave: a conversation as messages, a text as it is, anything else as a tree. */
export function SpanValue({ title, value }: SpanValueProps): ReactNode {
  const texts = useMessages(tracesMessages).span
  const [look, setLook] = useState<'messages' | 'json'>('messages')
  const chat = chatOf(value)
  const isText = typeof value === 'string'
  return (
    <section className="span-section" aria-label={title}>
      <div className="span-section-head">
        <h3>{title}</h3>
        <div className="row">
          {chat !== undefined && (
            <Segments
              label={texts.view}
              choices={[
                { id: 'messages', label: texts.messages },
                { id: 'json', label: texts.json },
              ]}
              current={look}
              onSelect={setLook}
            />
          )}
          {value !== undefined && <CopyButton text={isText ? value : JSON.stringify(value, undefined, 2)} />}
        </div>
      </div>
      {value === undefined ? (
        <p className="quiet">{texts.nothing}</p>
      ) : chat !== undefined && look === 'messages' ? (
        <Chat messages={chat} />
      ) : isText ? (
        <p className="span-text">{value}</p>
      ) : (
        <JsonTree value={value} openLevels={3} />
      )}
    </section>
  )
}

function Chat({ messages }: { readonly messages: readonly ChatMessage[] }): ReactNode {
  const texts = useMessages(tracesMessages)
  return (
    <ol className="chat">
      {messages.map(({ role, text, name, calls }, index) => (
        <li key={index} className={`chat-message chat-${role}`}>
          <p className="chat-role">
            {role in texts.roles ? texts.roles[role as keyof typeof texts.roles] : role}
            {name !== undefined && <code> {name}</code>}
          </p>
          {text !== '' && <p className="span-text">{text}</p>}
          {calls.map((call, place) => (
            <div key={place} className="chat-call">
              <span className="quiet">{texts.span.calls}</span> <code>{call.name}</code>
              {call.arguments !== undefined && <JsonTree value={call.arguments} />}
            </div>
          ))}
        </li>
      ))}
    </ol>
  )
}
