import type { Tables } from '../database/database.ts'
import type { Usage } from './usage.ts'

/** Whose doing it was: an attempt of a step, or an hour of a deployment. */
export type UsageSubject =
  | {
      readonly kind: 'attempt'
      readonly root: string
      readonly job: string
      readonly step: string
      readonly attempt: number
      readonly experiment: string
    }
  | { readonly kind: 'deployment'; readonly endpoint: string; readonly deployment: string }

export const usageGroups = ['job', 'step', 'experiment', 'deployment'] as const
/** What sums are made by. */
export type UsageGroup = (typeof usageGroups)[number]

/** Which records count; absent: all. */
export interface UsageFilter {
  readonly sinceMs?: number
  /** With all its steps, where it has some. */
  readonly job?: string
  readonly experiment?: string
  readonly endpoint?: string
}

/** The sum of a group, and what the group is. */
export interface UsageSum extends Usage {
  readonly root?: string
  readonly step?: string
  readonly experiment?: string
  readonly endpoint?: string
  readonly deployment?: string
}

interface UsageRow {
  readonly workspace: string
  readonly record_key: string
  readonly at_ms: number
  readonly root: string | null
  readonly job: string | null
  readonly step: string | null
  readonly experiment: string | null
  readonly endpoint: string | null
  readonly deployment: string | null
  readonly wall_seconds: number
  readonly cpu_seconds: number
  readonly gb_seconds: number
  readonly gpu_seconds: number
}

type UsageTables = { usage_record: UsageRow }

const workspace = 'default'
const hourMs = 3_600_000

/**
 * Writes down what was used up to a moment. An attempt ends once, so its second record is the same and is left out; what
 * a deployment used is added to its hour.
 */
export async function addUsageRecord(
  tables: Tables,
  { subject, usage, atMs }: { readonly subject: UsageSubject; readonly usage: Usage; readonly atMs: number },
): Promise<void> {
  const sums = {
    wall_seconds: usage.wallSeconds,
    cpu_seconds: usage.cpuSeconds,
    gb_seconds: usage.gbSeconds,
    gpu_seconds: usage.gpuSeconds,
  }
  const insert = tables.withTables<UsageTables>().insertInto('usage_record')
  if (subject.kind === 'attempt') {
    const { root, job, step, attempt, experiment } = subject
    const whose = { root, job, step, experiment, endpoint: null, deployment: null }
    await insert
      .values({ workspace, record_key: `job/${job}/${attempt}`, at_ms: atMs, ...whose, ...sums })
      .onConflict((conflict) => conflict.columns(['workspace', 'record_key']).doNothing())
      .execute()
    return
  }
  const { endpoint, deployment } = subject
  const startMs = Math.floor(atMs / hourMs) * hourMs
  const whose = { root: null, job: null, step: null, experiment: null, endpoint, deployment }
  await insert
    .values({
      workspace,
      record_key: `deployment/${endpoint}/${deployment}/${startMs}`,
      at_ms: startMs,
      ...whose,
      ...sums,
    })
    .onConflict((conflict) =>
      conflict.columns(['workspace', 'record_key']).doUpdateSet((eb) => ({
        wall_seconds: eb('usage_record.wall_seconds', '+', usage.wallSeconds),
        cpu_seconds: eb('usage_record.cpu_seconds', '+', usage.cpuSeconds),
        gb_seconds: eb('usage_record.gb_seconds', '+', usage.gbSeconds),
        gpu_seconds: eb('usage_record.gpu_seconds', '+', usage.gpuSeconds),
      })),
    )
    .execute()
}

const groupColumns = {
  job: ['root', 'experiment'],
  step: ['root', 'step', 'experiment'],
  experiment: ['experiment'],
  deployment: ['endpoint', 'deployment'],
} as const satisfies Readonly<Record<UsageGroup, readonly (keyof UsageRow)[]>>

/** Sums by group, in no order. Jobs, steps and experiments leave deployments out, and the other way round. */
export async function sumUsage(
  tables: Tables,
  { by, ...filter }: UsageFilter & { readonly by: UsageGroup },
): Promise<readonly UsageSum[]> {
  const columns = groupColumns[by]
  const rows = await filtered(tables, filter)
    .select(columns)
    .where(columns[0], 'is not', null)
    .groupBy(columns)
    .execute()
  return rows.map((row) => {
    const group: Partial<Record<'root' | 'step' | 'experiment' | 'endpoint' | 'deployment', string | null>> = row
    const named = columns.flatMap((column) => (group[column] == null ? [] : [[column, group[column]]]))
    return { ...(Object.fromEntries(named) as Partial<UsageSum>), ...toUsage(row) }
  })
}

/** The sum of all that counts. */
export async function totalUsage(tables: Tables, filter: UsageFilter): Promise<Usage> {
  return toUsage(await filtered(tables, filter).executeTakeFirstOrThrow())
}

function filtered(tables: Tables, { sinceMs, job, experiment, endpoint }: UsageFilter) {
  let query = tables
    .withTables<UsageTables>()
    .selectFrom('usage_record')
    .select((eb) => [
      eb.fn.sum('wall_seconds').as('wall_seconds'),
      eb.fn.sum('cpu_seconds').as('cpu_seconds'),
      eb.fn.sum('gb_seconds').as('gb_seconds'),
      eb.fn.sum('gpu_seconds').as('gpu_seconds'),
    ])
    .where('workspace', '=', workspace)
  if (sinceMs !== undefined) query = query.where('at_ms', '>=', sinceMs)
  if (job !== undefined) query = query.where((eb) => eb.or([eb('root', '=', job), eb('job', '=', job)]))
  if (experiment !== undefined) query = query.where('experiment', '=', experiment)
  if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint)
  return query
}

type Sums = Readonly<
  Record<'wall_seconds' | 'cpu_seconds' | 'gb_seconds' | 'gpu_seconds', number | string | bigint | null>
>

/** A sum over nothing is null. */
function toUsage(row: Sums): Usage {
  return {
    wallSeconds: Number(row.wall_seconds ?? 0),
    cpuSeconds: Number(row.cpu_seconds ?? 0),
    gbSeconds: Number(row.gb_seconds ?? 0),
    gpuSeconds: Number(row.gpu_seconds ?? 0),
  }
}
