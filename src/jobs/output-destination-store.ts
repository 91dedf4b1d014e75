import type { JobName } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'

/**
 * Where an output of a job goes beside the store (table `output_destination`): `pending` until its step has completed,
 * `due` while something remains to be done after that, then `done` or `failed`.
 */
export interface OutputDestination {
  readonly job: JobName
  readonly output: string
  /** `data` and `model`: becomes a version of the asset `target`; `datastore`: is written to the path `target`. */
  readonly kind: 'data' | 'model' | 'datastore'
  /** The output's type, e.g. `uri_folder`. */
  readonly type: string
  readonly target: string
  readonly version?: string
  readonly status: 'pending' | 'due' | 'done' | 'failed'
  /** The version it became, or why it could not. */
  readonly detail?: string
}

type DestinationTables = {
  output_destination: {
    job: string
    workspace: string
    output: string
    kind: string
    type: string
    target: string
    version: string | null
    status: string
    detail: string | null
  }
}

/** Writes where the outputs of a new job are to go. */
export async function insertDestinations(
  tables: Tables,
  wanted: readonly Omit<OutputDestination, 'status' | 'detail'>[],
): Promise<void> {
  const rows = wanted.map((one) => ({
    ...one,
    workspace: 'default',
    version: one.version ?? null,
    status: 'pending',
    detail: null,
  }))
  // Sequential: statements of one unit of work share a connection.
  for (let start = 0; start < rows.length; start += 500)
    await tables
      .withTables<DestinationTables>()
      .insertInto('output_destination')
      .values(rows.slice(start, start + 500))
      .execute()
}

/** What has not been done yet for these jobs. */
export async function pendingDestinations(
  tables: Tables,
  jobs: readonly string[],
): Promise<readonly OutputDestination[]> {
  const rows = await tables
    .withTables<DestinationTables>()
    .selectFrom('output_destination')
    .selectAll()
    .where('job', 'in', jobs)
    .where('status', '=', 'pending')
    .orderBy('job')
    .orderBy('output')
    .execute()
  return rows.map(toDestination)
}

/** What was left to do when the last server stopped. */
export async function dueDestinations(tables: Tables): Promise<readonly OutputDestination[]> {
  const rows = await tables
    .withTables<DestinationTables>()
    .selectFrom('output_destination')
    .selectAll()
    .where('status', '=', 'due')
    .orderBy('job')
    .orderBy('output')
    .execute()
  return rows.map(toDestination)
}

/** Moves a destination on; false when it is no longer in the status it was. */
export async function moveDestination(
  tables: Tables,
  { job, output, kind, status: from }: OutputDestination,
  to: Pick<OutputDestination, 'status' | 'detail'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tables
    .withTables<DestinationTables>()
    .updateTable('output_destination')
    .set({ status: to.status, detail: to.detail ?? null })
    .where('job', '=', job)
    .where('output', '=', output)
    .where('kind', '=', kind)
    .where('status', '=', from)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

function toDestination(row: DestinationTables['output_destination']): OutputDestination {
  return {
    job: row.job as JobName,
    output: row.output,
    kind: row.kind as OutputDestination['kind'],
    type: row.type,
    target: row.target,
    ...(row.version !== null && { version: row.version }),
    status: row.status as OutputDestination['status'],
    ...(row.detail !== null && { detail: row.detail }),
  }
}
