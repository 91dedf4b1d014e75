import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { fileKind, parseTable } from './file-kind.ts'
import { readText, textLimitBytes } from '../../api/read-text.ts'
import { CodeBlock } from '../code/code-block.tsx'
import type { Column } from '../data-table/column.ts'
import { DataTable } from '../data-table/data-table.tsx'
import { Icon } from '../icon.tsx'
import { Loaded } from '../loaded.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import { shellMessages } from '../../messages/shell.ts'
import './file-preview.css'

interface FilePreviewProps {
  /** Address of the content. */
  readonly url: string
  /** Its path: the name says how it is shown. */
  readonly path: string
  readonly sizeBytes?: number
  /** Where several are shown: which one this is; the path when absent. */
  readonly label?: string
}

const maxRows = 1000

/**
 * The beginning of a file: images, tables, JSON, YAML, text; HTML as a page that may do nothing. Downloading comes
 * first, and is all there is for other kinds and for images that are too large.
 */
export function FilePreview({ url, path, sizeBytes, label = path }: FilePreviewProps): ReactNode {
  const texts = useMessages(shellMessages).preview
  const format = useFormat()
  const kind = fileKind(path)
  const isTooLarge = kind === 'image' && (sizeBytes ?? 0) > 20 * textLimitBytes
  return (
    <section className="file-preview stack" aria-label={label}>
      <div className="row">
        <code>{path}</code>
        {sizeBytes !== undefined && <span className="quiet">{format.bytes(sizeBytes)}</span>}
        <a className="button button-small" href={url} download>
          <Icon name="download" />
          {texts.download}
        </a>
      </div>
      {kind === 'other' || isTooLarge ? (
        <p className="quiet">{texts.none}</p>
      ) : kind === 'image' ? (
        <img src={url} alt={label} />
      ) : (
        <TextPreview url={url} path={path} />
      )}
    </section>
  )
}

function TextPreview({ url, path }: FilePreviewProps): ReactNode {
  const texts = useMessages(shellMessages).preview
  const beginning = useQuery({
    queryKey: ['preview', url],
    queryFn: ({ signal }) => readText(url, signal),
    staleTime: Infinity,
    gcTime: 60_000,
  })
  return (
    <Loaded query={beginning} lines={6}>
      {({ text, isWhole }) => (
        <>
          {!isWhole && <p className="quiet">{texts.beginning}</p>}
          <Shown path={path} text={text} />
        </>
      )}
    </Loaded>
  )
}

function Shown({ path, text }: { readonly path: string; readonly text: string }): ReactNode {
  const kind = fileKind(path)
  if (kind === 'table') return <TextTable path={path} text={text} />
  // No rights at all: no scripts, no forms, no origin; styles of its own are refused by the policy of this page.
  if (kind === 'html') return <iframe className="file-page" title={path} sandbox="" srcDoc={text} />
  return <CodeBlock label={path} text={text} language={kind === 'json' || kind === 'yaml' ? kind : 'text'} />
}

function TextTable({ path, text }: { readonly path: string; readonly text: string }): ReactNode {
  const [names = [], ...rows] = parseTable(text, path.toLowerCase().endsWith('.tsv') ? '\t' : ',', maxRows)
  const columns = names.map((name, index): Column<readonly string[]> => ({
    id: String(index),
    label: name,
    cell: (row) => row[index] ?? '',
  }))
  const numbered = rows.map((row, index) => ({ row, id: String(index) }))
  return (
    <DataTable
      label={path}
      columns={columns.map((column) => ({ ...column, cell: ({ row }: (typeof numbered)[number]) => column.cell(row) }))}
      rows={numbered}
      rowId={({ id }) => id}
      maxHeight={420}
    />
  )
}
