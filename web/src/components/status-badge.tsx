import type { ReactNode } from 'react'
import { useMessages } from '../messages/catalogue.ts'
import type { en } from '../messages/shell/en.ts'
import { shellMessages } from '../messages/shell.ts'
import './status-badge.css'

/** What a state means for the person: in order, gone wrong, under way, waiting, or nothing of these. */
export type Tone = 'good' | 'bad' | 'busy' | 'warn' | 'quiet'

const glyphs: Readonly<Record<Tone, string>> = { good: '✓', bad: '✕', busy: '●', warn: '!', quiet: '○' }

interface BadgeProps {
  readonly tone: Tone
  /** Instead of the tone's own: `↺`. */
  readonly glyph?: string
  readonly children: ReactNode
}

/** A state as a word and a glyph: never by colour alone. */
export function Badge({ tone, glyph = glyphs[tone], children }: BadgeProps): ReactNode {
  return (
    <span className={`badge badge-${tone}`}>
      <span aria-hidden="true">{glyph}</span>
      {children}
    </span>
  )
}

type StatusWord = keyof (typeof en)['status']

/** Of jobs (Azure ML's words) and of runs (MLflow's). */
const statuses: Readonly<Record<string, readonly [word: StatusWord, tone: Tone, glyph?: string]>> = {
  NotStarted: ['NotStarted', 'quiet'],
  Queued: ['Queued', 'quiet'],
  Preparing: ['Preparing', 'busy'],
  Running: ['Running', 'busy'],
  Finalizing: ['Finalizing', 'busy'],
  Completed: ['Completed', 'good'],
  Failed: ['Failed', 'bad'],
  CancelRequested: ['CancelRequested', 'warn'],
  Canceled: ['Canceled', 'warn', '⊘'],
  Skipped: ['Skipped', 'quiet', '–'],
  Reused: ['Reused', 'good', '↺'],
  SCHEDULED: ['Queued', 'quiet'],
  RUNNING: ['Running', 'busy'],
  FINISHED: ['Completed', 'good'],
  FAILED: ['Failed', 'bad'],
  KILLED: ['Canceled', 'warn', '⊘'],
}

/** The status of a job or run; of a state that has no words here, the state itself. */
export function StatusBadge({ status, isReused }: { readonly status: string; readonly isReused?: boolean }): ReactNode {
  const texts = useMessages(shellMessages).status
  const known = statuses[isReused === true && status === 'Completed' ? 'Reused' : status]
  if (known === undefined) return <Badge tone="quiet">{status}</Badge>
  const [word, tone, glyph] = known
  return (
    <Badge tone={tone} {...(glyph !== undefined && { glyph })}>
      {texts[word]}
    </Badge>
  )
}
