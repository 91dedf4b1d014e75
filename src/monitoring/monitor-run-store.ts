import type { Selectable, SelectQueryBuilder } from 'kysely'
import type { Tables } from '../database/database.ts'
import type { MonitorRun, SignalOutcome, Verdict, VerdictDetail } from './monitor.ts'

interface RunRow {
  readonly run_id: string
  readonly workspace: string
  readonly monitor_id: string
  readonly run_key: string
  readonly reason: MonitorRun['reason']
  readonly status: MonitorRun['status']
  readonly nominal_ms: number
  readonly from_ms: number | null
  readonly noted_ms: number
  readonly due_ms: number
  readonly ended_ms: number | null
  readonly attempts: number
  readonly times: number
  readonly detail: string | null
  readonly signals: string
}

interface VerdictRow {
  readonly run_id: string
  readonly workspace: string
  readonly monitor_id: string
  readonly nominal_ms: number
  readonly signal: string
  readonly feature: string
  readonly metric: string
  readonly effect: number | null
  readonly threshold: number | null
  readonly is_breach: number
  readonly since_ms: number | null
  readonly detail: string
}

type RunTables = {
  monitor_run: RunRow
  monitor_verdict: VerdictRow
  monitor_job: { run_id: string; workspace: string; role: string; job: string }
}

const workspace = 'default'
const rowsPerStatement = 200

/** A run that is to be noted. */
export type NewRun = Pick<MonitorRun, 'id' | 'monitorId' | 'key' | 'reason' | 'nominalMs' | 'notedMs'> &
  Partial<Pick<MonitorRun, 'status' | 'times' | 'detail' | 'fromMs'>>

