import type { Tables } from '../../database/database.ts'

/** What a deployment answered in one minute: how often, how often with an error, and how long it took. */
export interface ServedMinute {
  readonly endpoint: string
  readonly deployment: string
  /** Its start; a whole minute. */
  readonly minuteMs: number
  readonly requests: number
  /** Answers from 500 on, and those that timed out: what the caller cannot help. */
  readonly failures: number
  /** Counts by bucket of `latency-buckets.ts`, of requests that were answered. */
  readonly latencies: Readonly<Record<string, number>>
}

type MinuteTables = {
  served_minute: {
    workspace: string
    endpoint: string
    deployment: string
    minute_ms: number
    /** Tells the servers apart that wrote of the same minute. */
    part: string
    requests: number
    failures: number
    latencies: string
  }
}

const workspace = 'default'
const rowsPerStatement = 200

/** Adds minutes; what one process says of a minute twice counts once, as it was said last. */
export async function putMinutes(tables: Tables, part: string, minutes: readonly ServedMinute[]): Promise<void> {
  for (let start = 0; start < minutes.length; start += rowsPerStatement) {
    const rows = minutes.slice(start, start + rowsPerStatement).map((minute) => ({
      ...{ workspace, part, endpoint: minute.endpoint, deployment: minute.deployment, minute_ms: minute.minuteMs },
      ...{ requests: minute.requests, failures: minute.failures, latencies: JSON.stringify(minute.latencies) },
    }))
    await tables
      .withTables<MinuteTables>()
      .insertInto('served_minute')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['workspace', 'endpoint', 'deployment', 'minute_ms', 'part']).doUpdateSet((update) => ({
          requests: update.ref('excluded.requests'),
          failures: update.ref('excluded.failures'),
          latencies: update.ref('excluded.latencies'),
        })),
      )
      .execute()
  }
}

/** The minutes of a deployment from `fromMs` until before `toMs`, the oldest first; minutes without requests are absent. */
export async function listMinutes(
  tables: Tables,
  {
    endpoint,
    deployment,
    fromMs,
    toMs,
  }: { readonly endpoint: string; readonly deployment: string; readonly fromMs: number; readonly toMs: number },
): Promise<readonly ServedMinute[]> {
  const rows = await tables
    .withTables<MinuteTables>()
    .selectFrom('served_minute')
    .select(['minute_ms', 'requests', 'failures', 'latencies'])
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('deployment', '=', deployment)
    .where('minute_ms', '>=', fromMs)
    .where('minute_ms', '<', toMs)
    .orderBy('minute_ms')
    .execute()
  return rows.map((row) => ({
    endpoint,
    deployment,
    minuteMs: row.minute_ms,
    requests: row.requests,
    failures: row.failures,
    latencies: JSON.parse(row.latencies) as Record<string, number>,
  }))
}

/** Forgets what is older. */
export async function pruneMinutes(tables: Tables, olderThanMs: number): Promise<void> {
  await tables
    .withTables<MinuteTables>()
    .deleteFrom('served_minute')
    .where('workspace', '=', workspace)
    .where('minute_ms', '<', olderThanMs)
    .execute()
}
