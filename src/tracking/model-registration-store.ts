import { toPythonJson } from '../base/python-json.ts'
import type { Tables } from '../database/database.ts'
import { limits } from './limits.ts'
import { trackingTables } from './tables.ts'

/** The tag in which MLflow notes, as a JSON list, the versions a logged model was registered as. */
const modelVersionsTag = 'mlflow.modelVersions'

/** Adds a registered version to the note on its logged model, in the caller's transaction; the oldest give way. */
export async function noteModelVersion(
  tables: Tables,
  modelId: string,
  version: { readonly name: string; readonly version: number },
): Promise<void> {
  const tags = trackingTables(tables)
  const row = await tags
    .selectFrom('logged_model_tag')
    .select('value')
    .where('model_id', '=', modelId)
    .where('key', '=', modelVersionsTag)
    .executeTakeFirst()
  const versions = [...notedVersions(row?.value), { name: version.name, version: version.version }]
  while (toPythonJson(versions).length > limits.runTagValue) versions.shift()
  const value = toPythonJson(versions)
  await tags
    .insertInto('logged_model_tag')
    .values({ model_id: modelId, key: modelVersionsTag, value })
    .onConflict((conflict) => conflict.columns(['model_id', 'key']).doUpdateSet({ value }))
    .execute()
}

/** Clients write this tag too: what is no list is left behind. */
function notedVersions(value: string | undefined): unknown[] {
  try {
    const versions: unknown = JSON.parse(value ?? '[]')
    return Array.isArray(versions) ? versions : []
  } catch {
    return []
  }
}
