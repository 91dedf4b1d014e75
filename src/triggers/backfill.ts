import { SluiceError } from '../base/errors.ts'
import { randomHex, type RandomBytes } from '../base/ids.ts'
import type { Clock } from '../base/clock.ts'
import type { Database, Tables } from '../database/database.ts'
import { fireTimes } from '../spec/schedules/fire-times.ts'
import type { ScheduleTiming } from '../spec/schedules/schedule-timing.ts'
import { findFiringByKey, insertFiring, statusesOfKeys, updateFiring } from './firing-store.ts'
import type { JobTrigger } from './job-trigger.ts'
import { timeFiring, timeKey, timeText } from './note-times.ts'

/** A nominal time of a backfill, and what would become of it. */
export interface BackfillTime {
  readonly nominalMs: number
  /** `submit`, or why not: a firing of this time is there already. */
  readonly verdict: 'submit' | 'submitted' | 'pending'
}

interface BackfillSpan {
  readonly fromMs: number
  readonly toMs: number
}

/** More would hide a slip in a date. */
const backfillLimit = 1000

/** The nominal times of a span, both ends included, with those that have fired marked. Throws `invalid-request`. */
export async function planBackfill(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  schedule: JobTrigger,
  { fromMs, toMs }: BackfillSpan,
): Promise<readonly BackfillTime[]> {
  if (toMs < fromMs)
    throw invalid(`"to" (${timeText(toMs)}) lies before "from" (${timeText(fromMs)}).`, 'Exchange them.')
  const nowMs = clock.now()
  if (toMs > nowMs) throw invalid(`"to" (${timeText(toMs)}) lies in the future.`, 'A backfill is of times that passed.')
  const nominal = timesOf(schedule, fromMs).between({
    afterMs: fromMs - 1,
    untilMs: toMs,
    limit: backfillLimit + 1,
  })
  if (nominal.length > backfillLimit) {
    const hint = `Choose a shorter span: at most ${backfillLimit} times are backfilled at once.`
    throw invalid(`From ${timeText(fromMs)} to ${timeText(toMs)} there are more than ${backfillLimit} times.`, hint)
  }
  const known = await statusesOfKeys(database.read, schedule.id, nominal.map(timeKey))
  return nominal.map((nominalMs) => {
    const status = known.get(timeKey(nominalMs))
    return { nominalMs, verdict: status === 'submitted' || status === 'pending' ? status : 'submit' }
  })
}

/** Notes a firing for each nominal time of a span that has none; those that were skipped or failed come again. */
export async function noteBackfill(
  parts: { readonly database: Database; readonly clock: Clock; readonly random: RandomBytes },
  schedule: JobTrigger,
  span: BackfillSpan,
): Promise<readonly BackfillTime[]> {
  const planned = await planBackfill(parts, schedule, span)
  const times = timesOf(schedule, span.fromMs)
  await parts.database.write(async (tables) => {
    for (const { nominalMs, verdict } of planned)
      if (verdict === 'submit')
        await noteTime(tables, parts, {
          schedule,
          firing: timeFiring(schedule, times, { nominalMs, reason: 'backfill' }),
        })
  })
  return planned
}

async function noteTime(
  tables: Tables,
  { clock, random }: { readonly clock: Clock; readonly random: RandomBytes },
  { schedule, firing }: { readonly schedule: JobTrigger; readonly firing: ReturnType<typeof timeFiring> },
): Promise<void> {
  const notedMs = clock.now()
  if (await insertFiring(tables, { id: randomHex(random, 8), triggerId: schedule.id, notedMs }, firing)) return
  const earlier = await findFiringByKey(tables, schedule.id, firing.key)
  if (earlier === undefined || earlier.status === 'submitted' || earlier.status === 'pending') return
  const { reason, variables } = firing
  await updateFiring(tables, earlier, {
    status: 'pending',
    reason,
    variables,
    dueMs: notedMs,
    attempts: 0,
    detail: null,
  })
}

/** Cron knows no beginning; what counts from a start has no times before it. */
function timesOf(
  { definition: { timing }, name, createdMs }: JobTrigger,
  fromMs: number,
): ReturnType<typeof fireTimes> {
  if (timing === undefined) throw invalid(`${name} is a trigger: it has no times.`, 'Only schedules can be backfilled.')
  const open: ScheduleTiming =
    timing.kind === 'cron' ? { ...timing, startMs: Math.min(fromMs, timing.startMs ?? createdMs) } : timing
  return fireTimes(open, createdMs)
}

function invalid(message: string, hint: string): SluiceError {
  return new SluiceError('invalid-request', message, { hint })
}
