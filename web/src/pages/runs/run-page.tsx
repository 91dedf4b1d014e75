import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { FieldsDialog } from './fields-dialog.tsx'
import { runsMessages } from './messages.ts'
import { MetricCharts } from './metric-charts.tsx'
import { RunArtifacts } from './run-artifacts.tsx'
import { RunChildren } from './run-children.tsx'
import { isSystemMetric } from './run-columns.tsx'
import { RunComments } from './run-comments.tsx'
import { RunOverview } from './run-overview.tsx'
import type { RunSearch, RunTab } from './run-search.ts'
import { mlflow, mlflowQuery } from '../../api/mlflow-client.ts'
import type { MlflowRun } from '../../api/mlflow-messages.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Badge, StatusBadge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { Duration, TimeAgo } from '../../components/time-ago.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import './runs.css'

const route = getRouteApi('/runs/$name')
const liveMs = 5000

/** A run: its values, curves, files, children and what was said about it. */
export function RunPage(): ReactNode {
  const { name: id } = route.useParams()
  const run = useQuery({
    ...mlflowQuery('runs/get', { run_id: id }),
    // What a program logs has no event.
    refetchInterval: ({ state }) => (state.data?.run.info.status === 'RUNNING' ? liveMs : false),
  })
  return (
    <Loaded query={run} lines={8} heading={id}>
      {({ run: found }) => <ShownRun run={found} />}
    </Loaded>
  )
}

