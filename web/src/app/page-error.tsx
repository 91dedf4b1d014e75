import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ServerError } from '../api/server-error.ts'
import { ErrorState } from '../components/page-states.tsx'
import { Page } from '../components/page.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'

/** Shown in place of a page that threw: the server's words, or, for a defect of ours, where it lies. */
export function PageError({ error, reset }: ErrorComponentProps): ReactNode {
  const { failed } = useMessages(shellMessages)
  return (
    <Page title={failed.title}>
      <ErrorState error={error} onRetry={reset} />
      {!(error instanceof ServerError) && (
        <>
          <p>{failed.page}</p>
          <p className="quiet">{failed.pageHint}</p>
          <pre className="defect">{error instanceof Error ? error.stack : String(error)}</pre>
        </>
      )}
    </Page>
  )
}

/** For an address that is no page. */
export function NotFound(): ReactNode {
  const { notFound } = useMessages(shellMessages)
  return (
    <div className="page">
      <div className="empty-state">
        <h1>{notFound.title}</h1>
        <p className="quiet">{notFound.body}</p>
        <Link to="/" className="button">
          {notFound.home}
        </Link>
      </div>
    </div>
  )
}
