import type { ArtifactStore } from '../artifacts/artifact-store.ts'
import { modelAliases, type ModelAliases } from './model-aliases.ts'
import type { RegistryParts } from './model-change.ts'
import { modelVersions, type ModelVersions } from './model-versions.ts'
import { registeredModels, type RegisteredModels } from './registered-models.ts'
import { resolveModel, type ResolvedModel } from './resolve-model.ts'

/** The model registry of a store: MLflow's, with a gate in front of every change and a history behind it. */
export interface ModelRegistry {
  readonly models: RegisteredModels
  readonly versions: ModelVersions
  readonly aliases: ModelAliases
  /** Follows `azureml:NAME:VERSION`, `models:/NAME@ALIAS`, `runs:/...` and the like to files; see `resolveModel`. */
  resolve(reference: string): Promise<ResolvedModel>
}

/** Puts the registry together; `policy` is `allowAllChanges` in a store without gates. */
export function modelRegistry(
  parts: RegistryParts & { readonly artifacts: Pick<ArtifactStore, 'list' | 'find'> },
): ModelRegistry {
  return {
    models: registeredModels(parts),
    versions: modelVersions(parts),
    aliases: modelAliases(parts),
    resolve: (reference) => resolveModel(parts, reference),
  }
}
