import { Type } from '@sinclair/typebox'
import type { Swept } from '../../artifacts/content-store.ts'
import type { Route } from '../../server/route.ts'

/** What is to be removed beside what nothing refers to. */
export interface GarbageRequest {
  readonly isDryRun: boolean
  /** Contents that only jobs refer to which ended so long ago. */
  readonly outputsOlderThanDays?: number
  /** Environments that no job asked for since. */
  readonly environmentsOlderThanDays?: number
  /** Runs, experiments and logged models that were deleted so long ago. */
  readonly deletedOlderThanDays?: number
}

/** What was removed, or would be. */
export interface GarbageReport extends Swept {
  readonly environments?: Swept['files']
  /** Of schedules and triggers, beyond what the settings keep. */
  readonly firings: Swept['files']
  /** Of what was deleted; its files count with what nothing refers to. */
  readonly runs?: Swept['files']
  readonly experiments?: Swept['files']
  readonly models?: Swept['files']
}

/** What the route asks of the server. */
export interface GarbageRouteParts {
  readonly collectGarbage: (request: GarbageRequest) => Promise<GarbageReport>
}

const days = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 100_000, description }))
const Request = Type.Object(
  {
    dry_run: Type.Optional(Type.Boolean({ description: 'Counts, and removes nothing.' })),
    outputs_older_than_days: days('Also what only jobs refer to that ended so long ago; the jobs stay.'),
    environments_older_than_days: days('Also environments that no job asked for since.'),
    deleted_older_than_days: days('First, for good, runs, experiments and logged models deleted so long ago.'),
  },
  { additionalProperties: false },
)
const Removed = Type.Object({ kind: Type.String(), count: Type.Integer(), size_bytes: Type.Integer() })
const Report = Type.Object(
  { is_dry_run: Type.Boolean(), removed: Type.Array(Removed), size_bytes: Type.Integer() },
  { $id: 'GarbageReport' },
)

/** Giving space back. */
export function garbageRoutes({ collectGarbage }: GarbageRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/gc',
      permission: 'manage',
      summary: 'Remove contents that nothing refers to, or count them.',
      body: Request,
      response: Report,
      handler: async (request) => {
        const body = request.body as {
          dry_run?: boolean
          outputs_older_than_days?: number
          environments_older_than_days?: number
          deleted_older_than_days?: number
        }
        const isDryRun = body.dry_run === true
        const report = await collectGarbage({
          isDryRun,
          ...(body.outputs_older_than_days !== undefined && { outputsOlderThanDays: body.outputs_older_than_days }),
          ...(body.environments_older_than_days !== undefined && {
            environmentsOlderThanDays: body.environments_older_than_days,
          }),
          ...(body.deleted_older_than_days !== undefined && { deletedOlderThanDays: body.deleted_older_than_days }),
        })
        const removed = Object.entries(report as unknown as Record<string, Swept['files']>).map(
          ([kind, { count, sizeBytes }]) => ({ kind, count, size_bytes: sizeBytes }),
        )
        return { is_dry_run: isDryRun, removed, size_bytes: removed.reduce((sum, one) => sum + one.size_bytes, 0) }
      },
    },
  ]
}
