import { useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { CompareSearch } from './compare-search.ts'
import { FileList, type ListedFile } from './file-list.tsx'
import { runsMessages } from './messages.ts'
import { artifactUrl, mlflowQuery } from '../../api/mlflow-client.ts'
import { readText } from '../../api/read-text.ts'
import { Button } from '../../components/button.tsx'
import { DiffView } from '../../components/diff-view.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ErrorState, Skeleton } from '../../components/page-states.tsx'
import { fileKind } from '../../components/preview/file-kind.ts'
import { FilePreview } from '../../components/preview/file-preview.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface CompareFilesProps {
  readonly runs: readonly { readonly run_id: string; readonly name: string }[]
  readonly search: CompareSearch
  readonly onChange: (next: CompareSearch) => void
}

/** The files of runs beside each other; arrows go from file to file, so that images can be leafed through. */
export function CompareFiles({ runs, search: { folder = '', file }, onChange }: CompareFilesProps): ReactNode {
  const texts = useMessages(runsMessages)
  const listed = useQueries({
    queries: runs.map(({ run_id: id }) =>
      mlflowQuery('artifacts/list', { run_id: id, ...(folder !== '' && { path: folder }) }),
    ),
  })
  const failed = listed.find(({ isError }) => isError)
  if (failed !== undefined) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
  if (listed.some(({ isPending }) => isPending)) return <Skeleton lines={5} />
  const filesOf = listed.map(({ data }) => data?.files ?? [])
  const all = new Map<string, ListedFile>()
  for (const { path, is_dir } of filesOf.flat()) all.set(path, { path, is_dir })
  const files = [...all.values()].sort((one, other) => one.path.localeCompare(other.path))
  if (files.length === 0 && folder === '') return <p className="quiet">{texts.files.none}</p>
  const owners = runs.filter((_, place) => filesOf[place]?.some(({ path, is_dir }) => path === file && !is_dir))
  const up = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : ''
  return (
    <div className="runs-files">
      <nav className="panel" aria-label={texts.files.label}>
        <header className="panel-head">
          <code>{folder === '' ? '/' : folder}</code>
          {folder !== '' && (
            <Button isSmall icon="up" onClick={() => onChange({ folder: up, file: '' })}>
              {texts.artifacts.up}
            </Button>
          )}
        </header>
        <FileList
          files={files}
          {...(file !== undefined && { current: file })}
          onOpen={({ path, is_dir: isFolder }) => onChange(isFolder ? { folder: path, file: '' } : { file: path })}
        />
      </nav>
      {file === undefined || owners.length === 0 ? (
        <p className="quiet">{texts.files.choose}</p>
      ) : (
        <SideBySide runs={runs} owners={owners} path={file} />
      )}
    </div>
  )
}

interface SideBySideProps {
  readonly runs: CompareFilesProps['runs']
  /** Those that have the file. */
  readonly owners: CompareFilesProps['runs']
  readonly path: string
}

/** Kinds that are lines of text. */
const textKinds: ReadonlySet<string> = new Set(['json', 'yaml', 'text', 'table', 'html'])

function SideBySide({ runs, owners, path }: SideBySideProps): ReactNode {
  const texts = useMessages(runsMessages).files
  const [isDiff, setDiff] = useState(false)
  const [first, second] = owners
  const canDiff = owners.length === 2 && textKinds.has(fileKind(path))
  return (
    <div className="stack">
      {canDiff && (
        <label className="row">
          <input type="checkbox" checked={isDiff} onChange={({ target }) => setDiff(target.checked)} />
          {texts.differences}
        </label>
      )}
      {canDiff && isDiff && first !== undefined && second !== undefined ? (
        <TextDifference key={path} runs={[first, second]} path={path} />
      ) : (
        <div className="runs-side-by-side">
          {runs.map((run) => (
            <section key={run.run_id} className="panel" aria-label={run.name}>
              <header className="panel-head">
                <h2>{run.name}</h2>
              </header>
              <div className="panel-body">
                {owners.includes(run) ? (
                  <FilePreview
                    key={path}
                    url={artifactUrl(run.run_id, path)}
                    path={path}
                    label={`${run.name}: ${path}`}
                  />
                ) : (
                  <p className="quiet">{texts.missing}</p>
                )}
              </div>
            </section>
          ))}
        </div>
      )}
    </div>
  )
}

type Pair = readonly [CompareFilesProps['runs'][number], CompareFilesProps['runs'][number]]

function TextDifference({ runs, path }: { readonly runs: Pair; readonly path: string }): ReactNode {
  const urls = runs.map(({ run_id: id }) => artifactUrl(id, path))
  const both = useQuery({
    queryKey: ['preview', 'difference', ...urls],
    queryFn: ({ signal }) => Promise.all(urls.map((url) => readText(url, signal))),
    staleTime: Infinity,
    gcTime: 60_000,
  })
  return (
    <Loaded query={both} lines={5}>
      {([old, now]) => (
        <DiffView before={old?.text ?? ''} after={now?.text ?? ''} names={[runs[0].name, runs[1].name]} />
      )}
    </Loaded>
  )
}
