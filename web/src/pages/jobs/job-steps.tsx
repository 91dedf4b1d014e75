import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import type { JobSearch } from './job-search.ts'
import { type Job, type JobGraph, shownStatus } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import { StepPanel } from './step-panel.tsx'
import { restQuery } from '../../api/rest-client.ts'
import { Graph, prepareGraph } from '../../components/graph/graph.tsx'
import type { GraphNode } from '../../components/graph/graph-props.ts'
import { Loaded } from '../../components/loaded.tsx'
import { useNow } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'

interface JobStepsProps {
  readonly job: Job
  readonly search: JobSearch
  readonly onShow: (next: JobSearch) => void
}

/** The graph of a job, or of one round of a loop or sweep in it, and the panel of the chosen step. */
export function JobSteps({ job, search, onShow }: JobStepsProps): ReactNode {
  const texts = useMessages(jobsMessages).graph
  const format = useFormat()
  const now = useNow()
  const { within } = search
  useEffect(prepareGraph, [])
  const graph = useQuery({
    ...restQuery('/api/v1/jobs/{name}/graph', {
      params: { path: { name: job.name }, query: within === undefined ? {} : { within } },
    }),
    placeholderData: keepPreviousData,
  })
  return (
    <Loaded query={graph} lines={8}>
      {(found) => {
        const chosen = stepOf(found, search.step)
        return (
          <div className={chosen === undefined ? 'job-steps' : 'job-steps job-steps-open'}>
            <div className="stack">
              {found.within !== '' && <RoundBar graph={found} onShow={onShow} />}
              <Graph
                label={found.within === '' ? texts.label : `${texts.within} ${found.within}`}
                nodes={found.steps.map((step) => nodeOf(step, { format, now, rounds: texts.rounds }))}
                edges={found.edges.map(({ from, to, when }) => ({
                  ...{ from, to },
                  ...(when !== undefined && { label: texts.when(when) }),
                }))}
                height={560}
                {...(chosen !== undefined && { selected: chosen.path })}
                onSelect={(step) => onShow({ step })}
              />
              {chosen === undefined && <p className="quiet">{texts.pick}</p>}
            </div>
            {chosen !== undefined && (
              <StepPanel
                key={chosen.job}
                step={chosen}
                root={job}
                onClose={() => onShow({ step: '' })}
                onRound={(round) => onShow({ within: round, step: '' })}
              />
            )}
          </div>
        )
      }}
    </Loaded>
  )
}

function stepOf({ steps }: JobGraph, path: string | undefined): JobGraph['steps'][number] | undefined {
  return path === undefined ? undefined : steps.find((step) => step.path === path)
}

interface NodeContext {
  readonly format: Format
  readonly now: number
  readonly rounds: (count: number) => string
}

function nodeOf(step: JobGraph['steps'][number], { format, now, rounds }: NodeContext): GraphNode {
  const { started_at: from, ended_at: to, reused_from: reusedFrom } = step
  const took = from === undefined ? undefined : (to === undefined ? now : Date.parse(to)) - Date.parse(from)
  const count = Object.values(step.rounds ?? {}).reduce((sum, each) => sum + each, 0)
  const details = [
    ...(step.rounds === undefined ? [] : [rounds(count)]),
    ...(took === undefined || reusedFrom !== undefined ? [] : [format.duration(Math.max(0, took))]),
  ]
  return {
    id: step.path,
    label: step.path === '' ? step.display_name : step.key,
    status: shownStatus(step),
    isReused: reusedFrom !== undefined,
    ...(details.length > 0 && { detail: details.join(' · ') }),
    ...(step.type !== 'command' && { kind: step.type }),
  }
}

/** Which round is shown, and the way back and to the others. */
function RoundBar({
  graph,
  onShow,
}: {
  readonly graph: JobGraph
  readonly onShow: (next: JobSearch) => void
}): ReactNode {
  const texts = useMessages(jobsMessages).graph
  return (
    <nav className="row" aria-label={texts.loadingRounds}>
      <button type="button" className="link" onClick={() => onShow({ within: '', step: '' })}>
        ← {texts.whole}
      </button>
      <select
        className="field"
        aria-label={texts.chooseRound}
        value={graph.within}
        onChange={({ target }) => onShow({ within: target.value, step: '' })}
      >
        {graph.siblings.map((path) => (
          <option key={path}>{path}</option>
        ))}
      </select>
    </nav>
  )
}
