import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { promptsMessages } from './messages.ts'
import { usePromptRefresh } from './use-prompt-refresh.ts'
import type { MlflowKeyValue } from '../../api/mlflow-messages.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

interface TagEditorProps {
  readonly title: string
  readonly tags: readonly MlflowKeyValue[]
  readonly onSet: (key: string, value: string) => Promise<void>
  readonly onDelete: (key: string) => Promise<void>
}

/** Tags as small labels, each with a cross, and a line to set another. */
export function TagEditor({ title, tags, onSet, onDelete }: TagEditorProps): ReactNode {
  const texts = useMessages(promptsMessages).tags
  const refresh = usePromptRefresh()
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const change = async (doing: Promise<void>, done: string): Promise<void> => {
    if (await told(doing, done)) await refresh()
  }
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    await change(onSet(key.trim(), value), `${key.trim()} = ${value}`)
    setKey('')
    setValue('')
  }
  return (
    <section aria-label={title} className="prompt-tags">
      <p className="prompt-tags-title">{title}</p>
      <ul className="row">
        {tags.map((tag) => (
          <li key={tag.key} className="prompt-tag">
            {tag.key}={tag.value}
            <IconButton
              icon="close"
              isSmall
              label={texts.remove(tag.key)}
              onClick={() => void change(onDelete(tag.key), texts.remove(tag.key))}
            />
          </li>
        ))}
      </ul>
      <form className="row" onSubmit={(event) => void add(event)}>
        <input
          className="field"
          aria-label={`${title}: ${texts.key}`}
          placeholder={texts.key}
          value={key}
          onChange={({ target }) => setKey(target.value)}
        />
        <input
          className="field"
          aria-label={`${title}: ${texts.value}`}
          placeholder={texts.value}
          value={value}
          onChange={({ target }) => setValue(target.value)}
        />
        <Button isSmall type="submit" disabled={key.trim() === ''}>
          {texts.add}
        </Button>
      </form>
    </section>
  )
}
