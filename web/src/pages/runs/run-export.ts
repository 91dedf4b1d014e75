import { type RunRow, type RunsQuery, searchRuns } from './run-types.ts'
import { saveFile } from '../../components/save-file.ts'

const pieceRows = 1000
const own = ['run_id', 'name', 'status', 'started_at', 'ended_at', 'user'] as const

/** Saves every run of a query as a file: CSV (RFC 4180) with a line of names, or a JSON list. */
export async function exportRuns(query: RunsQuery, form: 'csv' | 'json'): Promise<void> {
  const rows: RunRow[] = []
  let token: string | undefined
  do {
    const piece = await searchRuns(query, { count: pieceRows, ...(token !== undefined && { token }) })
    rows.push(...piece.rows)
    token = piece.nextToken
  } while (token !== undefined)
  const text = form === 'csv' ? csvOf(rows, query.columns) : `${JSON.stringify(rows, undefined, 2)}\n`
  saveFile(`runs.${form}`, new Blob([text], { type: form === 'csv' ? 'text/csv' : 'application/json' }))
}

function csvOf(rows: readonly RunRow[], columns: readonly string[]): string {
  const lines = rows.map((row) => [...own.map((name) => row[name]), ...columns.map((column) => row.values[column])])
  return [[...own, ...columns], ...lines].map((line) => `${line.map(csvField).join(',')}\r\n`).join('')
}

function csvField(value: number | string | null | undefined): string {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
