import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { endpointsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { JsonTree } from '../../components/json-tree.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Collection = components['schemas']['PayloadCollection']

interface PayloadsProps {
  readonly endpoint: components['schemas']['Endpoint']
}

/** What was asked and answered: how much is kept, where, and one request by its id. */
export function PayloadsPanel({ endpoint }: PayloadsProps): ReactNode {
  const texts = useMessages(endpointsMessages).payloads
  const client = useQueryClient()
  const columns = useCollectionColumns()
  const collections = useQuery(restQuery('/api/v1/payloads', {}))
  const endWindows = async (): Promise<void> => {
    await told(answerOf(rest.POST('/api/v1/payloads/end-windows')), texts.ended)
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/payloads'] })
  }
  return (
    <div className="stack">
      <Loaded query={collections}>
        {({ items, since_start: counts }) => {
          const own = items.filter((each) => each.endpoint === endpoint.name)
          const isCollecting = counts.some((each) => each.endpoint === endpoint.name)
          return own.length === 0 && !isCollecting ? (
            <EmptyState title={texts.none} body={texts.noneBody} />
          ) : (
            <DataTable
              label={texts.collection}
              columns={columns}
              rows={own}
              rowId={({ deployment, collection }) => `${deployment} ${collection}`}
              maxHeight={360}
              toolbar={
                <Button isSmall onClick={() => void endWindows()}>
                  {texts.end}
                </Button>
              }
            />
          )
        }}
      </Loaded>
      <FindRequest />
    </div>
  )
}

function useCollectionColumns(): readonly Column<Collection>[] {
  const texts = useMessages(endpointsMessages).payloads
  const format = useFormat()
  return [
    { id: 'collection', label: texts.collection, width: 180, isPinned: true, cell: ({ collection }) => collection },
    { id: 'deployment', label: texts.deployment, cell: ({ deployment }) => deployment },
    { id: 'requests', label: texts.requests, align: 'end', width: 100, cell: ({ requests }) => format.count(requests) },
    { id: 'rows', label: texts.rows, align: 'end', width: 100, cell: ({ rows }) => format.count(rows) },
    { id: 'dropped', label: texts.dropped, align: 'end', width: 90, cell: ({ dropped }) => format.count(dropped) },
    { id: 'size', label: texts.size, align: 'end', width: 100, cell: ({ size_bytes: bytes }) => format.bytes(bytes) },
    { id: 'last', label: texts.last, cell: ({ last_at: at }) => <TimeAgo at={at} /> },
    { id: 'newest', label: texts.newest, width: 320, cell: ({ newest }) => newest },
  ]
}

function FindRequest(): ReactNode {
  const texts = useMessages(endpointsMessages).payloads
  const [typed, setTyped] = useState('')
  const [id, setId] = useState('')
  const found = useQuery({
    ...restQuery('/api/v1/payloads/requests/{id}', { params: { path: { id } } }),
    enabled: id !== '',
    retry: false,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setId(typed.trim())
  }
  return (
    <Panel title={texts.find}>
      <div className="panel-body stack">
        <form className="row" onSubmit={submit}>
          <input
            className="field find-request"
            aria-label={texts.find}
            placeholder={texts.findHint}
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
          <Button type="submit" disabled={typed.trim() === ''}>
            {texts.show}
          </Button>
        </form>
        {id !== '' && <Loaded query={found}>{(request) => <JsonTree value={request} openLevels={3} />}</Loaded>}
      </div>
    </Panel>
  )
}
