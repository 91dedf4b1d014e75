import type { ReactNode } from 'react'
import type { CompareSearch } from './compare-search.ts'
import { type ComparedLine, comparedLines, type Comparison, differs, labelledRuns } from './compared-values.ts'
import { runsMessages } from './messages.ts'
import { valueText } from './run-columns.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface CompareValuesProps {
  readonly comparison: Comparison
  readonly search: CompareSearch
  readonly onChange: (next: CompareSearch) => void
}

/** Metrics, params and tags of runs beside each other: a row for each, or a row for each run. */
export function CompareValues({ comparison, search, onChange }: CompareValuesProps): ReactNode {
  const texts = useMessages(runsMessages).compare
  const { all = false, across = false, find = '' } = search
  const lines = comparedLines(comparison).filter(
    (line) =>
      (all || comparison.runs.length === 1 || differs(line)) && line.key.toLowerCase().includes(find.toLowerCase()),
  )
  return (
    <div className="stack">
      <div className="row runs-controls">
        <input
          className="field"
          type="search"
          aria-label={texts.find}
          placeholder={texts.find}
          value={find}
          onChange={({ target }) => onChange({ find: target.value })}
        />
        <label className="row">
          <input type="checkbox" checked={!all} onChange={({ target }) => onChange({ all: !target.checked })} />
          {texts.onlyDifferent}
        </label>
        <label className="row">
          <input type="checkbox" checked={across} onChange={({ target }) => onChange({ across: target.checked })} />
          {texts.across}
        </label>
      </div>
      {lines.length === 0 ? (
        <p className="quiet">{texts.same}</p>
      ) : across ? (
        <ByRun comparison={comparison} lines={lines} />
      ) : (
        <ByKey comparison={comparison} lines={lines} isWhole={all} />
      )}
    </div>
  )
}

interface TableProps {
  readonly comparison: Comparison
  readonly lines: readonly ComparedLine[]
}

/** What differs stands out where it is not alone. */
function ByKey({ comparison, lines, isWhole }: TableProps & { readonly isWhole: boolean }): ReactNode {
  const { compare: texts, table } = useMessages(runsMessages)
  const format = useFormat()
  const columns: readonly Column<ComparedLine>[] = [
    { id: 'key', label: texts.key, width: 210, isPinned: true, cell: ({ key }) => <span title={key}>{key}</span> },
    {
      id: 'kind',
      label: texts.kind,
      width: 110,
      cell: ({ kind }) => <span className="quiet">{table.groups[kind]}</span>,
    },
    ...labelledRuns(comparison).map(({ run_id: id, name }, place): Column<ComparedLine> => ({
      id: `run.${id}`,
      label: name,
      width: 150,
      align: 'end',
      cell: (line) => <CellText isStrong={isWhole && differs(line)} text={valueText(line.values[place], format)} />,
    })),
  ]
  return <DataTable label={texts.label} columns={columns} rows={lines} rowId={({ id }) => id} />
}

function CellText({ isStrong, text }: { readonly isStrong: boolean; readonly text: ReactNode }): ReactNode {
  return <span className={isStrong ? 'runs-differs' : undefined}>{text}</span>
}

function ByRun({ comparison, lines }: TableProps): ReactNode {
  const { compare: texts, table } = useMessages(runsMessages)
  const format = useFormat()
  const rows = labelledRuns(comparison).map((run, place) => ({ ...run, place }))
  const columns: readonly Column<(typeof rows)[number]>[] = [
    {
      id: 'name',
      label: table.columns.name,
      width: 220,
      isPinned: true,
      cell: ({ run_id: id, name }) => (
        <ObjectLink kind="run" name={id}>
          {name}
        </ObjectLink>
      ),
    },
    {
      id: 'status',
      label: table.columns.status,
      width: 120,
      cell: ({ place }) => <StatusBadge status={comparison.runs[place]!.status} />,
    },
    ...lines.map((line): Column<(typeof rows)[number]> => ({
      id: line.id,
      label: line.key,
      ...(line.kind === 'metrics' && { align: 'end' as const }),
      cell: ({ place }) => valueText(line.values[place], format),
    })),
  ]
  return <DataTable label={texts.label} columns={columns} rows={rows} rowId={({ run_id: id }) => id} />
}
