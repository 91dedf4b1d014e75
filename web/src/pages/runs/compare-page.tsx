import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { CompareCoordinates } from './compare-coordinates.tsx'
import { CompareFiles } from './compare-files.tsx'
import { CompareOrigin } from './compare-origin.tsx'
import { CompareScatter } from './compare-scatter.tsx'
import { type CompareSearch, type CompareTab, compareTabs } from './compare-search.ts'
import { type Comparison, labelledRuns, loggedLines } from './compared-values.ts'
import { CompareValues } from './compare-values.tsx'
import { runsMessages } from './messages.ts'
import { MetricCharts } from './metric-charts.tsx'
import { isSystemMetric } from './run-columns.tsx'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import './runs.css'

const route = getRouteApi('/compare')

/** Runs side by side: the values, where they come from, their files and curves, and how params and metrics go together. */
export function ComparePage(): ReactNode {
  const texts = useMessages(runsMessages).compare
  const { runs = '' } = route.useSearch()
  const ids = [...new Set(runs.split(',').filter((id) => id !== ''))]
  const body = { run_ids: ids }
  const comparison = useQuery({
    queryKey: ['rest', '/api/v1/runs/compare', body],
    queryFn: ({ signal }) => answerOf(rest.POST('/api/v1/runs/compare', { body, signal })),
    placeholderData: keepPreviousData,
    enabled: ids.length > 0,
  })
  return (
    <Page title={texts.title(ids.length)}>
      {ids.length === 0 ? (
        <EmptyState title={texts.empty} body={texts.emptyBody} />
      ) : (
        <Loaded query={comparison} lines={8}>
          {(found) => <Compared comparison={found} />}
        </Loaded>
      )}
    </Page>
  )
}

function Compared({ comparison }: { readonly comparison: Comparison }): ReactNode {
  const texts = useMessages(runsMessages).compare
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/compare' })
  const show = (next: CompareSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: next.tab === undefined })
  const current: CompareTab = search.tab ?? 'values'
  const runs = labelledRuns(comparison)
  const lines = loggedLines(comparison)
  return (
    <Tabs
      tabs={compareTabs.map((id) => ({ id, label: texts.tabs[id] }))}
      current={current}
      onSelect={(tab) => show({ tab })}
    >
      {current === 'values' && <CompareValues comparison={comparison} search={search} onChange={show} />}
      {current === 'origin' && <CompareOrigin comparison={comparison} />}
      {current === 'files' && <CompareFiles runs={runs} search={search} onChange={show} />}
      {current === 'charts' && (
        <MetricCharts
          runs={runs}
          metrics={comparison.metrics.map(({ key }) => key).filter((key) => !isSystemMetric(key))}
          search={search}
          onChange={show}
          isLive={comparison.runs.some(({ status }) => status === 'RUNNING')}
        />
      )}
      {current === 'coordinates' && <CompareCoordinates runs={runs} lines={lines} />}
      {current === 'scatter' && <CompareScatter runs={runs} lines={lines} search={search} onChange={show} />}
    </Tabs>
  )
}
