import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { FileList } from './file-list.tsx'
import { runsMessages } from './messages.ts'
import type { RunSearch } from './run-search.ts'
import { artifactUrl, mlflow } from '../../api/mlflow-client.ts'
import { Button } from '../../components/button.tsx'
import { ErrorState, Skeleton } from '../../components/page-states.tsx'
import { FilePreview } from '../../components/preview/file-preview.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface RunArtifactsProps {
  readonly runId: string
  readonly search: RunSearch
  readonly onShow: (next: RunSearch) => void
}

/** The files a run logged, folder by folder, with a look into one; arrows go from file to file. */
export function RunArtifacts({ runId, search, onShow }: RunArtifactsProps): ReactNode {
  const texts = useMessages(runsMessages).artifacts
  const { folder = '', file } = search
  const listed = useInfiniteQuery({
    queryKey: ['mlflow', 'artifacts/list', runId, folder],
    queryFn: ({ pageParam, signal }) =>
      mlflow(
        'artifacts/list',
        { run_id: runId, ...(folder !== '' && { path: folder }), ...(pageParam !== '' && { page_token: pageParam }) },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_page_token: token }) => (token === '' ? undefined : token),
  })
  const files = listed.data?.pages.flatMap((piece) => piece.files ?? []) ?? []
  const chosen = files.find(({ path, is_dir: isFolder }) => path === file && !isFolder)
  if (listed.isPending) return <Skeleton lines={5} />
  if (listed.isError) return <ErrorState error={listed.error} onRetry={() => void listed.refetch()} />
  if (files.length === 0 && folder === '') return <p className="quiet">{texts.none}</p>
  const up = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : ''
  return (
    <div className="runs-files">
      <nav className="panel" aria-label={texts.label}>
        <header className="panel-head">
          <code>{folder === '' ? '/' : folder}</code>
          {folder !== '' && (
            <Button isSmall icon="up" onClick={() => onShow({ folder: up, file: '' })}>
              {texts.up}
            </Button>
          )}
        </header>
        <FileList
          files={files}
          {...(file !== undefined && { current: file })}
          onOpen={({ path, is_dir: isFolder }) => onShow(isFolder ? { folder: path, file: '' } : { file: path })}
        />
        {listed.hasNextPage && (
          <Button isSmall onClick={() => void listed.fetchNextPage()}>
            {texts.more}
          </Button>
        )}
      </nav>
      {chosen === undefined ? (
        <p className="quiet">{texts.choose}</p>
      ) : (
        <FilePreview
          key={chosen.path}
          url={artifactUrl(runId, chosen.path)}
          path={chosen.path}
          {...(chosen.file_size !== undefined && { sizeBytes: chosen.file_size })}
        />
      )}
    </div>
  )
}
