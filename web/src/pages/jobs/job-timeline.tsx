import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { type Job, type JobTimeline, shownStatus } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type TimedStep = JobTimeline['steps'][number]
type Span = TimedStep['spans'][number]

interface JobTimelineProps {
  readonly job: Job
  readonly onStep?: (path: string) => void
}

/** When the steps of a job waited and ran, attempt by attempt, and which of them decided how long it took. */
export function JobTimelineView({ job, onStep }: JobTimelineProps): ReactNode {
  const timeline = useQuery(restQuery('/api/v1/jobs/{name}/timeline', { params: { path: { name: job.name } } }))
  return (
    <Loaded query={timeline} lines={8}>
      {(found) => <Gantt timeline={found} {...(onStep !== undefined && { onStep })} />}
    </Loaded>
  )
}

function Gantt({
  timeline,
  onStep,
}: {
  readonly timeline: JobTimeline
  readonly onStep?: (path: string) => void
}): ReactNode {
  const texts = useMessages(jobsMessages).timeline
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const [isCriticalOnly, setCriticalOnly] = useState(false)
  const format = useFormat()
  const critical = new Set(timeline.critical_path)
  const startMs = Date.parse(timeline.created_at)
  const endMs = Date.parse(timeline.ended_at ?? timeline.now)
  const scale = { startMs, totalMs: Math.max(1, endMs - startMs), nowMs: Date.parse(timeline.now) }
  const rows = foldedSteps(timeline.steps, open).filter(({ step }) => !isCriticalOnly || critical.has(step.path))
  const spent = Object.entries(timeline.critical_seconds).filter(([, seconds]) => seconds > 0)
  const toggle = (path: string): void => {
    const next = new Set(open)
    if (!next.delete(path)) next.add(path)
    setOpen(next)
  }
  return (
    <Panel
      title={texts.label}
      actions={
        <label className="row">
          <input type="checkbox" checked={isCriticalOnly} onChange={() => setCriticalOnly(!isCriticalOnly)} />
          {texts.onlyCritical}
        </label>
      }
    >
      <div className="panel-body stack">
        <p>
          <strong>{texts.critical(critical.size)}.</strong>{' '}
          {spent
            .map(([kind, seconds]) => `${texts.kinds[kind as Span['kind']]} ${format.duration(seconds * 1000)}`)
            .join(', ')}
          . <span className="quiet">{texts.criticalHelp}</span>
        </p>
        <div className="gantt-scroller">
          <table className="gantt">
            <thead>
              <tr>
                <th scope="col">{texts.step}</th>
                <th scope="col" className="gantt-times">
                  <span className="spoken">{texts.bars}</span>
                  <span aria-hidden="true">0</span>
                  <span aria-hidden="true">{format.duration(scale.totalMs)}</span>
                </th>
                <th scope="col" className="number">
                  {texts.took}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ step, depth, roundCount }) => (
                <GanttRow
                  key={step.job}
                  step={step}
                  depth={depth}
                  scale={scale}
                  isCritical={critical.has(step.path)}
                  {...(onStep !== undefined && depth === 0 && { onStep })}
                >
                  {roundCount > 0 && (
                    <Button isSmall look="quiet" aria-expanded={open.has(step.path)} onClick={() => toggle(step.path)}>
                      {open.has(step.path) ? texts.unfold : texts.fold(roundCount)}
                    </Button>
                  )}
                </GanttRow>
              ))}
            </tbody>
          </table>
        </div>
        <ul className="row">
          {(['preparing', 'queued', 'following', 'running'] as const).map((kind) => (
            <li key={kind} className="row">
              <span className={`gantt-key gantt-${kind}`} aria-hidden="true" />
              {texts.kinds[kind]}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  )
}

interface FoldedStep {
  readonly step: TimedStep
  readonly depth: number
  /** How many jobs stand in it, where it is a loop or sweep. */
  readonly roundCount: number
}

const controls: ReadonlySet<string> = new Set(['do_while', 'parallel_for', 'sweep'])

/** Steps in order; what stands in a loop or sweep only where that is open. */
function foldedSteps(steps: readonly TimedStep[], open: ReadonlySet<string>): readonly FoldedStep[] {
  const byJob = new Map(steps.map((step) => [step.job, step]))
  const counts = new Map<string, number>()
  for (const { parent } of steps) if (parent !== undefined) counts.set(parent, (counts.get(parent) ?? 0) + 1)
  return steps.flatMap((step) => {
    let depth = 0
    for (let parent = byJob.get(step.parent ?? ''); parent !== undefined; parent = byJob.get(parent.parent ?? '')) {
      depth++
      if (controls.has(parent.type) && !open.has(parent.path)) return []
    }
    return [{ step, depth, roundCount: controls.has(step.type) ? (counts.get(step.job) ?? 0) : 0 }]
  })
}

interface Scale {
  readonly startMs: number
  readonly totalMs: number
  readonly nowMs: number
}

interface GanttRowProps {
  readonly step: TimedStep
  readonly depth: number
  readonly scale: Scale
  readonly isCritical: boolean
  readonly onStep?: (path: string) => void
  readonly children: ReactNode
}

function GanttRow({ step, depth, scale, isCritical, onStep, children }: GanttRowProps): ReactNode {
  const texts = useMessages(jobsMessages).timeline
  const format = useFormat()
  const spans = spansOf(step)
  const runMs = spans
    .filter(({ kind }) => kind === 'running')
    .reduce((sum, { start_at: start, end_at: end }) => sum + msOf(end, scale.nowMs) - Date.parse(start), 0)
  const name = step.path === '' ? step.display_name : (step.path.split('.').at(-1) ?? step.path)
  return (
    <tr className={isCritical ? 'gantt-critical' : undefined}>
      <th scope="row">
        <div className="row gantt-name" style={{ paddingInlineStart: depth * 14 }}>
          {isCritical && (
            <span className="gantt-mark" title={texts.isCritical}>
              <span aria-hidden="true">◆</span>
              <span className="spoken">{texts.isCritical}</span>
            </span>
          )}
          {onStep === undefined ? (
            <span>{name}</span>
          ) : (
            <button type="button" className="link" onClick={() => onStep(step.path)}>
              {name}
            </button>
          )}
          <StatusBadge status={shownStatus(step)} isReused={step.reused_from !== undefined} />
          {children}
        </div>
      </th>
      <td>
        <div className="gantt-bar" role="img" aria-label={describe(spans, { texts, format, nowMs: scale.nowMs })}>
          {spans.map((span, index) => {
            const from = Date.parse(span.start_at) - scale.startMs
            const length = msOf(span.end_at, scale.nowMs) - Date.parse(span.start_at)
            return (
              <span
                key={index}
                className={`gantt-span gantt-${span.kind} ${span.end === 'failed' ? 'gantt-failed' : ''}`}
                title={`${texts.kinds[span.kind]} ${format.duration(length)}`}
                style={{
                  left: `${(100 * Math.max(0, from)) / scale.totalMs}%`,
                  width: `${(100 * Math.max(0, length)) / scale.totalMs}%`,
                }}
              />
            )
          })}
        </div>
      </td>
      <td className="number">
        {step.reused_from !== undefined ? texts.reused : spans.length === 0 ? '' : format.duration(runMs)}
      </td>
    </tr>
  )
}

/** Loops, sweeps and nested pipelines have no times of their own but their beginning and end. */
function spansOf({ spans, started_at: start, ended_at: end, type, reused_from: reused }: TimedStep): readonly Span[] {
  if (spans.length > 0 || start === undefined || type === 'command' || reused !== undefined) return spans
  return [{ kind: 'running', start_at: start, ...(end !== undefined && { end_at: end }) }]
}

function msOf(at: string | undefined, nowMs: number): number {
  return at === undefined ? nowMs : Date.parse(at)
}

function describe(
  spans: readonly Span[],
  {
    texts,
    format,
    nowMs,
  }: {
    readonly texts: {
      readonly kinds: Readonly<Record<Span['kind'], string>>
      readonly attempt: (number: number) => string
    }
    readonly format: { readonly duration: (ms: number) => string }
    readonly nowMs: number
  },
): string {
  const words = spans.map(({ kind, start_at: start, end_at: end, attempt }) => {
    const took = format.duration(msOf(end, nowMs) - Date.parse(start))
    return `${texts.kinds[kind]} ${took}${attempt === undefined ? '' : ` (${texts.attempt(attempt)})`}`
  })
  return words.join(', ') || '–'
}
