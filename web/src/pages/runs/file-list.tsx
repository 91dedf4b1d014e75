import { useRef } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../messages/format.ts'

export interface ListedFile {
  readonly path: string
  readonly is_dir: boolean
  readonly file_size?: number
}

interface FileListProps {
  readonly files: readonly ListedFile[]
  readonly current?: string
  readonly onOpen: (file: ListedFile) => void
}

/** Files and folders of one folder; arrows go from one to the next and show it. */
export function FileList({ files, current, onOpen }: FileListProps): ReactNode {
  const format = useFormat()
  const list = useRef<HTMLUListElement>(null)
  const onKeyDown = (event: KeyboardEvent, place: number): void => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    const next = by === undefined ? undefined : files[place + by]
    if (next === undefined || by === undefined) return
    event.preventDefault()
    list.current?.querySelectorAll('button')[place + by]?.focus()
    if (!next.is_dir) onOpen(next)
  }
  return (
    <ul ref={list} className="runs-file-list">
      {files.map((file, place) => (
        <li key={file.path}>
          <button
            type="button"
            aria-current={file.path === current ? 'true' : undefined}
            onKeyDown={(event) => onKeyDown(event, place)}
            onClick={() => onOpen(file)}
          >
            <Icon name={file.is_dir ? 'chevron' : 'data'} />
            <span>
              {file.path.slice(file.path.lastIndexOf('/') + 1)}
              {file.is_dir && '/'}
            </span>
            {file.file_size !== undefined && !file.is_dir && (
              <span className="quiet">{format.bytes(file.file_size)}</span>
            )}
          </button>
        </li>
      ))}
    </ul>
  )
}
