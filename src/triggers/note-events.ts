import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import { randomHex, type RandomBytes } from '../base/ids.ts'
import type { Database, Tables } from '../database/database.ts'
import { readEvents, type RecordedEvent } from '../events/event-log.ts'
import type { Job } from '../jobs/job-service.ts'
import { findDebounced, insertFiring, updateFiring } from './firing-store.ts'
import { type JobTrigger, type NewFiring, triggerText } from './job-trigger.ts'
import { listeningTriggers, readCursor, writeCursor } from './job-trigger-store.ts'
import { firingKinds, matchingEvent } from './matching-event.ts'
import { commonVariables, timeText } from './note-times.ts'
import { chainProperty } from './submit-firing.ts'

export interface NoteEventsParts {
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
  readonly jobs: { get(name: string): Promise<Job> }
  /** The job that made a version of a data asset; undefined for what people made. */
  readonly jobOfData: (name: string, version: string) => Promise<string | undefined>
}

const pageSize = 500
/** A chain of triggers that is longer goes round in a way that no name repeats: one that makes triggers, say. */
const longestChain = 10
/** What comes again and again puts a firing off for so many times its debounce, and no longer. */
const longestDebounce = 10

/**
 * Looks at the events since the last look and notes what they fire, in one unit with the place up to which it looked:
 * an event is looked at until that is stored, and its firing has a key. True when there may be more.
 */
export async function noteEvents(parts: NoteEventsParts): Promise<boolean> {
  const { database } = parts
  const triggers = await listeningTriggers(database.read)
  if (triggers.length === 0) return false
  const since = Math.min(...triggers.map(({ sinceSeq }) => sinceSeq))
  const after = Math.max(await readCursor(database.read), since)
  const events = await readEvents(database.read, { after, limit: pageSize })
  if (events.length === 0) return false
  const found: { readonly trigger: JobTrigger; readonly firing: NewFiring }[] = []
  for (const event of events) {
    if (!firingKinds.has(event.kind)) continue
    for (const trigger of triggers) {
      // In the order of the events: the newest of a debounce says what it is about.
      const firing = trigger.sinceSeq < event.seq ? await firingOf(parts, trigger, event) : undefined
      if (firing !== undefined) found.push({ trigger, firing })
    }
  }
  await database.write(async (tables) => {
    for (const { trigger, firing } of found) await noteFiring(tables, parts, { trigger, firing })
    await writeCursor(tables, events.at(-1)!.seq)
  })
  return events.length === pageSize
}

/** Stores a firing, or joins it to one that still waits for more of its kind. False where it is known already. */
export async function noteFiring(
  tables: Tables,
  { clock, random }: Pick<NoteEventsParts, 'clock' | 'random'>,
  { trigger, firing }: { readonly trigger: JobTrigger; readonly firing: NewFiring },
): Promise<boolean> {
  const { debounceMs } = trigger.definition
  const nowMs = clock.now()
  const waiting =
    debounceMs > 0 && firing.status === undefined ? await findDebounced(tables, trigger.id, nowMs) : undefined
  const id = randomHex(random, 8)
  if (waiting === undefined) {
    const dueMs = firing.dueMs + (firing.status === undefined ? debounceMs : 0)
    return insertFiring(tables, { id, triggerId: trigger.id, notedMs: nowMs }, { ...firing, dueMs })
  }
  const joined = {
    ...firing,
    status: 'skipped',
    detail: `joined to the firing of ${timeText(waiting.nominalMs)} (debounce)`,
  } as const
  if (!(await insertFiring(tables, { id, triggerId: trigger.id, notedMs: nowMs }, joined))) return false
  return updateFiring(tables, waiting, {
    dueMs: Math.min(nowMs + debounceMs, waiting.notedMs + longestDebounce * debounceMs),
    variables: firing.variables,
    times: waiting.times + 1,
  })
}

async function firingOf(
  parts: NoteEventsParts,
  trigger: JobTrigger,
  event: RecordedEvent,
): Promise<NewFiring | undefined> {
  const { source } = trigger.definition
  const findJob = (name: string): Promise<Job | undefined> => jobOrNothing(parts, name)
  const said = source && (await matchingEvent(source, event, findJob))
  if (said === undefined) return undefined
  const chain = await chainTo(parts, event)
  const loop = chain.includes(triggerText(trigger))
  const refusal = loop
    ? `would go round: it was caused by a job that this trigger started (${chain.join(', ')})`
    : chain.length >= longestChain
      ? `is the end of a chain of ${chain.length} triggers (${chain.join(', ')})`
      : undefined
  return {
    key: `event:${event.seq}`,
    reason: 'event',
    nominalMs: event.atMs,
    dueMs: parts.clock.now(),
    variables: {
      ...commonVariables(trigger.name, event.atMs),
      ...said,
      ...(chain.length > 0 && { 'trigger.chain': chain.join(',') }),
    },
    ...(refusal !== undefined && { status: 'skipped' as const, detail: refusal }),
  }
}

/** The triggers that led to the job that caused an event; empty where none did. */
async function chainTo(parts: NoteEventsParts, event: RecordedEvent): Promise<readonly string[]> {
  const cause = await causeOf(parts, event)
  const job = cause === undefined ? undefined : await jobOrNothing(parts, cause)
  const root = job === undefined || job.root === job.name ? job : await jobOrNothing(parts, job.root)
  const chain = root?.properties[chainProperty] ?? ''
  return chain === '' ? [] : chain.split(',')
}

/** The job whose doing an event is: itself, the run of a model, who called, or the maker of a data version. */
async function causeOf({ jobOfData }: NoteEventsParts, { kind, body }: RecordedEvent): Promise<string | undefined> {
  const named = [body['job'], body['run_id']].find((name) => typeof name === 'string' && name !== '')
  if (typeof named === 'string') return named
  const by = typeof body['by'] === 'string' ? /^job:(.+)$/.exec(body['by'])?.[1] : undefined
  if (by !== undefined || kind !== 'asset.created') return by
  return jobOfData(String(body['name']), String(body['version']))
}

/** A run may have no job, and a job may be gone. */
async function jobOrNothing({ jobs }: Pick<NoteEventsParts, 'jobs'>, name: string): Promise<Job | undefined> {
  try {
    return await jobs.get(name)
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return undefined
    throw error
  }
}