function ShownRun({ run }: { readonly run: MlflowRun }): ReactNode {
  const texts = useMessages(runsMessages)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/runs/$name' })
  const { info } = run
  const metrics = (run.data.metrics ?? []).map(({ key }) => key)
  const show = (next: RunSearch): void => {
    const isPlace = next.tab !== undefined || next.folder !== undefined
    void navigate({ search: (old) => ({ ...old, ...next }), replace: !isPlace })
  }
  const tabs = tabsOf(metrics)
  const current = tabs.find((tab) => tab === search.tab) ?? 'overview'
  const charts = { runs: [{ run_id: info.run_id, name: nameOf(run) }], search, onChange: show }
  const isLive = info.status === 'RUNNING'
  return (
    <Page
      title={nameOf(run)}
      aside={
        <>
          <StatusBadge status={info.status} />
          {info.lifecycle_stage === 'deleted' && <Badge tone="quiet">{texts.run.deleted}</Badge>}
        </>
      }
      actions={<OneRunActions run={run} />}
    >
      <RunHead run={run} />
      <Tabs
        tabs={tabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={current}
        onSelect={(tab) => show({ tab })}
      >
        {current === 'overview' && <RunOverview run={run} />}
        {current === 'charts' && (
          <MetricCharts {...charts} metrics={metrics.filter((key) => !isSystemMetric(key))} isLive={isLive} />
        )}
        {current === 'system' && <MetricCharts {...charts} metrics={metrics.filter(isSystemMetric)} isLive={isLive} />}
        {current === 'artifacts' && <RunArtifacts runId={info.run_id} search={search} onShow={show} />}
        {current === 'children' && <RunChildren run={run} />}
        {current === 'comments' && <RunComments runId={info.run_id} />}
      </Tabs>
    </Page>
  )
}

function tabsOf(metrics: readonly string[]): readonly RunTab[] {
  const system: readonly RunTab[] = metrics.some(isSystemMetric) ? ['system'] : []
  return ['overview', 'charts', ...system, 'artifacts', 'children', 'comments']
}

function nameOf({ info }: MlflowRun): string {
  return info.run_name === undefined || info.run_name === '' ? info.run_id : info.run_name
}

function tagOf({ data }: MlflowRun, key: string): string | undefined {
  return data.tags?.find((tag) => tag.key === key)?.value
}

/** What is true of the whole run, above the tabs. */
function RunHead({ run }: { readonly run: MlflowRun }): ReactNode {
  const texts = useMessages(runsMessages).run
  const { info } = run
  const experiment = useQuery(mlflowQuery('experiments/get', { experiment_id: info.experiment_id })).data?.experiment
  const parent = tagOf(run, 'mlflow.parentRunId')
  const commit = tagOf(run, 'mlflow.source.git.commit')
  const source = tagOf(run, 'mlflow.source.name')
  const again = commit === undefined || source === undefined ? undefined : `git checkout ${commit} && python ${source}`
  const note = tagOf(run, 'mlflow.note.content')
  return (
    <div className="stack">
      {note !== undefined && note !== '' && <p className="runs-about">{note}</p>}
      <KeyValues
        entries={[
          [
            texts.experiment,
            <Link key="experiment" to="/experiments/$name" params={{ name: info.experiment_id }}>
              {experiment?.name ?? info.experiment_id}
            </Link>,
          ],
          [
            texts.parent,
            parent === undefined ? undefined : (
              <Link key="parent" to="/runs/$name" params={{ name: parent }}>
                {parent}
              </Link>
            ),
          ],
          [texts.started, info.start_time === undefined ? undefined : <TimeAgo key="started" at={info.start_time} />],
          [
            texts.took,
            info.start_time === undefined || (info.end_time === undefined && info.status !== 'RUNNING') ? undefined : (
              <Duration key="took" from={info.start_time} {...(info.end_time && { to: info.end_time })} />
            ),
          ],
          [texts.user, info.user_id === '' ? undefined : info.user_id],
          [texts.source, source],
          [texts.id, <CopiedCode key="id" text={info.run_id} />],
          [texts.again, again === undefined ? undefined : <CopiedCode key="again" text={again} />],
        ]}
      />
    </div>
  )
}

function OneRunActions({ run }: { readonly run: MlflowRun }): ReactNode {
  const all = useMessages(runsMessages)
  const texts = all.run
  const client = useQueryClient()
  const [asked, setAsked] = useState<'name' | 'note'>()
  const { run_id: id, lifecycle_stage: stage } = run.info
  const change = async (said: string, changed: Promise<unknown>): Promise<void> => {
    await changed
    toast(said)
    await client.invalidateQueries()
  }
  const tried = (changed: Promise<void>): void =>
    void changed.catch((error: unknown) => toast((error as Error).message, 'failed'))
  const remove = async (): Promise<void> => {
    const question = { title: all.bulk.removeTitle(1), body: all.bulk.removeBody, action: all.bulk.remove }
    if (await confirm({ ...question, isDangerous: true }))
      tried(change(texts.removed, mlflow('runs/delete', { run_id: id })))
  }
  if (stage === 'deleted') {
    return (
      <Button onClick={() => tried(change(texts.restored, mlflow('runs/restore', { run_id: id })))}>
        {all.bulk.restore}
      </Button>
    )
  }
  return (
    <>
      <Button onClick={() => setAsked('name')}>{all.experiment.rename}</Button>
      <Button onClick={() => setAsked('note')}>{all.experiment.describe}</Button>
      <Button onClick={() => void remove()}>{all.bulk.remove}</Button>
      {asked === 'name' && (
        <FieldsDialog
          title={all.experiment.rename}
          action={all.experiment.rename}
          fields={[{ name: 'name', label: all.name, value: nameOf(run) }]}
          onClose={() => setAsked(undefined)}
          onSubmit={({ name }) =>
            change(texts.renamed(name.trim()), mlflow('runs/update', { run_id: id, run_name: name.trim() }))
          }
        />
      )}
      {asked === 'note' && (
        <FieldsDialog
          title={all.experiment.describe}
          action={all.experiment.describe}
          fields={[
            {
              ...{ name: 'text', isLong: true, isOptional: true, label: all.experiments.description },
              value: tagOf(run, 'mlflow.note.content') ?? '',
            },
          ]}
          onClose={() => setAsked(undefined)}
          onSubmit={({ text }) =>
            change(
              all.experiment.described,
              mlflow('runs/set-tag', { run_id: id, key: 'mlflow.note.content', value: text }),
            )
          }
        />
      )}
    </>
  )
}