/** Notes a run unless its monitor has one of this key; false where it has. */
export async function insertRun(tables: Tables, run: NewRun): Promise<boolean> {
  const result = await tables
    .withTables<RunTables>()
    .insertInto('monitor_run')
    .values({
      run_id: run.id,
      workspace,
      monitor_id: run.monitorId,
      run_key: run.key,
      reason: run.reason,
      status: run.status ?? 'pending',
      nominal_ms: run.nominalMs,
      from_ms: run.fromMs ?? null,
      noted_ms: run.notedMs,
      due_ms: run.notedMs,
      ended_ms: run.status === undefined ? null : run.notedMs,
      attempts: 0,
      times: run.times ?? 1,
      detail: run.detail ?? null,
      signals: '[]',
    })
    .onConflict((conflict) => conflict.columns(['monitor_id', 'run_key']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export interface RunPatch {
  readonly status?: MonitorRun['status']
  readonly dueMs?: number
  readonly endedMs?: number
  readonly attempts?: number
  readonly detail?: string | null
  readonly signals?: readonly SignalOutcome[]
}

/** Changes a run that is pending; false, and nothing done, where it is not any more. */
export async function updatePendingRun(tables: Tables, id: string, patch: RunPatch): Promise<boolean> {
  const result = await tables
    .withTables<RunTables>()
    .updateTable('monitor_run')
    .set({
      ...(patch.status !== undefined && { status: patch.status }),
      ...(patch.dueMs !== undefined && { due_ms: patch.dueMs }),
      ...(patch.endedMs !== undefined && { ended_ms: patch.endedMs }),
      ...(patch.attempts !== undefined && { attempts: patch.attempts }),
      ...(patch.detail !== undefined && { detail: patch.detail }),
      ...(patch.signals !== undefined && { signals: JSON.stringify(patch.signals) }),
    })
    .where('run_id', '=', id)
    .where('status', '=', 'pending')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

type RunQuery = SelectQueryBuilder<RunTables, 'monitor_run', Selectable<RunRow>>

function runs(tables: Tables): RunQuery {
  return tables.withTables<RunTables>().selectFrom('monitor_run').selectAll()
}

export async function findRun(tables: Tables, id: string): Promise<MonitorRun | undefined> {
  const row = await runs(tables).where('run_id', '=', id).executeTakeFirst()
  return row && toRun(row)
}

/** Pending runs that may go on, the oldest nominal time first. */
export async function dueRuns(tables: Tables, nowMs: number): Promise<readonly MonitorRun[]> {
  const rows = await runs(tables)
    .where('status', '=', 'pending')
    .where('due_ms', '<=', nowMs)
    .orderBy('nominal_ms')
    .orderBy('run_id')
    .limit(200)
    .execute()
  return rows.map(toRun)
}

/** Whether a monitor has a pending run of an earlier time: runs of a monitor go in the order of their times. */
export async function hasEarlierPending(tables: Tables, run: MonitorRun): Promise<boolean> {
  const row = await runs(tables)
    .where('monitor_id', '=', run.monitorId)
    .where('status', '=', 'pending')
    .where('nominal_ms', '<', run.nominalMs)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** When the next pending run is due; with `isAsked` only of those that somebody asked for. */
export async function nextRunDue(
  tables: Tables,
  { isAsked }: { readonly isAsked: boolean },
): Promise<number | undefined> {
  const pending = tables
    .withTables<RunTables>()
    .selectFrom('monitor_run')
    .select('due_ms')
    .where('status', '=', 'pending')
  const wanted = isAsked ? pending.where('reason', '=', 'run') : pending
  const row = await wanted.orderBy('due_ms').limit(1).executeTakeFirst()
  return row?.due_ms
}

/** The newest runs of a monitor, by their nominal times. */
export async function listRuns(tables: Tables, monitorId: string, limit: number): Promise<readonly MonitorRun[]> {
  const rows = await runs(tables)
    .where('monitor_id', '=', monitorId)
    .orderBy('nominal_ms', 'desc')
    .orderBy('run_id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toRun)
}

/** Leaves out what is noted by time and not yet computed. */
export async function skipPendingRuns(
  tables: Tables,
  monitorId: string,
  { detail, nowMs }: { readonly detail: string; readonly nowMs: number },
): Promise<void> {
  await tables
    .withTables<RunTables>()
    .updateTable('monitor_run')
    .set({ status: 'skipped', detail, ended_ms: nowMs })
    .where('monitor_id', '=', monitorId)
    .where('status', '=', 'pending')
    .where('reason', '=', 'time')
    .execute()
}

/** Adds the verdicts of a run. */
export async function insertVerdicts(
  tables: Tables,
  { id, monitorId, nominalMs }: Pick<MonitorRun, 'id' | 'monitorId' | 'nominalMs'>,
  verdicts: readonly Verdict[],
): Promise<void> {
  for (let start = 0; start < verdicts.length; start += rowsPerStatement) {
    const rows = verdicts.slice(start, start + rowsPerStatement).map((verdict) => ({
      run_id: id,
      workspace,
      monitor_id: monitorId,
      nominal_ms: nominalMs,
      signal: verdict.signal,
      feature: verdict.feature,
      metric: verdict.metric,
      effect: verdict.effect,
      threshold: verdict.threshold ?? null,
      is_breach: Number(verdict.isBreach),
      since_ms: verdict.sinceMs ?? null,
      detail: JSON.stringify(verdict.detail),
    }))
    await tables.withTables<RunTables>().insertInto('monitor_verdict').values(rows).execute()
  }
}

/** The verdicts of a run, by signal and feature. */
export async function verdictsOfRun(tables: Tables, runId: string): Promise<readonly Verdict[]> {
  const rows = await tables
    .withTables<RunTables>()
    .selectFrom('monitor_verdict')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('signal')
    .orderBy('feature')
    .orderBy('metric')
    .execute()
  return rows.map(toVerdict)
}

/** Which verdicts of a monitor: of a signal, of a feature, of the runs since a moment. */
export interface VerdictFilter {
  readonly signal?: string
  readonly feature?: string
  readonly sinceMs?: number
  readonly limit: number
}

/** A verdict with the time it is of. */
export interface TimedVerdict extends Verdict {
  readonly runId: string
  readonly nominalMs: number
}

/** Verdicts of a monitor over time, the newest first. */
export async function verdictHistory(
  tables: Tables,
  monitorId: string,
  { signal, feature, sinceMs = 0, limit }: VerdictFilter,
): Promise<readonly TimedVerdict[]> {
  let query = tables
    .withTables<RunTables>()
    .selectFrom('monitor_verdict')
    .selectAll()
    .where('monitor_id', '=', monitorId)
    // Always: by it SQLite sees that an index has the newest, and does not sort every verdict of the monitor.
    .where('nominal_ms', '>=', sinceMs)
  if (signal !== undefined) query = query.where('signal', '=', signal)
  if (feature !== undefined) query = query.where('feature', '=', feature)
  const rows = await query
    .orderBy('nominal_ms', 'desc')
    .orderBy('signal')
    .orderBy('feature')
    .orderBy('metric')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...toVerdict(row), runId: row.run_id, nominalMs: row.nominal_ms }))
}

/** Since when the verdicts of a signal's newest run before a time were in breach; by feature and metric. */
export async function breachesBefore(
  tables: Tables,
  { monitorId, signal, nominalMs }: { readonly monitorId: string; readonly signal: string; readonly nominalMs: number },
): Promise<ReadonlyMap<string, number>> {
  const verdicts = tables.withTables<RunTables>().selectFrom('monitor_verdict').where('signal', '=', signal)
  const newest = await verdicts
    .select('run_id')
    .where('monitor_id', '=', monitorId)
    .where('nominal_ms', '<', nominalMs)
    .orderBy('nominal_ms', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (newest === undefined) return new Map()
  const rows = await verdicts
    .select(['feature', 'metric', 'since_ms'])
    .where('run_id', '=', newest.run_id)
    .where('is_breach', '=', 1)
    .execute()
  return new Map(rows.flatMap((row) => (row.since_ms === null ? [] : [[breachKey(row), row.since_ms]])))
}

/** What tells the verdicts of a signal apart. */
export function breachKey({ feature, metric }: Pick<Verdict, 'feature' | 'metric'>): string {
  return JSON.stringify([feature, metric])
}

/** Ties a job to the role it has in a run; throws where the role has one. */
export async function insertRunJob(
  tables: Tables,
  { runId, role, job }: { readonly runId: string; readonly role: string; readonly job: string },
): Promise<void> {
  await tables
    .withTables<RunTables>()
    .insertInto('monitor_job')
    .values({ run_id: runId, workspace, role, job })
    .execute()
}

/** Jobs of a run by their role. */
export async function jobsOfRun(tables: Tables, runId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await tables
    .withTables<RunTables>()
    .selectFrom('monitor_job')
    .select(['role', 'job'])
    .where('run_id', '=', runId)
    .execute()
  return new Map(rows.map(({ role, job }) => [role, job]))
}

/** Forgets the runs of a monitor with their verdicts; with `keep` all but the newest so many. */
export async function deleteRuns(tables: Tables, monitorId: string, keep = 0): Promise<void> {
  const store = tables.withTables<RunTables>()
  const old = await store
    .selectFrom('monitor_run')
    .select('run_id')
    .where('monitor_id', '=', monitorId)
    .orderBy('nominal_ms', 'desc')
    .orderBy('run_id')
    .offset(keep)
    .limit(100_000)
    .execute()
  for (let start = 0; start < old.length; start += rowsPerStatement) {
    const ids = old.slice(start, start + rowsPerStatement).map(({ run_id }) => run_id)
    for (const table of ['monitor_verdict', 'monitor_job', 'monitor_run'] as const)
      await store.deleteFrom(table).where('run_id', 'in', ids).execute()
  }
}

function toRun(row: RunRow): MonitorRun {
  return {
    id: row.run_id,
    monitorId: row.monitor_id,
    key: row.run_key,
    reason: row.reason,
    status: row.status,
    nominalMs: row.nominal_ms,
    notedMs: row.noted_ms,
    dueMs: row.due_ms,
    attempts: row.attempts,
    times: row.times,
    signals: JSON.parse(row.signals) as SignalOutcome[],
    ...(row.from_ms !== null && { fromMs: row.from_ms }),
    ...(row.ended_ms !== null && { endedMs: row.ended_ms }),
    ...(row.detail !== null && { detail: row.detail }),
  }
}

function toVerdict(row: VerdictRow): Verdict {
  return {
    signal: row.signal,
    feature: row.feature,
    metric: row.metric,
    effect: row.effect,
    isBreach: row.is_breach === 1,
    detail: JSON.parse(row.detail) as VerdictDetail,
    ...(row.threshold !== null && { threshold: row.threshold }),
    ...(row.since_ms !== null && { sinceMs: row.since_ms }),
  }
}
