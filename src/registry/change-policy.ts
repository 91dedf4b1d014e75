import type { Tables } from '../database/database.ts'
import type { Principal } from '../access/principal.ts'
import type { ModelStage, Tags } from './registered-model.ts'

/**
 * What is about to change which version is used, where. Removing is listed too: taking `champion` away, or renaming
 * another model into its place, is as much of a release as setting it.
 */
export type ModelChange =
  | {
      readonly kind: 'create-version'
      readonly model: string
      readonly source: string
      readonly runId?: string
      readonly tags: Tags
      readonly by: Principal
    }
  | { readonly kind: 'delete-version'; readonly model: string; readonly version: number; readonly by: Principal }
  | {
      readonly kind: 'move-alias'
      readonly model: string
      readonly alias: string
      readonly fromVersion?: number
      readonly toVersion?: number
      readonly by: Principal
    }
  | {
      readonly kind: 'change-stage'
      readonly model: string
      readonly version: number
      readonly fromStage: ModelStage
      readonly toStage: ModelStage
      readonly by: Principal
    }
  | { readonly kind: 'rename-model'; readonly model: string; readonly newName: string; readonly by: Principal }
  | { readonly kind: 'delete-model'; readonly model: string; readonly by: Principal }

type ChangeVerdict =
  { readonly isAllowed: true } | { readonly isAllowed: false; readonly reason: string; readonly hint?: string }

/** The gate in front of the registry (design.md 7): declared here, implemented by `release/`, passed in by main. */
export interface ChangePolicy {
  /**
   * Decides within the transaction that makes the change, so what it reads through `tables` (approvals, gates) is what
   * is true when the change commits. A refused change leaves nothing behind.
   */
  allow(tables: Tables, change: ModelChange): Promise<ChangeVerdict>
}

/** The policy of a store without gates. */
export const allowAllChanges: ChangePolicy = {
  allow: () => Promise.resolve({ isAllowed: true }),
}
