import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { hasEnded, type Job, type JobGraph, shownStatus } from './job-types.ts'
import { JobValues } from './job-values.tsx'
import { jobsMessages } from './messages.ts'
import { RunAgain } from './run-again.tsx'
import { StepVerdict } from './step-verdict.tsx'
import { SweepTrials } from './sweep-trials.tsx'
import { restQuery } from '../../api/rest-client.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { jobLogSource } from '../../components/log/job-log-source.ts'
import { LogView } from '../../components/log/log-view.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { Duration } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface StepPanelProps {
  readonly step: JobGraph['steps'][number]
  readonly root: Job
  readonly onClose: () => void
  /** Shows a round of a loop or sweep. */
  readonly onRound: (path: string) => void
}

type PanelTab = 'overview' | 'log' | 'values'

/** One step: why it ran or did not, its log, what went in and came out, what it used. */
export function StepPanel({ step, root, onClose, onRound }: StepPanelProps): ReactNode {
  const texts = useMessages(jobsMessages)
  const [tab, setTab] = useState<PanelTab>('overview')
  const [isRunAgain, setRunAgain] = useState(false)
  const job = useQuery(restQuery('/api/v1/jobs/{name}', { params: { path: { name: step.job } } }))
  const tabs: readonly PanelTab[] = step.type === 'command' ? ['overview', 'log', 'values'] : ['overview', 'values']
  return (
    <section className="panel" aria-label={step.path}>
      <header className="panel-head">
        <div className="row">
          <h2>{step.key}</h2>
          <StatusBadge status={shownStatus(step)} isReused={step.reused_from !== undefined} />
        </div>
        <IconButton isSmall icon="close" label={texts.step.close} onClick={onClose} />
      </header>
      <Tabs
        tabs={tabs.map((id) => ({ id, label: texts.step[id] }))}
        current={tabs.includes(tab) ? tab : 'overview'}
        onSelect={setTab}
      >
        <div className="panel-body">
          <Loaded query={job} lines={6}>
            {(found) =>
              tab === 'log' ? (
                <LogView source={jobLogSource(found.name)} isLive={!hasEnded(found)} height={420} />
              ) : tab === 'values' ? (
                <JobValues job={found} />
              ) : (
                <div className="stack">
                  <StepVerdict job={found} />
                  <StepFacts job={found} />
                  {step.rounds !== undefined && <Rounds step={step} onRound={onRound} />}
                  {found.type === 'sweep' && <SweepTrials job={found.name} />}
                  {hasEnded(root) && (
                    <div>
                      <Button isSmall icon="refresh" onClick={() => setRunAgain(true)}>
                        {texts.step.again}
                      </Button>
                    </div>
                  )}
                </div>
              )
            }
          </Loaded>
        </div>
      </Tabs>
      {isRunAgain && <RunAgain job={root} step={step.path} onClose={() => setRunAgain(false)} />}
    </section>
  )
}

function StepFacts({ job }: { readonly job: Job }): ReactNode {
  const texts = useMessages(jobsMessages).step
  const format = useFormat()
  const { usage, error, started_at: from, ended_at: to } = job
  const memory = usage?.peak_memory_bytes === undefined ? undefined : format.bytes(usage.peak_memory_bytes)
  return (
    <KeyValues
      entries={[
        [texts.error, error === undefined ? undefined : <strong key="error">{error.message}</strong>],
        [texts.waits, hasEnded(job) ? undefined : job.status_detail],
        [texts.exitCode, job.exit_code === undefined ? undefined : String(job.exit_code)],
        [
          texts.wall,
          from === undefined || job.reused_from !== undefined ? undefined : (
            <Duration key="wall" from={from} {...(to !== undefined && { to })} />
          ),
        ],
        [texts.cpu, usage === undefined ? undefined : format.duration(usage.cpu_seconds * 1000)],
        [
          texts.memory,
          memory === undefined ? undefined : usage?.peak_memory_is_sampled === true ? texts.sampled(memory) : memory,
        ],
        [texts.attempts, job.attempts > 1 ? String(job.attempts) : undefined],
        [
          texts.command,
          job.command === undefined || job.command === '' ? undefined : (
            <code key="command" className="step-command">
              {job.command}
            </code>
          ),
        ],
        [
          texts.reusedFrom,
          job.reused_from === undefined ? undefined : (
            <Link key="from" to="/jobs/$name" params={{ name: job.reused_from }}>
              {job.reused_from}
            </Link>
          ),
        ],
        [texts.key, job.reuse_key === undefined ? undefined : <code key="key">{job.reuse_key.slice(0, 16)}…</code>],
        [texts.job, <code key="job">{job.name}</code>],
      ]}
    />
  )
}

/** The rounds of a loop or sweep so far, to look into one. */
function Rounds({ step, onRound }: Pick<StepPanelProps, 'step' | 'onRound'>): ReactNode {
  const texts = useMessages(jobsMessages).graph
  const jobs = useQuery(
    restQuery('/api/v1/jobs', { params: { query: { parent: step.job, limit: 1000, archived: 'with' } } }),
  )
  return (
    <div className="stack">
      <div className="row" role="group" aria-label={texts.loadingRounds}>
        {Object.entries(step.rounds ?? {}).map(([status, count]) => (
          <span key={status} className="row">
            <StatusBadge status={status} /> {texts.rounds(count)}
          </span>
        ))}
      </div>
      <Loaded query={jobs} lines={1}>
        {({ items }) => (
          <select
            className="field"
            aria-label={texts.openRound}
            value=""
            onChange={({ target }) => onRound(target.value)}
          >
            <option value="">{texts.openRound}…</option>
            {items
              .toReversed()
              .flatMap(({ step: path, status }) => (path === undefined ? [] : [{ path, status }]))
              .map(({ path, status }) => (
                <option key={path} value={path}>
                  {path} ({status})
                </option>
              ))}
          </select>
        )}
      </Loaded>
    </div>
  )
}
