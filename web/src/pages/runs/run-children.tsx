import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { runsMessages } from './messages.ts'
import { useRunColumns } from './run-columns.tsx'
import { searchRuns } from './run-types.ts'
import type { MlflowRun } from '../../api/mlflow-messages.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { useOpenObject } from '../../components/object-link.tsx'
import { useMessages } from '../../messages/catalogue.ts'

const mostChildren = 1000

/** The runs under a run, with the metrics and params that it has itself. */
export function RunChildren({ run }: { readonly run: MlflowRun }): ReactNode {
  const texts = useMessages(runsMessages).run
  const open = useOpenObject()
  const metrics = (run.data.metrics ?? []).map(({ key }) => key)
  const params = (run.data.params ?? []).map(({ key }) => key)
  const query = {
    experiment_ids: [run.info.experiment_id],
    filter: `tags.\`mlflow.parentRunId\` = '${run.info.run_id}'`,
    columns: [...metrics.map((key) => `metrics.${key}`), ...params.map((key) => `params.${key}`)].slice(0, 100),
  }
  const children = useQuery({
    queryKey: ['rest', '/api/v1/runs/search', 'children', query],
    queryFn: ({ signal }) => searchRuns(query, { count: mostChildren, signal }),
    placeholderData: keepPreviousData,
  })
  const columns = useRunColumns({ metrics, params, tags: [] })
  return (
    <Loaded query={children} lines={5}>
      {({ rows }) =>
        rows.length === 0 ? (
          <p className="quiet">{texts.noChildren}</p>
        ) : (
          <DataTable
            label={texts.children}
            columns={columns.map((column) => ({ ...column, isSortable: false }))}
            rows={rows}
            rowId={({ run_id: id }) => id}
            onOpen={({ run_id: id }) => open('run', id)?.()}
          />
        )
      }
    </Loaded>
  )
}
