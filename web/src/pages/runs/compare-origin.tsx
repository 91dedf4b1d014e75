import { useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { CodeChange } from './code-change.tsx'
import { type Comparison, labelledRuns } from './compared-values.ts'
import { runsMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { mlflowQuery } from '../../api/mlflow-client.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Difference = components['schemas']['JobDiff']['items'][number]
type Run = ReturnType<typeof labelledRuns>[number]

/** Tags in which clients say where a run comes from. */
const originTags = [
  ['commit', 'mlflow.source.git.commit'],
  ['branch', 'mlflow.source.git.branch'],
  ['entry', 'mlflow.source.name'],
  ['kind', 'mlflow.source.type'],
] as const

/** Code, environment and data of runs beside each other; of two that are jobs, every difference of what went in. */
export function CompareOrigin({ comparison }: { readonly comparison: Comparison }): ReactNode {
  const texts = useMessages(runsMessages).origin
  const runs = labelledRuns(comparison)
  const jobs = runs.filter(({ run_id: id }) => isJob(id))
  const tag = (name: string): readonly (string | undefined)[] =>
    runs.map((_, place) => comparison.tags.find(({ key }) => key === name)?.values[place]?.toString())
  const lines = [
    ...originTags.map(([label, name]) => ({ label: texts[label], values: tag(name) })),
    { label: texts.user, values: comparison.runs.map(({ user }) => user || undefined) },
  ].filter(({ values }) => values.some((value) => value !== undefined))
  return (
    <div className="stack">
      <Panel title={texts.title}>
        <PlainTable
          label={texts.title}
          columns={[{ label: texts.what, isRowHead: true }, ...runs.map(({ name }) => ({ label: name }))]}
          rows={[
            ...(jobs.length === 0 ? [] : [{ key: 'job', cells: [texts.job, ...runs.map(JobLink)] }]),
            ...lines.map(({ label, values }) => ({ key: label, cells: [label, ...marked(values)] })),
          ]}
        />
      </Panel>
      <DataOf runs={runs} />
      {jobs.length > 1 && <JobDifferences jobs={jobs} />}
    </div>
  )
}

/** A run that a client makes without a job has 32 hex digits for a name; the others are jobs. */
function isJob(runId: string): boolean {
  return !/^[0-9a-f]{32}$/.test(runId)
}

function JobLink({ run_id: id }: Run): ReactNode {
  return isJob(id) ? <ObjectLink key={id} kind="job" name={id} /> : '–'
}

/** Values that are not all the same stand out. */
function marked(values: readonly (string | undefined)[]): readonly ReactNode[] {
  const differ = values.some((value) => value !== values[0])
  return values.map((value, place) => (
    <code key={place} className={differ ? 'runs-differs runs-origin' : 'runs-origin'}>
      {value ?? '–'}
    </code>
  ))
}

/** Which data each run read, by name and use, with the digests. */
function DataOf({ runs }: { readonly runs: readonly Run[] }): ReactNode {
  const texts = useMessages(runsMessages).origin
  const found = useQueries({ queries: runs.map(({ run_id: id }) => mlflowQuery('runs/get', { run_id: id })) })
  const inputs = found.map(({ data }) => data?.run.inputs?.dataset_inputs ?? [])
  const named = inputs.map(
    (each) =>
      new Map(
        each.map(({ dataset, tags = [] }) => [
          [dataset.name, ...tags.map(({ value }) => value)].join(' · '),
          dataset.digest,
        ]),
      ),
  )
  const names = [...new Set(named.flatMap((each) => [...each.keys()]))].sort()
  return (
    <Panel title={texts.data}>
      {found.some(({ isPending }) => isPending) ? null : names.length === 0 ? (
        <p className="quiet panel-body">{texts.noData}</p>
      ) : (
        <PlainTable
          label={texts.data}
          columns={[{ label: texts.data, isRowHead: true }, ...runs.map(({ name }) => ({ label: name }))]}
          rows={names.map((name) => ({ key: name, cells: [name, ...marked(named.map((each) => each.get(name)))] }))}
        />
      )}
    </Panel>
  )
}

const areas = ['code', 'environment', 'input', 'command', 'setting'] as const
type Area = (typeof areas)[number]

function JobDifferences({ jobs }: { readonly jobs: readonly Run[] }): ReactNode {
  const texts = useMessages(runsMessages).origin
  const [[from, to], setPair] = useState([jobs[0]!.run_id, jobs[1]!.run_id] as const)
  const diff = useQuery({
    ...restQuery('/api/v1/jobs/{name}/diff', { params: { path: { name: from }, query: { with: to } } }),
    staleTime: 5000,
  })
  const choice = (label: string, current: string, onChoose: (id: string) => void): ReactNode => (
    <label className="row">
      {label}
      <select className="field" value={current} onChange={({ target }) => onChoose(target.value)}>
        {jobs.map(({ run_id: id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <Panel title={texts.differences}>
      <div className="panel-body stack">
        <p className="quiet">{texts.differencesHint}</p>
        <div className="row runs-controls">
          {choice(texts.from, from, (id) => setPair([id, to]))}
          {choice(texts.to, to, (id) => setPair([from, id]))}
        </div>
        <Loaded query={diff} lines={4}>
          {({ items }) => (
            <Differences items={items.filter(({ area }) => areas.some((each) => each === area))} from={from} to={to} />
          )}
        </Loaded>
      </div>
    </Panel>
  )
}

interface DifferencesProps {
  readonly items: readonly Difference[]
  readonly from: string
  readonly to: string
}

function Differences({ items, from, to }: DifferencesProps): ReactNode {
  const texts = useMessages(runsMessages).origin
  const [shown, setShown] = useState<Difference>()
  if (items.length === 0) return <p>{texts.same}</p>
  const isFile = ({ area, field }: Difference): boolean => area === 'code' && field.startsWith('code ')
  const hasSteps = items.some(({ step }) => step !== '')
  const text = (value: string | undefined): ReactNode => (
    <code className="runs-origin" title={value}>
      {value === undefined ? texts.absent : value.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…')}
    </code>
  )
  return (
    <>
      <PlainTable
        label={texts.differences}
        columns={[
          ...(hasSteps ? [{ label: texts.step }] : []),
          { label: texts.area },
          { label: texts.field, isRowHead: true },
          { label: from },
          { label: to },
        ]}
        rows={items.map((item) => ({
          key: `${item.step} ${item.field}`,
          cells: [
            ...(hasSteps ? [item.step] : []),
            texts.areas[item.area as Area],
            isFile(item) ? (
              <button
                key="file"
                type="button"
                className="link"
                aria-label={texts.showOf(fileOf(item))}
                aria-expanded={shown === item}
                onClick={() => setShown(shown === item ? undefined : item)}
              >
                {fileOf(item)}
              </button>
            ) : (
              item.field
            ),
            text(item.old),
            text(item.new),
          ],
        }))}
      />
      {shown !== undefined && (
        <CodeChange
          key={`${shown.step} ${shown.field}`}
          path={fileOf(shown)}
          step={shown.step}
          before={shown.old === undefined ? undefined : from}
          after={shown.new === undefined ? undefined : to}
        />
      )}
    </>
  )
}

function fileOf({ field }: Difference): string {
  return field.replace(/^code /, '')
}
