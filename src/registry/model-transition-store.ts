import type { Tables } from '../database/database.ts'
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

/** The transitions of one model, newest first. */
export async function readTransitions(tables: Tables, modelId: number): Promise<readonly ModelTransition[]> {
  const rows = await tables
    .withTables<RegistryTables>()
    .selectFrom('model_transition')
    .select(['kind', 'subject', 'from_value', 'to_value', 'changed_by', 'at_ms'])
    .where('registered_model_id', '=', modelId)
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => {
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
  })
}

function textOf(version: number | undefined): string | null {
  return version === undefined ? null : String(version)
}
