import type { Database } from '../database/database.ts'
import type { Usage } from './usage.ts'
import { noUsage } from './usage.ts'
import { addUsageRecord } from './usage-store.ts'

/** Stores what the first attempt of a step used. */
export function addAttempt(
  database: Database,
  whose: { readonly root: string; readonly step?: string; readonly experiment?: string; readonly attempt?: number },
  { atMs, ...usage }: Partial<Usage> & { readonly atMs: number },
): Promise<void> {
  const { root, step = '', experiment = 'e', attempt = 1 } = whose
  return database.write((tables) =>
    addUsageRecord(tables, {
      subject: { kind: 'attempt', root, job: step === '' ? root : `${root}-${step}`, step, attempt, experiment },
      usage: { ...noUsage, ...usage },
      atMs,
    }),
  )
}
