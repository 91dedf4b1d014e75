import type { JobName } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import { readEvents } from '../events/event-log.ts'

const eventsAtOnce = 1000

/** The jobs in a root job, itself excluded, that events after `afterSeq` speak of, and the last of these events. */
export async function readChangedNames(
  tables: Tables,
  root: JobName,
  afterSeq: number,
): Promise<{ readonly names: readonly JobName[]; readonly latestSeq: number }> {
  const names = new Set<JobName>()
  let latestSeq = afterSeq
  // Sequential: every page begins where the one before ended.
  for (;;) {
    const events = await readEvents(tables, { after: latestSeq, limit: eventsAtOnce, subject: root })
    for (const { body } of events) if (typeof body['job'] === 'string') names.add(body['job'] as JobName)
    latestSeq = events.at(-1)?.seq ?? latestSeq
    if (events.length < eventsAtOnce) break
  }
  names.delete(root)
  return { names: [...names], latestSeq }
}
