import { useState } from 'react'
import type { ReactNode } from 'react'
import { runsMessages } from './messages.ts'
import { RunModels } from './run-models.tsx'
import type { MlflowDatasetInput, MlflowRun } from '../../api/mlflow-messages.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Panel } from '../../components/page.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface Entry {
  readonly key: string
  readonly value: string
  /** Of a metric. */
  readonly step?: string
}

/** All values of a run: the last of each metric, params, tags and the data it read. */
export function RunOverview({ run }: { readonly run: MlflowRun }): ReactNode {
  const texts = useMessages(runsMessages)
  const format = useFormat()
  const { metrics = [], params = [], tags = [] } = run.data
  const { groups } = texts.table
  const datasets = run.inputs?.dataset_inputs ?? []
  return (
    <div className="runs-values">
      <Values
        title={groups.metrics}
        entries={metrics.map(({ key, value, step }) => ({
          key,
          value: typeof value === 'number' ? format.number(value) : value,
          step: format.count(step),
        }))}
      />
      <Values title={groups.params} entries={params} />
      <Values title={groups.tags} entries={tags.filter(({ key }) => key !== 'mlflow.note.content')} />
      <RunModels runId={run.info.run_id} />
      {datasets.length > 0 && <Datasets datasets={datasets} />}
    </div>
  )
}

function Values({ title, entries }: { readonly title: string; readonly entries: readonly Entry[] }): ReactNode {
  const texts = useMessages(runsMessages).run
  const format = useFormat()
  const [find, setFind] = useState('')
  const wanted = find.toLowerCase()
  const found = entries.filter(({ key, value }) => `${key} ${value}`.toLowerCase().includes(wanted))
  const isMetric = entries.some(({ step }) => step !== undefined)
  const columns: readonly Column<Entry>[] = [
    { id: 'key', label: texts.key, width: 190, cell: ({ key }) => <span title={key}>{key}</span> },
    {
      id: 'value',
      label: texts.value,
      width: isMetric ? 120 : 230,
      ...(isMetric && { align: 'end' as const }),
      cell: ({ value }) => <span title={value}>{value}</span>,
    },
    ...(isMetric
      ? [{ id: 'step', label: texts.step, width: 90, align: 'end', cell: ({ step }) => step } satisfies Column<Entry>]
      : []),
  ]
  return (
    <Panel
      title={title}
      actions={
        entries.length > 8 ? (
          <input
            className="field"
            type="search"
            aria-label={texts.find(title)}
            placeholder={texts.find(title)}
            value={find}
            onChange={({ target }) => setFind(target.value)}
          />
        ) : (
          <span className="quiet">{format.count(entries.length)}</span>
        )
      }
    >
      {found.length === 0 ? (
        <p className="quiet panel-body">{texts.none}</p>
      ) : (
        <DataTable label={title} columns={columns} rows={found} rowId={({ key }) => key} maxHeight={420} />
      )}
    </Panel>
  )
}

function Datasets({ datasets }: { readonly datasets: readonly MlflowDatasetInput[] }): ReactNode {
  const texts = useMessages(runsMessages).run
  const columns: readonly Column<MlflowDatasetInput>[] = [
    { id: 'name', label: texts.dataset, cell: ({ dataset }) => dataset.name },
    { id: 'use', label: texts.use, width: 90, cell: ({ tags = [] }) => tags.map(({ value }) => value).join(', ') },
    { id: 'digest', label: texts.digest, width: 120, cell: ({ dataset }) => <code>{dataset.digest}</code> },
    { id: 'source', label: texts.source, width: 320, cell: ({ dataset }) => dataset.source },
  ]
  return (
    <Panel title={texts.inputs}>
      <DataTable
        label={texts.inputs}
        columns={columns}
        rows={datasets}
        rowId={({ dataset, tags = [] }) => `${dataset.name} ${dataset.digest} ${tags.map(({ value }) => value).join()}`}
        maxHeight={420}
      />
    </Panel>
  )
}
