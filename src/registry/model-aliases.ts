import { SluiceError } from '../base/errors.ts'
import { findAlias, putAlias, removeAlias } from './model-alias-store.ts'
import {
  ask,
  change,
  existingModel,
  heldModel,
  noVersion,
  recordMove,
  type ChangeContext,
  type RegistryParts,
} from './model-change.ts'
import { checkAlias, checkModelName, checkNewAlias, isLatest } from './model-names.ts'
import { findNewestVersion, findVersion, versionsOf } from './model-version-store.ts'
import type { ModelVersion } from './registered-model.ts'
import { holdModel, type ModelRow } from './registered-model-store.ts'
import type { ModelAction } from './registered-models.ts'

interface AliasAction extends ModelAction {
  readonly alias: string
  /** Compare and set: the version the alias must stand for now, or `unset`; otherwise `conflict`. */
  readonly expectedVersion?: number | 'unset'
}

/**
 * Aliases: names such as `champion` that stand for one version of a model. A move is one row changed in one transaction
 * together with its history and its event, so nobody ever sees the alias on no version or on two.
 */
export interface ModelAliases {
  /** Throws `not-found` without that version, `conflict` where the expectation fails, `permission-denied` by policy. */
  set(action: AliasAction & { readonly version: number }): Promise<void>
  /** Does nothing when the alias is not set. */
  delete(action: AliasAction): Promise<void>
  /** The version an alias stands for (`latest` is the newest); undefined when it is not set. Throws `not-found`. */
  get(name: string, alias: string): Promise<ModelVersion | undefined>
}

/** The aliases of a store's models. */
export function modelAliases(parts: RegistryParts): ModelAliases {
  const { database, policy } = parts
  return {
    set: ({ name, alias, version, expectedVersion, by }) =>
      change(parts, by, async (context) => {
        checkModelName(name)
        checkNewAlias(alias)
        const model = await holdModel(context.tables, name)
        if (model === undefined || (await findVersion(context.tables, name, version)) === undefined)
          throw noVersion(name, version)
        const from = await findAlias(context.tables, model.id, alias)
        checkExpected({ name, alias, found: from, expected: expectedVersion })
        if (from === version) return
        const move = { alias, ...(from !== undefined && { fromVersion: from }), toVersion: version }
        await ask(policy, context.tables, { kind: 'move-alias', model: name, ...move, by })
        await putAlias(context.tables, model.id, { alias, version })
        await recordMove(context, model, { kind: 'alias', ...move })
      }),

    delete: ({ name, alias, expectedVersion, by }) =>
      change(parts, by, async (context) => {
        checkAlias(alias)
        const model = await heldModel(context.tables, name)
        const from = await findAlias(context.tables, model.id, alias)
        checkExpected({ name, alias, found: from, expected: expectedVersion })
        if (from !== undefined) await takeAlias(parts, context, { model, alias, from })
      }),

    async get(name, alias) {
      checkAlias(alias)
      const model = await existingModel(database.read, name)
      if (isLatest(alias)) {
        const newest = await findNewestVersion(database.read, name)
        if (newest === undefined) throw new SluiceError('not-found', `Latest version not found for model ${name}.`)
        return (await versionsOf(database.read, [newest]))[0]
      }
      const version = await findAlias(database.read, model.id, alias)
      const row = version === undefined ? undefined : await findVersion(database.read, name, version)
      return row === undefined ? undefined : (await versionsOf(database.read, [row]))[0]
    },
  }
}

/** Takes an alias away within a change, asking the policy; for deleting it and for deleting its version. */
export async function takeAlias(
  { policy }: Pick<RegistryParts, 'policy'>,
  context: ChangeContext,
  { model, alias, from }: { readonly model: ModelRow; readonly alias: string; readonly from: number },
): Promise<void> {
  await ask(policy, context.tables, { kind: 'move-alias', model: model.name, alias, fromVersion: from, by: context.by })
  await removeAlias(context.tables, model.id, alias)
  await recordMove(context, model, { kind: 'alias', alias, fromVersion: from })
}

function checkExpected(move: {
  readonly name: string
  readonly alias: string
  readonly found: number | undefined
  readonly expected: number | 'unset' | undefined
}): void {
  const { name, alias, found, expected } = move
  if (expected === undefined || expected === (found ?? 'unset')) return
  const is = found === undefined ? 'is not set' : `stands for version ${found}`
  const should = expected === 'unset' ? 'it was expected not to be set' : `version ${expected} was expected`
  throw new SluiceError('conflict', `The alias "${alias}" of model "${name}" ${is}; ${should}.`, {
    hint: `Somebody else moved it. Look again with: sluice model show ${name}`,
  })
}
