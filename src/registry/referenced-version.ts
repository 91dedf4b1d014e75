import { SluiceError } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import { aliasesOfModels, findAlias } from './model-alias-store.ts'
import { existingModel, noVersion } from './model-change.ts'
import { checkAlias, parseStage } from './model-names.ts'
import type { ModelReference } from './model-reference.ts'
import {
  findNewestVersion,
  findVersion,
  newestOfEachStage,
  versionsOf,
  type VersionRow,
} from './model-version-store.ts'
import type { ModelVersion } from './registered-model.ts'

type NamedReference = Exclude<ModelReference, { kind: 'logged-model' | 'run' }>

/** The version a reference means now. Throws `not-found`, naming what there is instead. */
export async function referencedVersion({ read }: Database, reference: NamedReference): Promise<ModelVersion> {
  const row = await referencedRow(read, reference)
  return (await versionsOf(read, [row]))[0]!
}

async function referencedRow(read: Database['read'], reference: NamedReference): Promise<VersionRow> {
  const { name } = reference
  const model = await existingModel(read, name)
  switch (reference.kind) {
    case 'version':
      return (await findVersion(read, name, reference.version)) ?? fail(noVersion(name, reference.version))
    case 'latest':
      return (
        (await findNewestVersion(read, name)) ??
        fail(new SluiceError('not-found', `Latest version not found for model ${name}.`))
      )
    case 'stage': {
      const stage = parseStage(reference.stage)
      const rows = await newestOfEachStage(read, [model.id])
      return (
        rows.find((row) => row.stage === stage) ??
        fail(new SluiceError('not-found', `No versions of model with name '${name}' and stage '${stage}' found`))
      )
    }
    case 'alias': {
      checkAlias(reference.alias)
      const version = await findAlias(read, model.id, reference.alias)
      const row = version === undefined ? undefined : await findVersion(read, name, version)
      if (row !== undefined) return row
      const aliases = (await aliasesOfModels(read, [model.id])).get(model.id) ?? []
      const known = aliases.map(({ alias, version: number }) => `${alias} (version ${number})`).join(', ')
      throw new SluiceError('not-found', `Registered model alias ${reference.alias} not found.`, {
        hint: known === '' ? `The model "${name}" has no aliases yet.` : `The aliases of "${name}": ${known}.`,
      })
    }
  }
}

function fail(error: SluiceError): never {
  throw error
}
