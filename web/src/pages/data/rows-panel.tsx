import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { dataMessages } from './messages.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { AnswerTable } from '../../components/answer-table.tsx'
import { Button } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

const shownRows = 1000

/** The first rows of a table, or some at random. */
export function RowsPanel({ source }: { readonly source: string }): ReactNode {
  const texts = useMessages(dataMessages).rows
  const format = useFormat()
  const [seed, setSeed] = useState<number>()
  const sample = useQuery({
    queryKey: ['rest', '/api/v1/tables/sample', source, seed],
    queryFn: ({ signal }) =>
      answerOf(
        rest.POST('/api/v1/tables/sample', {
          body: { source, rows: shownRows, ...(seed !== undefined && { seed }) },
          signal,
        }),
      ),
    // The content of a version does not change, and what is no table does not become one.
    staleTime: Infinity,
    retry: false,
  })
  return (
    <Loaded query={sample} lines={8}>
      {({ columns, rows }) => (
        <AnswerTable
          label={texts.label}
          columns={columns}
          rows={rows}
          toolbar={
            <>
              <Button isSmall aria-pressed={seed === undefined} onClick={() => setSeed(undefined)}>
                {texts.begin}
              </Button>
              <Button isSmall aria-pressed={seed !== undefined} onClick={() => setSeed((seed ?? 0) + 1)}>
                {texts.random}
              </Button>
              <span className="quiet">{seed === undefined && texts.first(format.count(rows.length))}</span>
            </>
          }
        />
      )}
    </Loaded>
  )
}
