import type { ReactNode } from 'react'
import { ServerError } from '../../api/server-error.ts'
import { ErrorState } from '../../components/page-states.tsx'

/** Why the server did not take a document: each mistake with its line and a caret below it, as it wrote them. */
export function Refusal({ error }: { readonly error: unknown }): ReactNode {
  if (!(error instanceof ServerError) || error.code !== 'invalid-document') return <ErrorState error={error} />
  return (
    <div className="refusal" role="alert">
      <pre>{error.message}</pre>
      {error.hint !== undefined && <p>{error.hint}</p>}
    </div>
  )
}
