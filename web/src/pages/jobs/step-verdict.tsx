import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Job } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import { PlainTable } from '../../components/plain-table.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** Why a step ran or did not, and every field that differed from the job it was compared with. */
export function StepVerdict({ job }: { readonly job: Job }): ReactNode {
  const texts = useMessages(jobsMessages).step
  const { changes, since } = reasonOf(job.verdict)
  const words = job.verdict_text ?? job.status_detail
  if (words === undefined) return null
  return (
    <div className="stack step-verdict">
      <h3>{texts.why}</h3>
      <p>{words}</p>
      {changes.length > 0 && (
        <PlainTable
          label={texts.changed}
          columns={[{ label: texts.field }, { label: texts.old }, { label: texts.now }]}
          rows={changes.map(({ field, old, now }) => ({
            key: field,
            cells: [field, <ChangedText key="old" text={old} />, <ChangedText key="now" text={now} />],
          }))}
        />
      )}
      {since !== undefined && (
        <p className="quiet">
          {texts.since}{' '}
          <Link to="/jobs/$name" params={{ name: since }}>
            {since}
          </Link>
        </p>
      )}
    </div>
  )
}

/** A digest by its beginning; anything else whole. */
export function ChangedText({ text }: { readonly text: string | undefined }): ReactNode {
  const { changes } = useMessages(jobsMessages)
  if (text === undefined) return <span className="quiet">{changes.absent}</span>
  return (
    <code className="changed-text" title={text}>
      {/^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text}
    </code>
  )
}

interface Change {
  readonly field: string
  readonly old?: string
  readonly now?: string
}

/** The reason inside a verdict, where it has one: the server's words for a step that ran because something changed. */
function reasonOf(verdict: unknown): { readonly changes: readonly Change[]; readonly since?: string } {
  const reason = (
    verdict as { readonly reason?: { readonly changes?: readonly Change[]; readonly since?: string } } | undefined
  )?.reason
  return { changes: reason?.changes ?? [], ...(reason?.since !== undefined && { since: reason.since }) }
}
