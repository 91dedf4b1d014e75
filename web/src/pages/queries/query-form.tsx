import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { queriesMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { CodeEditor } from '../../components/code/code-block.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** A table of a query: what it is called there, and what it is. */
interface QueryTable {
  readonly name: string
  readonly source: string
}

export interface AskedQuery {
  readonly sql: string
  readonly inputs: Readonly<Record<string, string>>
}

interface QueryFormProps {
  readonly sql: string
  readonly tables: readonly QueryTable[]
  readonly isRunning: boolean
  readonly onRun: (query: AskedQuery) => void
}

/** The text of a query and its tables; Ctrl-Enter runs it. */
export function QueryForm({ sql, tables: first, isRunning, onRun }: QueryFormProps): ReactNode {
  const texts = useMessages(queriesMessages)
  const id = useId()
  const [typed, setTyped] = useState(sql)
  const [tables, setTables] = useState(first)
  const [known, setKnown] = useState({ sql, first })
  // Another query was opened; what was run from here stays as it is typed, with the cursor in it.
  if (known.sql !== sql || !areSame(known.first, first)) {
    setKnown({ sql, first })
    setTyped(sql)
    if (!areSame(namedOf(tables), first)) setTables(first)
  }
  const assets = useQuery(restQuery('/api/v1/data', { params: { query: { limit: 1000 } } })).data?.items ?? []
  const change = (place: number, next: Partial<QueryTable>): void =>
    setTables(tables.map((table, index) => (index === place ? { ...table, ...next } : table)))
  const isReady = typed.trim() !== '' && !isRunning
  const run = (): void => {
    if (!isReady) return
    onRun({ sql: typed, inputs: Object.fromEntries(namedOf(tables).map(({ name, source }) => [name, source])) })
  }
  return (
    <section className="panel query-form" aria-label={texts.editor}>
      <CodeEditor text={sql} label={texts.editor} language="sql" maxHeight={320} onChange={setTyped} onSubmit={run} />
      <fieldset className="query-tables">
        <legend className="spoken">{texts.tables}</legend>
        <datalist id={`${id}-assets`}>
          {assets.map(({ name }) => (
            <option key={name} value={`azureml:${name}@latest`} />
          ))}
        </datalist>
        {tables.map(({ name, source }, index) => (
          <div key={index} className="query-table">
            <input
              className="field mono"
              aria-label={`${texts.table} ${index + 1}`}
              placeholder={texts.table}
              value={name}
              onChange={({ target }) => change(index, { name: target.value })}
            />
            <span aria-hidden="true">=</span>
            <input
              className="field mono"
              aria-label={`${texts.source} ${index + 1}`}
              placeholder={texts.sourceHint}
              list={`${id}-assets`}
              value={source}
              onChange={({ target }) => change(index, { source: target.value })}
            />
            <IconButton
              icon="close"
              isSmall
              label={texts.remove(name === '' ? String(index + 1) : name)}
              onClick={() => setTables(tables.filter((_, place) => place !== index))}
            />
          </div>
        ))}
      </fieldset>
      <div className="query-acts">
        <Button isSmall icon="plus" onClick={() => setTables([...tables, { name: '', source: '' }])}>
          {texts.add}
        </Button>
        <div className="row">
          <span className="quiet">{texts.runHint}</span>
          <Button look="primary" disabled={!isReady} onClick={run}>
            {isRunning ? texts.running : texts.run}
          </Button>
        </div>
      </div>
    </section>
  )
}

/** The tables that are filled in. */
function namedOf(tables: readonly QueryTable[]): readonly QueryTable[] {
  return tables
    .map(({ name, source }) => ({ name: name.trim(), source: source.trim() }))
    .filter(({ name, source }) => name !== '' && source !== '')
}

function areSame(left: readonly QueryTable[], right: readonly QueryTable[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
