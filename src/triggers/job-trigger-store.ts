import type { JobParameter, JobTemplate } from '../jobs/job-template.ts'
import type { Tables } from '../database/database.ts'
import type {
  JobTrigger,
  TriggerDefinition,
  TriggerFamily,
  TriggerSelection,
  TriggerWithTemplate,
  WatchState,
} from './job-trigger.ts'

interface TriggerRow {
  readonly trigger_id: string
  readonly workspace: string
  readonly family: TriggerFamily
  readonly name: string
  readonly status: JobTrigger['status']
  readonly definition: string
  readonly template: string | null
  readonly parameters: string
  readonly sealed_secret: string | null
  readonly state: string
  readonly created_by: string
  readonly created_ms: number
  readonly updated_ms: number
  readonly since_seq: number
  readonly after_ms: number
  readonly next_ms: number | null
}

type TriggerTables = {
  job_trigger: TriggerRow
  trigger_cursor: { workspace: string; seq: number }
}

const workspace = 'default'
const shownColumns = [
  'trigger_id',
  'family',
  'name',
  'status',
  'definition',
  'parameters',
  'sealed_secret',
  'state',
  'created_by',
  'created_ms',
  'updated_ms',
  'since_seq',
  'after_ms',
  'next_ms',
] as const

/** Adds a trigger; false, and nothing done, when its name is taken. */
export async function insertTrigger(
  tables: Tables,
  trigger: TriggerWithTemplate,
  sealedSecret?: string,
): Promise<boolean> {
  const result = await tables
    .withTables<TriggerTables>()
    .insertInto('job_trigger')
    .values({
      trigger_id: trigger.id,
      workspace,
      family: trigger.family,
      name: trigger.name,
      status: trigger.status,
      ...definitionColumns(trigger),
      sealed_secret: sealedSecret ?? null,
      state: JSON.stringify(trigger.watch),
      created_by: trigger.createdBy,
      created_ms: trigger.createdMs,
      updated_ms: trigger.updatedMs,
      since_seq: trigger.sinceSeq,
      after_ms: trigger.afterMs,
      next_ms: trigger.nextMs ?? null,
    })
    .onConflict((conflict) => conflict.columns(['workspace', 'family', 'name']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** What may change of a trigger from one look to the next. */
export interface TriggerPatch {
  readonly status?: JobTrigger['status']
  readonly watch?: WatchState
  readonly sinceSeq?: number
  readonly afterMs?: number
  /** `null`: nothing more comes by itself. */
  readonly nextMs?: number | null
  readonly updatedMs?: number
  readonly sealedSecret?: string
  readonly definition?: Pick<TriggerWithTemplate, 'definition' | 'template' | 'parameters'>
}

/** Changes a trigger that is there, of the status it is thought to have; false where it is not. */
export async function updateTrigger(
  tables: Tables,
  { id, status }: Pick<JobTrigger, 'id' | 'status'>,
  patch: TriggerPatch,
): Promise<boolean> {
  const result = await tables
    .withTables<TriggerTables>()
    .updateTable('job_trigger')
    .set({
      ...(patch.status !== undefined && { status: patch.status }),
      ...(patch.watch !== undefined && { state: JSON.stringify(patch.watch) }),
      ...(patch.sinceSeq !== undefined && { since_seq: patch.sinceSeq }),
      ...(patch.afterMs !== undefined && { after_ms: patch.afterMs }),
      ...(patch.nextMs !== undefined && { next_ms: patch.nextMs }),
      ...(patch.updatedMs !== undefined && { updated_ms: patch.updatedMs }),
      ...(patch.sealedSecret !== undefined && { sealed_secret: patch.sealedSecret }),
      ...(patch.definition !== undefined && definitionColumns(patch.definition)),
    })
    .where('trigger_id', '=', id)
    .where('status', '=', status)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

function definitionColumns({
  definition,
  template,
  parameters,
}: Pick<TriggerWithTemplate, 'definition' | 'template' | 'parameters'>) {
  return {
    definition: JSON.stringify(definition),
    template: template === undefined ? null : JSON.stringify(template),
    parameters: JSON.stringify(parameters),
  }
}

export async function deleteTrigger(tables: Tables, id: string): Promise<void> {
  await tables.withTables<TriggerTables>().deleteFrom('job_trigger').where('trigger_id', '=', id).execute()
}

export async function findTrigger(tables: Tables, { family, name }: TriggerSelection): Promise<JobTrigger | undefined> {
  const row = await tables
    .withTables<TriggerTables>()
    .selectFrom('job_trigger')
    .select(shownColumns)
    .where('workspace', '=', workspace)
    .where('family', '=', family)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && toTrigger(row)
}

export async function findTriggerById(tables: Tables, id: string): Promise<JobTrigger | undefined> {
  const row = await tables
    .withTables<TriggerTables>()
    .selectFrom('job_trigger')
    .select(shownColumns)
    .where('trigger_id', '=', id)
    .executeTakeFirst()
  return row && toTrigger(row)
}

/** What a trigger submits; undefined for one that starts a published pipeline. */
export async function findTemplate(tables: Tables, id: string): Promise<JobTemplate | undefined> {
  const row = await tables
    .withTables<TriggerTables>()
    .selectFrom('job_trigger')
    .select('template')
    .where('trigger_id', '=', id)
    .executeTakeFirst()
  return row?.template == null ? undefined : (JSON.parse(row.template) as JobTemplate)
}

/** The sealed secret of a webhook. */
export async function findSealedSecret(tables: Tables, id: string): Promise<string | undefined> {
  const row = await tables
    .withTables<TriggerTables>()
    .selectFrom('job_trigger')
    .select('sealed_secret')
    .where('trigger_id', '=', id)
    .executeTakeFirst()
  return row?.sealed_secret ?? undefined
}

/** All of a family, by name. */
export async function listTriggers(tables: Tables, family: TriggerFamily): Promise<readonly JobTrigger[]> {
  const rows = await tables
    .withTables<TriggerTables>()
    .selectFrom('job_trigger')
    .select(shownColumns)
    .where('workspace', '=', workspace)
    .where('family', '=', family)
    .orderBy('name')
    .execute()
  return rows.map(toTrigger)
}

/** Enabled ones that are due; and those that have noted times which, by a clock set back, lie in the future. */
export async function dueTriggers(tables: Tables, nowMs: number): Promise<readonly JobTrigger[]> {
  const rows = await tables
    .withTables<TriggerTables>()
    .selectFrom('job_trigger')
    .select(shownColumns)
    .where('status', '=', 'enabled')
    .where((where) =>
      where.or([
        where('next_ms', '<=', nowMs),
        where.and([where('family', '=', 'schedule'), where('after_ms', '>', nowMs)]),
      ]),
    )
    .orderBy('next_ms')
    .limit(200)
    .execute()
  return rows.map(toTrigger)
}

/** When the next of them is due, and whether any waits for events. */
export async function nextTriggerDue(tables: Tables): Promise<number | undefined> {
  const row = await tables
    .withTables<TriggerTables>()
    .selectFrom('job_trigger')
    .select('next_ms')
    .where('status', '=', 'enabled')
    .where('next_ms', 'is not', null)
    .orderBy('next_ms')
    .limit(1)
    .executeTakeFirst()
  return row?.next_ms ?? undefined
}

/** Enabled triggers that events of the store can fire. */
export async function listeningTriggers(tables: Tables): Promise<readonly JobTrigger[]> {
  const rows = await tables
    .withTables<TriggerTables>()
    .selectFrom('job_trigger')
    .select(shownColumns)
    .where('status', '=', 'enabled')
    .where('family', 'in', ['trigger', 'monitor'])
    .where('next_ms', 'is', null)
    .orderBy('name')
    .execute()
  return rows.map(toTrigger).filter(({ definition }) => definition.source?.type !== 'webhook')
}

/** The last event that triggers have looked at; 0 before the first. */
export async function readCursor(tables: Tables): Promise<number> {
  const row = await tables
    .withTables<TriggerTables>()
    .selectFrom('trigger_cursor')
    .select('seq')
    .where('workspace', '=', workspace)
    .executeTakeFirst()
  return row?.seq ?? 0
}

export async function writeCursor(tables: Tables, seq: number): Promise<void> {
  await tables
    .withTables<TriggerTables>()
    .insertInto('trigger_cursor')
    .values({ workspace, seq })
    .onConflict((conflict) => conflict.column('workspace').doUpdateSet({ seq }))
    .execute()
}

function toTrigger(row: Pick<TriggerRow, (typeof shownColumns)[number]>): JobTrigger {
  return {
    id: row.trigger_id,
    family: row.family,
    name: row.name,
    status: row.status,
    definition: JSON.parse(row.definition) as TriggerDefinition,
    parameters: JSON.parse(row.parameters) as readonly JobParameter[],
    watch: JSON.parse(row.state) as WatchState,
    hasSecret: row.sealed_secret !== null,
    createdBy: row.created_by,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    sinceSeq: row.since_seq,
    afterMs: row.after_ms,
    ...(row.next_ms !== null && { nextMs: row.next_ms }),
  }
}
