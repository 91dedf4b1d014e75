import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { LockMessage } from '../asset-messages.ts'
import { listOf, time, words } from '../messages.ts'

/* What our interface says of how components and environments are used, run and built, in the manner of messages.ts. */

const registry = Type.Optional(
  Type.String({ description: 'Of one of the program’s own; absent for a registered one.' }),
)

const counts = {
  job_count: Type.Integer(),
  completed_count: Type.Integer(),
  failed_count: Type.Integer(),
  reused_count: Type.Integer({ description: 'Of the completed: those whose result was there already.' }),
  median_seconds: Type.Optional(Type.Number({ description: 'Of those that completed by running.' })),
  last_used_at: time,
}
const AssetUseMessage = Type.Object(
  {
    ...{ registry, name: Type.String(), ...counts },
    versions: Type.Array(Type.Object({ version: Type.String(), ...counts }), {
      description: 'The last used first; a curated environment has none.',
    }),
    pipelines: Type.Array(Type.Object({ name: Type.String(), job_count: Type.Integer(), last_used_at: time }), {
      description: 'What the jobs are parts of, by display name, the last used first.',
    }),
  },
  { $id: 'AssetUse' },
)
export const AssetUseList = Type.Object({ items: Type.Array(AssetUseMessage) })
export type AssetUseList = Static<typeof AssetUseList>
export const AssetUseQuery = Type.Object({
  reference: Type.Optional(
    Type.String({
      minLength: 9,
      maxLength: 600,
      description: 'Of this one alone: azureml:NAME, or the address of one of the program’s own without its version.',
    }),
  ),
})
export type AssetUseQuery = Static<typeof AssetUseQuery>

export const ComponentJobRequest = Type.Object(
  {
    inputs: Type.Record(Type.String(), Type.Unknown(), {
      description: 'Values by input: text, numbers, booleans; data by reference, e.g. azureml:rides:3.',
    }),
    experiment_name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    display_name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  },
  { $id: 'ComponentJobRequest', additionalProperties: false },
)
export type ComponentJobRequest = Static<typeof ComponentJobRequest>

const state = words(['unresolved', 'unbuilt', 'building', 'ready', 'broken', 'unusable'], {
  description:
    'unresolved: its packages were never chosen here; broken: its Python is gone, it is built again when needed; unusable: it cannot be built here, as `detail` says.',
})
const stateFields = {
  state,
  detail: Type.Optional(Type.String({ description: 'Why it is unusable.' })),
  size_bytes: Type.Optional(Type.Integer({ description: 'On disk, without what it shares with others.' })),
  used_at: Type.Optional(Type.String({ format: 'date-time', description: 'When something last asked for it.' })),
}
const EnvironmentSummary = Type.Object(
  {
    ...{ registry, name: Type.String(), version: Type.Optional(Type.String()), ...stateFields },
    python: Type.Optional(Type.String({ description: 'Of the lock, e.g. 3.11.' })),
    image: Type.Optional(Type.String()),
    has_conda_file: Type.Optional(Type.Boolean()),
    package_count: Type.Optional(Type.Integer()),
    lock_digest: Type.Optional(Type.String()),
  },
  { $id: 'EnvironmentSummary' },
)
export type EnvironmentSummary = Static<typeof EnvironmentSummary>
export const EnvironmentSummaries = listOf(EnvironmentSummary)

const Build = Type.Object({
  status: words(['building', 'ready', 'failed']),
  started_at: time,
  ended_at: Type.Optional(time),
  error: Type.Optional(Type.String()),
})
export const EnvironmentStateMessage = Type.Object(
  { ...stateFields, lock: Type.Optional(LockMessage), build: Type.Optional(Build) },
  { $id: 'EnvironmentState' },
)
export type EnvironmentStateMessage = Static<typeof EnvironmentStateMessage>

export const BuildLog = Type.Object({
  text: Type.String(),
  next_offset: Type.Integer({ description: 'In bytes; where to go on, and how long it is so far.' }),
  is_complete: Type.Boolean({ description: 'No build is under way, so nothing will follow.' }),
})
export const RegistryQuery = Type.Object({ registry })
export const BuildLogQuery = Type.Object({ registry, offset: Type.Optional(Type.Integer({ minimum: 0 })) })
export type RegistryQuery = Static<typeof RegistryQuery>
