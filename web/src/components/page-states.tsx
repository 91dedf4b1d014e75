import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { CopiedCode } from './copied-code.tsx'
import { Icon } from './icon.tsx'
import { ScrolledText } from './scrolled.tsx'
import { ServerError } from '../api/server-error.ts'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './page-states.css'

interface EmptyStateProps {
  /** What is not there yet: `No jobs yet`. */
  readonly title: string
  /** One sentence: what it would be good for. */
  readonly body: ReactNode
  /** The command that makes the first one, to be copied. */
  readonly command?: string
  readonly children?: ReactNode
}

/** What a page shows before there is anything: what it is for, and the command to start with. */
export function EmptyState({ title, body, command, children }: EmptyStateProps): ReactNode {
  const texts = useMessages(shellMessages)
  return (
    <div className="empty-state">
      <h2>{title}</h2>
      <p className="quiet">{body}</p>
      {command !== undefined && (
        <div className="start-here">
          <span className="quiet">{texts.startHere}</span>
          <CopiedCode text={command} />
        </div>
      )}
      {children}
    </div>
  )
}

/** Why something could not be shown or done, in the server's words: of a text each mistake with its line and a caret. */
export function ErrorState({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }): ReactNode {
  const texts = useMessages(shellMessages)
  const { message, hint, code } = wordsOf(error, texts.failed)
  const mistakes = mistakesOf(error)
  return (
    <div className="error-state" role="alert">
      <Icon name="warning" size={18} />
      <div className="stack">
        {mistakes === undefined ? (
          <p>
            <strong>{message}</strong>
          </p>
        ) : (
          <ScrolledText text={mistakes} />
        )}
        {hint !== undefined && <p className="quiet">{hint}</p>}
        {code !== undefined && (
          <p className="quiet">
            {texts.failed.code}: <code>{code}</code>
          </p>
        )}
        {onRetry !== undefined && (
          <div>
            <Button icon="refresh" onClick={onRetry}>
              {texts.retry}
            </Button>
          </div>
        )}
      </div>
    </div>
  )
}

/** Grey lines where text is on its way; said once to screen readers. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }): ReactNode {
  const texts = useMessages(shellMessages)
  return (
    <div className="skeleton" aria-busy="true">
      <span className="spoken">{texts.loading}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={`skeleton-line skeleton-line-${line % 4}`} />
      ))}
    </div>
  )
}

function wordsOf(
  error: unknown,
  failed: { readonly unreachable: string; readonly unreachableHint: string },
): { readonly message: string; readonly hint?: string | undefined; readonly code?: string } {
  if (!(error instanceof ServerError)) return { message: error instanceof Error ? error.message : String(error) }
  const { code, message, hint } = error
  return code === 'unreachable'
    ? { message: failed.unreachable, hint: failed.unreachableHint, code }
    : { message, hint, code }
}

/** The mistakes of a text with their places; undefined where the error is of no text. */
function mistakesOf(error: unknown): string | undefined {
  if (!(error instanceof ServerError)) return undefined
  const { message, diagnostics } = error
  // Some answers have all mistakes in their message.
  if (message.includes('\n')) return message
  if (diagnostics.every(({ frame }) => frame === undefined)) return undefined
  return diagnostics
    .map(({ message: each, frame, hint }) => [each, frame, hint].filter(Boolean).join('\n'))
    .join('\n\n')
}
