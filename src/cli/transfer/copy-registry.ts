import { SluiceError } from '../../base/errors.ts'
import type { MlflowServer } from './mlflow-server.ts'
import type { ModelVersionRecord, RegisteredModelRecord } from './mlflow-records.ts'
import type { Renamed, Transfer } from './transfer-state.ts'

const models = '/api/2.0/mlflow/registered-models'
const versions = '/api/2.0/mlflow/model-versions'

/** Registered models, prompts among them, with their versions under the same numbers, stages, tags and aliases. */
export async function copyRegistry(transfer: Transfer): Promise<void> {
  const { source, report, note } = transfer
  for await (const model of source.registeredModels()) {
    await copyModel(transfer, model)
    report.registered_models++
  }
  if (report.registered_models > 0) note(`${report.registered_models} registered models`)
}

async function copyModel(
  { source, destination, report, renamed }: Transfer,
  model: RegisteredModelRecord,
): Promise<void> {
  const { server } = destination
  const { name, description, tags = [], aliases = [] } = model
  const existing = await existingVersions(server, name)
  if (existing === undefined)
    await server.call('POST', `${models}/create`, { name, tags, ...(description !== undefined && { description }) })
  else for (const tag of tags) await server.call('POST', `${models}/set-tag`, { name, ...tag })
  let last = Math.max(0, ...(existing ?? []))
  for (const version of await source.versions(name)) {
    const number = Number(version.version)
    if (existing?.includes(number) === true) continue
    if (number <= last) {
      report.left_out.push(`version ${number} of ${name}: that number was given to another one before`)
      continue
    }
    last = await createVersion(server, { name, version, number, last, renamed })
    if (last === number) report.model_versions++
    else report.left_out.push(`version ${number} of ${name}: that number was given to another one before`)
  }
  const numbers = await existingVersions(server, name)
  for (const { alias, version } of aliases) {
    if (numbers?.includes(Number(version)) !== true) continue
    await server.call('POST', `${models}/alias`, { name, alias, version })
    report.aliases++
  }
}

/** The numbers of a model's versions; `undefined` where there is no such model. */
async function existingVersions(server: MlflowServer, name: string): Promise<readonly number[] | undefined> {
  try {
    await server.call('GET', `${models}/get`, { name })
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return undefined
    throw error
  }
  const filter = `name = ${name.includes("'") ? `"${name}"` : `'${name}'`}`
  const { model_versions = [] } = await server.call<{ model_versions?: readonly ModelVersionRecord[] }>(
    'GET',
    `${versions}/search`,
    { filter, max_results: 10_000 },
  )
  return model_versions.map(({ version }) => Number(version))
}

/**
 * Creates versions until one gets the number; those in between stand for versions that were deleted, and are deleted
 * again. Gives the last number that was given: a greater one where the wanted one had been given before.
 */
async function createVersion(
  server: MlflowServer,
  wanted: {
    readonly name: string
    readonly version: ModelVersionRecord
    readonly number: number
    readonly last: number
    readonly renamed: Renamed
  },
): Promise<number> {
  const { name, version, number, renamed } = wanted
  let { last } = wanted
  while (last < number) {
    const body = last + 1 === number ? bodyOf(version, renamed) : { source: 's3://deleted/version' }
    const path = `${versions}/create`
    const made = await server.call<{ model_version: ModelVersionRecord }>('POST', path, { name, ...body })
    last = Number(made.model_version.version)
    if (last !== number) await server.call('DELETE', `${versions}/delete`, { name, version: String(last) })
  }
  const stage = version.current_stage ?? 'None'
  if (last === number && stage !== 'None')
    await server.call('POST', `${versions}/transition-stage`, { name, version: version.version, stage })
  return last
}

function bodyOf(version: ModelVersionRecord, renamed: Renamed): object {
  const run_id = renamed.runs.get(version.run_id ?? '') ?? version.run_id ?? ''
  const { source, modelId } = newSource(version.source, renamed)
  return {
    source,
    ...(run_id !== '' && { run_id }),
    ...(modelId !== undefined && { model_id: modelId }),
    ...(version.run_link !== undefined && version.run_link !== '' && { run_link: version.run_link }),
    ...(version.description !== undefined && { description: version.description }),
    tags: version.tags ?? [],
  }
}

/** The source under its new ids: `runs:/ID/...`, `models:/m-...`, or a path below a root that was copied. */
function newSource(
  source: string,
  { runs, loggedModels, roots }: Renamed,
): { readonly source: string; readonly modelId?: string } {
  const run = /^runs:\/([^/]+)(\/.*)?$/.exec(source)
  if (run !== null) return { source: `runs:/${runs.get(run[1]!) ?? run[1]!}${run[2] ?? ''}` }
  const model = /^models:\/(m-[^/]+)(\/.*)?$/.exec(source)
  if (model !== null) {
    const modelId = loggedModels.get(model[1]!) ?? model[1]!
    return { source: `models:/${modelId}${model[2] ?? ''}`, modelId }
  }
  for (const [from, to] of roots) {
    if (from === '' || !(source === from || source.startsWith(`${from}/`))) continue
    const modelId = /\/models\/(m-[^/]+)\/artifacts/.exec(to)?.[1]
    return { source: `${to}${source.slice(from.length)}`, ...(modelId !== undefined && { modelId }) }
  }
  return { source }
}
