import type { ContentStore } from '../artifacts/content-store.ts'
import type { AssetCatalogue } from '../assets/asset-catalogue.ts'
import type { AssetVersion, VersionChoice } from '../assets/asset.ts'
import { SluiceError } from '../base/errors.ts'
import { type Chart, checkChart, drawChart, type DrawnChart } from './chart.ts'
import { sqlName } from './sql-text.ts'
import type { TableRows } from './table-engine-messages.ts'
import { type QueryParts, type TableQuery, withAnswer } from './table-query.ts'
import { tableSource } from './table-source.ts'

/** A query with its answer: a version of a data asset. */
export interface SavedQuery extends TableQuery {
  readonly charts: readonly Chart[]
  readonly asset: AssetVersion
}

export interface SavedQueryParts extends QueryParts {
  readonly content: Pick<ContentStore, 'ingest' | 'materialise'>
  readonly assets: Pick<AssetCatalogue, 'create' | 'get' | 'list'>
}

const source = 'query'
const queryProperty = 'sluice.query'
const chartsProperty = 'sluice.query.charts'
/** More points than a page can draw say nothing more. */
const mostPoints = 5000

/**
 * Keeps a query with its whole answer, as a Parquet file: a version of a data asset, a new one where the answer, the
 * query or its charts changed. Its properties say the query and what its inputs were. Charts that are not given stay
 * those of the newest version. Throws `invalid-request` for a chart of what the answer has not.
 */
export async function saveQuery(
  parts: SavedQueryParts,
  query: TableQuery & { readonly charts?: readonly Chart[] },
  { name, createdBy }: { readonly name: string; readonly createdBy: string },
): Promise<AssetVersion> {
  const { sql, inputs } = query
  const last = await newestVersion(parts.assets, name)
  const charts = query.charts ?? (last && chartsOf(last)) ?? []
  const check = (columns: TableRows['columns']): void => charts.forEach((chart) => checkChart(chart, columns))
  return withAnswer(parts, { query: { sql, inputs }, format: 'parquet', check }, async ({ file, digests }) => {
    const content = await parts.content.ingest(file)
    const says = { [queryProperty]: JSON.stringify({ sql, inputs }), [chartsProperty]: JSON.stringify(charts) }
    const isSame =
      last?.data?.content.digest === content.digest &&
      last.properties[queryProperty] === says[queryProperty] &&
      JSON.stringify(chartsOf(last)) === says[chartsProperty]
    if (isSame) return last
    const { version } = await parts.assets.create({
      kind: 'data',
      name,
      type: 'uri_file',
      definition: {},
      data: { content, baseName: `${name}.parquet` },
      source,
      properties: { ...says, 'sluice.query.inputs': JSON.stringify(digests) },
      createdBy,
    })
    return version
  })
}

/** The query that a version of a data asset is the answer to. Throws `not-found` where it is none. */
export async function findQuery(
  { assets }: Pick<SavedQueryParts, 'assets'>,
  name: string,
  choice: VersionChoice,
): Promise<SavedQuery> {
  const asset = await assets.get({ kind: 'data', name }, choice)
  const found = queryOf(asset)
  if (found !== undefined) return found
  throw new SluiceError('not-found', `The data asset ${name} is not the answer to a saved query.`, {
    hint: `Save one with: sluice data query "SELECT ..." --input t=azureml:NAME:VERSION --save ${name}`,
  })
}

/** The newest version of every saved query, by name. */
export async function listQueries(
  { assets }: Pick<SavedQueryParts, 'assets'>,
  page: { readonly limit: number; readonly pageToken?: string },
): Promise<{ readonly items: readonly SavedQuery[]; readonly nextPageToken?: string }> {
  const { items, nextPageToken } = await assets.list('data', { ...page, source })
  const found = items.map(({ latest }) => latest && queryOf(latest)).filter((query) => query !== undefined)
  return { items: found, ...(nextPageToken !== undefined && { nextPageToken }) }
}

/** The charts of an answer with their points; a line and an area go along x, others stand as the rows do. */
export async function drawCharts(
  { engine, content }: Pick<SavedQueryParts, 'engine' | 'content'>,
  { charts, asset }: SavedQuery,
): Promise<readonly DrawnChart[]> {
  if (charts.length === 0) return []
  const { content: stored, baseName } = asset.data!
  const path = await content.materialise(stored, { by: 'link', baseName })
  const { sql } = await tableSource(path)
  return engine.session({ readable: [path] }, async (session) => {
    const drawn: DrawnChart[] = []
    // Sequential: a session answers one after the other.
    for (const chart of charts) {
      const order = ['line', 'area'].includes(chart.kind) ? `order by ${sqlName(chart.x)}` : ''
      const answer = await session.run(`select * from (${sql}) ${order} limit ${mostPoints + 1}`)
      const rows = answer.rows.slice(0, mostPoints)
      drawn.push(drawChart(chart, { ...answer, rows }, answer.rows.length > mostPoints))
    }
    return drawn
  })
}

function queryOf(asset: AssetVersion): SavedQuery | undefined {
  const text = asset.properties[queryProperty]
  return text === undefined ? undefined : { ...(JSON.parse(text) as TableQuery), charts: chartsOf(asset), asset }
}

function chartsOf({ properties }: AssetVersion): readonly Chart[] {
  return JSON.parse(properties[chartsProperty] ?? '[]') as readonly Chart[]
}

async function newestVersion(assets: SavedQueryParts['assets'], name: string): Promise<AssetVersion | undefined> {
  try {
    return await assets.get({ kind: 'data', name }, { label: 'latest' })
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return undefined
    throw error
  }
}
