import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { AboutPanel } from './about-panel.tsx'
import { AssessmentsPanel } from './assessments-panel.tsx'
import { tracesMessages } from './messages.ts'
import { SessionLink } from './session-link.tsx'
import { SpanPanel } from './span-panel.tsx'
import { deleteTraces } from './trace-changes.ts'
import { type TraceSearch, traceTabs } from './trace-search.ts'
import { TraceState } from './trace-state.tsx'
import type { Trace } from './trace-types.ts'
import { useTraceRefresh } from './use-trace-refresh.ts'
import { Waterfall } from './waterfall.tsx'
import { mlflowQuery } from '../../api/mlflow-client.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import './traces.css'

const route = getRouteApi('/traces/$name')
/** Under way, more spans come. */
const askAgainMs = 3000

/** One request through an application: when each of its steps was, what it was given and what it gave. */
export function TracePage(): ReactNode {
  const { name } = route.useParams()
  const trace = useQuery({
    ...restQuery('/api/v1/traces/{trace_id}', { params: { path: { trace_id: name } } }),
    refetchInterval: ({ state: { data } }) => data?.state === 'IN_PROGRESS' && askAgainMs,
  })
  const { data } = trace
  return (
    <Page
      title={data?.name ?? name}
      aside={
        data !== undefined && (
          <>
            <TraceState state={data.state} />
            <span className="quiet">
              <CopiedCode text={name} />
            </span>
          </>
        )
      }
      actions={data !== undefined && <Removal trace={data} />}
    >
      <Loaded query={trace} lines={10}>
        {(found) => <Content trace={found} />}
      </Loaded>
    </Page>
  )
}

function Removal({ trace }: { readonly trace: Trace }): ReactNode {
  const texts = useMessages(tracesMessages).remove
  const navigate = useNavigate()
  const refresh = useTraceRefresh()
  const remove = async (): Promise<void> => {
    const question = { title: texts.title(1), body: texts.body, action: texts.action(1) }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    if (!(await told(deleteTraces([trace]), texts.done(1)))) return
    await navigate({ to: '/traces' })
    await refresh()
  }
  return (
    <Button look="danger" onClick={() => void remove()}>
      {texts.button}
    </Button>
  )
}

function Content({ trace }: { readonly trace: Trace }): ReactNode {
  const texts = useMessages(tracesMessages)
  const format = useFormat()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/traces/$name' })
  const { tab = 'spans' } = search
  const { spans, assessments } = trace
  const spanId = search.span ?? spans[0]?.span_id
  const show = (next: TraceSearch, replace = false): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace })
  return (
    <>
      <Head trace={trace} />
      <Tabs
        tabs={traceTabs.map((id) => ({
          id,
          label: texts.tabs[id],
          ...(id === 'spans' && { count: format.count(spans.length) }),
          ...(id === 'assessments' && { count: format.count(assessments.filter((each) => each.is_valid).length) }),
        }))}
        current={tab}
        onSelect={(id) => show({ tab: id })}
      >
        {tab === 'assessments' ? (
          <AssessmentsPanel trace={trace} spanId={spanId} onShowSpan={(span) => show({ tab: 'spans', span })} />
        ) : tab === 'about' ? (
          <AboutPanel trace={trace} />
        ) : spanId === undefined ? (
          <NoSpans trace={trace} />
        ) : (
          <div className="trace-spans">
            <Waterfall spans={spans} chosen={spanId} onChoose={(span) => show({ span }, true)} />
            <SpanPanel traceId={trace.trace_id} spanId={spanId} />
          </div>
        )}
      </Tabs>
    </>
  )
}

/** Clients before MLflow 3 keep the spans of a trace in a file beside it. */
function NoSpans({ trace: { trace_id: id, state } }: { readonly trace: Trace }): ReactNode {
  const texts = useMessages(tracesMessages)
  return (
    <EmptyState title={texts.noSpans} body={texts.noSpansBody}>
      {state !== 'IN_PROGRESS' && (
        <a
          className="button"
          href={`/ajax-api/2.0/mlflow/get-trace-artifact?request_id=${encodeURIComponent(id)}`}
          download
        >
          {texts.file}
        </a>
      )}
    </EmptyState>
  )
}

function Head({ trace }: { readonly trace: Trace }): ReactNode {
  const texts = useMessages(tracesMessages)
  const format = useFormat()
  const { head } = texts
  const { experiment_id: experimentId, run_id: runId, linked_runs: runs, prompts, metadata, session, user } = trace
  const experiment = useQuery(mlflowQuery('experiments/get', { experiment_id: experimentId })).data?.experiment
  const model = metadata['mlflow.modelId']
  return (
    <>
      {!trace.is_whole && trace.spans.length > 0 && <Badge tone="warn">{texts.partial}</Badge>}
      <div className="trace-facts">
        <KeyValues
          entries={[
            [head.started, <TimeAgo key="started" at={trace.started_at} />],
            [head.duration, trace.duration_ms === undefined ? undefined : format.duration(trace.duration_ms)],
            [head.tokens, trace.total_tokens === undefined ? undefined : format.count(trace.total_tokens)],
            [head.cost, trace.total_cost === undefined ? undefined : `$${format.number(trace.total_cost)}`],
            [head.session, session === undefined ? undefined : <SessionLink key="session" session={session} />],
            [head.user, user],
            [
              head.experiment,
              <ObjectLink key="experiment" kind="experiment" name={experimentId}>
                {experiment?.name ?? experimentId}
              </ObjectLink>,
            ],
            [head.run, runId === undefined ? undefined : <ObjectLink key="run" kind="run" name={runId} />],
            [
              head.runs,
              runs.length === 0
                ? undefined
                : listed(runs.map((each) => <ObjectLink key={each} kind="run" name={each} />)),
            ],
            [
              head.prompts,
              prompts.length === 0
                ? undefined
                : listed(
                    prompts.map(({ name, version }) => (
                      <ObjectLink key={`${name} ${version}`} kind="prompt" name={name} search={{ version }}>
                        {name} {version}
                      </ObjectLink>
                    )),
                  ),
            ],
            [head.model, model === undefined ? undefined : <code key="model">{model}</code>],
          ]}
        />
      </div>
    </>
  )
}

function listed(links: readonly ReactNode[]): ReactNode {
  return <span className="trace-links">{links}</span>
}
