import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { dataMessages } from './messages.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { ComparedVersions } from '../../components/version-choice.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'

type Diff = components['schemas']['TableDiff']
type DiffColumn = Diff['columns'][number]

interface CompareProps {
  readonly asset: components['schemas']['AssetWithVersions']
  readonly version: components['schemas']['AssetVersion']
}

/** Which columns moved between two versions, the drifted ones first. */
export function ComparePanel({ asset: { name, versions }, version: { version } }: CompareProps): ReactNode {
  const texts = useMessages(dataMessages).compare
  const { against: wanted } = useSearch({ from: '/data/$name' })
  const navigate = useNavigate({ from: '/data/$name' })
  const numbers = versions.map((each) => each.version)
  return (
    <ComparedVersions
      version={version}
      versions={numbers}
      wanted={numbers.find((each) => each === wanted)}
      texts={texts}
      onChange={(against) => void navigate({ search: (old) => ({ ...old, against }) })}
    >
      {(against) => <Differences reference={`azureml:${name}:${against}`} current={`azureml:${name}:${version}`} />}
    </ComparedVersions>
  )
}

function Differences({ reference, current }: { readonly reference: string; readonly current: string }): ReactNode {
  const texts = useMessages(dataMessages).compare
  const format = useFormat()
  const diff = useQuery({
    queryKey: ['rest', '/api/v1/tables/diff', reference, current],
    queryFn: ({ signal }) => answerOf(rest.POST('/api/v1/tables/diff', { body: { reference, current }, signal })),
    // The content of a version does not change, and what is no table does not become one.
    staleTime: Infinity,
    retry: false,
  })
  const names = (columns: Diff['added_columns']): string | undefined =>
    columns.length === 0 ? undefined : columns.map(({ name }) => name).join(', ')
  return (
    <Loaded query={diff} lines={6}>
      {({ columns, row_counts: counts, drifted_count: drifted, compared_count: compared, ...changed }) => (
        <>
          <p>
            <strong>{drifted === 0 ? texts.none : texts.drifted(format.count(drifted), format.count(compared))}</strong>{' '}
            {texts.rowCounts(format.count(counts.reference), format.count(counts.current))}
          </p>
          {changed.added_columns.length + changed.removed_columns.length > 0 && (
            <KeyValues
              entries={[
                [texts.added, names(changed.added_columns)],
                [texts.removed, names(changed.removed_columns)],
              ]}
            />
          )}
          <DataTable
            label={texts.label}
            columns={columnsIn(texts, format)}
            rows={[...columns].sort((left, right) => driftOf(right) - driftOf(left))}
            rowId={({ name }) => name}
          />
        </>
      )}
    </Loaded>
  )
}

function driftOf({ verdict }: DiffColumn): number {
  return verdict === undefined ? -1 : (verdict.is_drift ? 1e6 : 0) + Math.min(1e5, verdict.effect ?? 0)
}

function columnsIn(
  texts: Translation<typeof dataMessages.en>['compare'],
  format: Format,
): readonly Column<DiffColumn>[] {
  const number = (value: number | null | undefined): string =>
    value === null || value === undefined ? '' : format.number(Number(value.toPrecision(4)))
  return [
    { id: 'name', label: texts.column, width: 200, isPinned: true, cell: ({ name }) => name },
    {
      id: 'verdict',
      label: texts.verdict,
      width: 120,
      cell: ({ verdict }) =>
        verdict !== undefined &&
        (verdict.is_drift ? <Badge tone="bad">{texts.drift}</Badge> : <Badge tone="good">{texts.same}</Badge>),
    },
    { id: 'metric', label: texts.metric, width: 250, cell: ({ verdict }) => verdict?.metric },
    { id: 'effect', label: texts.effect, width: 90, align: 'end', cell: ({ verdict }) => number(verdict?.effect) },
    {
      id: 'threshold',
      label: texts.threshold,
      width: 90,
      align: 'end',
      cell: ({ verdict }) => number(verdict?.threshold),
    },
    {
      id: 'missing',
      label: texts.missing,
      width: 130,
      align: 'end',
      cell: ({ null_rate: rate }) => `${format.percent(rate.reference)} → ${format.percent(rate.current)}`,
    },
    { id: 'fresh', label: texts.fresh, width: 180, cell: ({ new_categories: fresh }) => fresh?.examples.join(', ') },
    { id: 'gone', label: texts.gone, width: 180, cell: ({ missing_categories: gone }) => gone?.examples.join(', ') },
  ]
}
