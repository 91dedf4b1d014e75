import type { Tables } from '../database/database.ts'
import type { JsonObject } from '../base/json.ts'

type EventTables = {
  event: { seq: number; workspace: string; at_ms: number; kind: string; subject: string; body: string }
}

/** Something that happened, e.g. kind `job.status`, subject the job's name. */
export interface NewEvent {
  readonly kind: string
  readonly subject: string
  readonly body: JsonObject
  readonly atMs: number
}

/** A recorded event; `seq` grows and is the cursor readers resume from. */
export interface RecordedEvent extends NewEvent {
  readonly seq: number
}

/** Appends in the caller's transaction, so an event exists exactly when what it tells of does. */
export async function appendEvent(tables: Tables, event: NewEvent): Promise<void> {
  await appendEvents(tables, [event])
}

/** Many at once: one statement per 500. */
export async function appendEvents(tables: Tables, events: readonly NewEvent[]): Promise<void> {
  const insert = tables.withTables<EventTables>()
  for (let start = 0; start < events.length; start += 500) {
    await insert
      .insertInto('event')
      .values(
        events.slice(start, start + 500).map(
          (event) =>
            ({
              workspace: 'default',
              at_ms: event.atMs,
              kind: event.kind,
              subject: event.subject,
              body: JSON.stringify(event.body),
            }) as never,
        ),
      )
      .execute()
  }
}

/** Events with `seq` above `after`, oldest first, optionally of one subject. */
export async function readEvents(
  tables: Tables,
  { after, limit, subject }: { readonly after: number; readonly limit: number; readonly subject?: string },
): Promise<readonly RecordedEvent[]> {
  let query = tables
    .withTables<EventTables>()
    .selectFrom('event')
    .selectAll()
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  const rows = await query.execute()
  return rows.map((row) => ({
    seq: row.seq,
    kind: row.kind,
    subject: row.subject,
    body: JSON.parse(row.body) as JsonObject,
    atMs: row.at_ms,
  }))
}

/** The highest `seq` given out so far, optionally to events of one subject; 0 before the first event. */
export async function latestEventSeq(tables: Tables, subject?: string): Promise<number> {
  let query = tables.withTables<EventTables>().selectFrom('event').select('seq').orderBy('seq', 'desc').limit(1)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  return (await query.executeTakeFirst())?.seq ?? 0
}
