import { messageOf, SluiceError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { randomHex, type RandomBytes } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import { insertFiring } from './firing-store.ts'
import type { JobTrigger, NewFiring, WatchState } from './job-trigger.ts'
import { updateTrigger } from './job-trigger-store.ts'
import { commonVariables } from './note-times.ts'

export interface WatchParts {
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
  /** The digest of what lies at a path or datastore path now; undefined where nothing does. Keeps nothing. */
  readonly digestOf: (path: string) => Promise<string | undefined>
}

/** What a look makes of a watched place. Pure. */
interface Look {
  readonly watch: WatchState
  /** There is new content, and it has stayed the same for long enough. */
  readonly hasChanged: boolean
}

/**
 * Content counts, not times of change: a file that was touched or written again with the same bytes is no change. New
 * content must be seen twice, the debounce apart, so that a folder that is still being filled is left alone.
 */
export function lookAt(
  watch: WatchState,
  {
    digest,
    nowMs,
    debounceMs,
  }: { readonly digest: string | undefined; readonly nowMs: number; readonly debounceMs: number },
): Look {
  const { digest: fired, changes, seen, seenSinceMs = nowMs } = watch
  const settled = { ...(fired !== undefined && { digest: fired }), changes }
  // What vanished is no new data; when it comes back as it was, nothing has changed.
  if (digest === undefined || digest === fired) return { watch: settled, hasChanged: false }
  // A clock that was set back would let it wait for ever.
  const sinceMs = seen === digest ? Math.min(seenSinceMs, nowMs) : nowMs
  if (nowMs - sinceMs < debounceMs)
    return { watch: { ...settled, seen: digest, seenSinceMs: sinceMs }, hasChanged: false }
  return { watch: { digest, changes: changes + 1 }, hasChanged: true }
}

/** Looks at the place of a trigger; what is known of it and the firing are stored as one. */
export async function watchData(parts: WatchParts, trigger: JobTrigger): Promise<void> {
  const { database, clock, random, digestOf } = parts
  const { source, debounceMs } = trigger.definition
  if (source?.type !== 'data_change') return
  let look: Look
  try {
    const digest = await digestOf(source.path)
    look = lookAt(trigger.watch, { digest, nowMs: clock.now(), debounceMs })
  } catch (error) {
    // The place may be out of reach for a while; whoever shows the trigger sees why nothing comes.
    if (!(error instanceof SluiceError) && !('code' in (error as object))) throw error
    const { problem: _, ...watch } = trigger.watch
    look = { watch: { ...watch, problem: messageOf(error) }, hasChanged: false }
  }
  const nowMs = clock.now()
  const nextMs =
    nowMs + (look.watch.seen === undefined ? source.pollMs : Math.min(source.pollMs, Math.max(debounceMs, 1000)))
  await database.write(async (tables) => {
    const isThere = await updateTrigger(tables, trigger, { watch: look.watch, nextMs })
    if (!isThere || !look.hasChanged) return
    const firing: NewFiring = {
      key: `change:${look.watch.changes}`,
      reason: 'event',
      nominalMs: nowMs,
      dueMs: nowMs,
      variables: {
        ...commonVariables(trigger.name, nowMs),
        'trigger.path': source.path,
        'trigger.digest': look.watch.digest!,
      },
    }
    await insertFiring(tables, { id: randomHex(random, 8), triggerId: trigger.id, notedMs: nowMs }, firing)
  })
}
