import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { jobsMessages } from './messages.ts'
import { serverErrorOf } from '../../api/server-error.ts'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { Icon } from '../../components/icon.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { parseTable } from '../../components/preview/file-kind.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

/** An input or output of a job. */
export interface ValuePlace {
  readonly job: string
  readonly side: 'inputs' | 'outputs'
  readonly name: string
}

/** So much of a file is shown. */
const mostBytes = 1_000_000
const mostRows = 1000

interface FilePreviewProps {
  readonly place: ValuePlace
  readonly path: string
  readonly sizeBytes: number
}

/** The beginning of a file as what it is: a table, an image, text; and the whole to download. */
export function FilePreview({ place, path, sizeBytes }: FilePreviewProps): ReactNode {
  const texts = useMessages(jobsMessages).values
  const url = contentUrl(place, path)
  const isImage = /\.(png|jpe?g|gif|webp|svg)$/i.test(path)
  const limit = isImage ? 10 * mostBytes : mostBytes
  const content = useQuery({
    // A file that was written never changes.
    queryKey: ['file', url, limit],
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const response = await fetch(`${url}&max_bytes=${limit}`, { signal })
      if (!response.ok) throw serverErrorOf(response.status, await response.json().catch(() => undefined))
      return new Uint8Array(await response.arrayBuffer())
    },
  })
  return (
    <div className="stack file-preview">
      <div>
        <a className="button button-small" href={url} download={path.split('/').at(-1)}>
          <Icon name="download" />
          {texts.download}
        </a>
      </div>
      <Loaded query={content} lines={3}>
        {(bytes) => <Content bytes={bytes} path={path} sizeBytes={sizeBytes} isImage={isImage} />}
      </Loaded>
    </div>
  )
}

interface ContentProps extends Omit<FilePreviewProps, 'place'> {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly isImage: boolean
}

function Content({ bytes, path, sizeBytes, isImage }: ContentProps): ReactNode {
  const texts = useMessages(jobsMessages).values
  const format = useFormat()
  if (bytes.length === 0) return <p className="quiet">{texts.emptyFile}</p>
  const cut =
    bytes.length < sizeBytes ? (
      <p className="quiet">{texts.cut(format.bytes(bytes.length), format.bytes(sizeBytes))}</p>
    ) : null
  if (isImage && cut === null) return <ImageOf bytes={bytes} path={path} />
  if (bytes.subarray(0, 8000).includes(0)) return <p className="quiet">{texts.binary}</p>
  const text = new TextDecoder().decode(bytes)
  const separator = /\.tsv$/i.test(path) ? '\t' : ','
  const rows = /\.[ct]sv$/i.test(path) || looksLikeCsv(text) ? parseTable(text, separator, mostRows) : []
  if (rows.length > 1 && rows[0]!.length > 1) {
    const [head, ...body] = rows
    return (
      <>
        {cut ?? (body.length >= mostRows && <p className="quiet">{texts.rows(format.count(mostRows))}</p>)}
        <PlainTable
          label={path}
          columns={head!.map((label, index) => ({ label: label || String(index + 1) }))}
          rows={body.map((cells, index) => ({ key: String(index), cells }))}
        />
      </>
    )
  }
  return (
    <>
      {cut}
      <CodeBlock label={path} text={text} language={languageOf(path, text)} />
    </>
  )
}

function ImageOf({ bytes, path }: Pick<ContentProps, 'bytes' | 'path'>): ReactNode {
  const image = useRef<HTMLImageElement>(null)
  useEffect(() => {
    const type = path.endsWith('.svg') ? 'image/svg+xml' : ''
    const made = URL.createObjectURL(new Blob([bytes], { type }))
    if (image.current !== null) image.current.src = made
    return () => URL.revokeObjectURL(made)
  }, [bytes, path])
  return <img ref={image} className="file-image" alt={path} />
}

/** Two or more lines with the same number of commas, more than none. */
function looksLikeCsv(text: string): boolean {
  const counts = text
    .split('\n', 3)
    .filter((line) => line !== '')
    .map((line) => line.split(',').length)
  return counts.length > 1 && counts[0]! > 1 && counts.every((count) => count === counts[0]) && !/^\s*[{[<]/.test(text)
}

function languageOf(path: string, text: string): 'json' | 'yaml' | 'text' {
  if (/\.json$/i.test(path) || /^\s*[{[]/.test(text)) return 'json'
  return /\.ya?ml$|MLmodel$/i.test(path) ? 'yaml' : 'text'
}

function contentUrl({ job, side, name }: ValuePlace, path: string): string {
  const [inJob, inValue] = [encodeURIComponent(job), encodeURIComponent(name)]
  return `/api/v1/jobs/${inJob}/${side}/${inValue}/content?path=${encodeURIComponent(path)}`
}
