import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { tracesMessages } from './messages.ts'
import { deleteTag, setTag } from './trace-changes.ts'
import type { Trace } from './trace-types.ts'
import { useTraceRefresh } from './use-trace-refresh.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Panel } from '../../components/page.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

/** The tags of a trace, which people change, and its metadata, which its client wrote once. */
export function AboutPanel({ trace }: { readonly trace: Trace }): ReactNode {
  const texts = useMessages(tracesMessages).tags
  return (
    <div className="trace-about">
      <Panel title={texts.title}>
        <div className="panel-body stack">
          <Tags trace={trace} />
        </div>
      </Panel>
      <Panel title={texts.metadata}>
        <div className="panel-body stack">
          <p className="quiet">{texts.metadataHint}</p>
          <KeyValues
            entries={Object.entries(trace.metadata).map(([key, value]) => [
              key,
              <span key={key} className="span-text">
                {value}
              </span>,
            ])}
          />
        </div>
      </Panel>
    </div>
  )
}

function Tags({ trace: { trace_id: traceId, tags } }: { readonly trace: Trace }): ReactNode {
  const texts = useMessages(tracesMessages).tags
  const refresh = useTraceRefresh()
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const change = async (doing: Promise<unknown>, done: string): Promise<void> => {
    if (await told(doing, done)) await refresh()
  }
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    await change(setTag(traceId, key.trim(), value), `${key.trim()} = ${value}`)
    setKey('')
    setValue('')
  }
  // MLflow's own tags say where spans are kept: they are shown, not changed.
  const entries = Object.entries(tags)
  return (
    <>
      {entries.length === 0 && <p className="quiet">{texts.none}</p>}
      <KeyValues
        entries={entries.map(([name, text]) => [
          name,
          <span key={name} className="row">
            <span className="span-text">{text}</span>
            {!name.startsWith('mlflow.') && (
              <IconButton
                icon="close"
                isSmall
                label={texts.remove(name)}
                onClick={() => void change(deleteTag(traceId, name), texts.remove(name))}
              />
            )}
          </span>,
        ])}
      />
      <form className="row" onSubmit={(event) => void add(event)}>
        <input
          className="field"
          aria-label={texts.key}
          placeholder={texts.key}
          maxLength={250}
          value={key}
          onChange={({ target }) => setKey(target.value)}
        />
        <input
          className="field"
          aria-label={texts.value}
          placeholder={texts.value}
          value={value}
          onChange={({ target }) => setValue(target.value)}
        />
        <Button type="submit" disabled={key.trim() === ''}>
          {texts.add}
        </Button>
      </form>
    </>
  )
}
