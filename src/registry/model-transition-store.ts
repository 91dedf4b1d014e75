import type { Selectable } from 'kysely'
import type { Tables } from '../database/database.ts'
import type { Page, PageWish } from '../tracking/entities.ts'
import { checkMaxResults } from '../tracking/limits.ts'
import { decodePageToken, encodePageToken } from '../tracking/search/page-token.ts'
import type { ModelStage, ModelTransition } from './registered-model.ts'
import { workspace, type RegistryTables } from './registry-tables.ts'

/** Records who moved an alias or a stage, in the transaction that moves it. */
export async function insertTransition(
  tables: Tables,
  model: { readonly id: number; readonly name: string },
  transition: ModelTransition,
): Promise<void> {
  const { subject, from, to } =
    transition.kind === 'alias'
      ? { subject: transition.alias, from: textOf(transition.fromVersion), to: textOf(transition.toVersion) }
      : { subject: String(transition.version), from: transition.fromStage, to: transition.toStage }
  await tables
    .withTables<RegistryTables>()
    .insertInto('model_transition')
    .values({
      workspace,
      registered_model_id: model.id,
      model_name: model.name,
      kind: transition.kind,
      subject,
      from_value: from,
      to_value: to,
      changed_by: transition.by,
      at_ms: transition.atMs,
    })
    .execute()
}

const shownColumns = ['id', 'kind', 'subject', 'from_value', 'to_value', 'changed_by', 'at_ms'] as const
type ShownRow = Pick<Selectable<RegistryTables['model_transition']>, (typeof shownColumns)[number]>

/**
 * The transitions of one model by pages of 1 to 1000, the default, newest first. Throws `invalid-request` for a size or
 * token that cannot be.
 */
export async function readTransitions(
  tables: Tables,
  modelId: number,
  { maxResults = 1000, pageToken }: PageWish,
): Promise<Page<ModelTransition>> {
  checkMaxResults(maxResults, 1000)
  const listToken = `model transitions ${modelId}`
  let query = tables
    .withTables<RegistryTables>()
    .selectFrom('model_transition')
    .select(shownColumns)
    .where('registered_model_id', '=', modelId)
    .orderBy('id', 'desc')
    .limit(maxResults + 1)
  const after = decodePageToken(pageToken, listToken, () => ['number'])
  if (after !== undefined) query = query.where('id', '<', Number(after[0]))
  const rows = await query.execute()
  const shown = rows.slice(0, maxResults)
  const items = shown.map(transitionOf)
  const last = shown.at(-1)
  if (rows.length <= maxResults || last === undefined) return { items }
  return { items, nextPageToken: encodePageToken(listToken, [last.id]) }
}

function transitionOf(row: ShownRow): ModelTransition {
  const common = { by: row.changed_by, atMs: row.at_ms }
  if (row.kind === 'alias') {
    return {
      kind: 'alias',
      alias: row.subject,
      ...(row.from_value !== null && { fromVersion: Number(row.from_value) }),
      ...(row.to_value !== null && { toVersion: Number(row.to_value) }),
      ...common,
    }
  }
  // Written above from stages.
  const [fromStage, toStage] = [row.from_value as ModelStage, row.to_value as ModelStage]
  return { kind: 'stage', version: Number(row.subject), fromStage, toStage, ...common }
}

function textOf(version: number | undefined): string | null {
  return version === undefined ? null : String(version)
}
