import { mkdtemp, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Clock } from '../base/clock.ts'
import type { Database } from '../database/database.ts'
import { loadEncryptionKey } from './encryption-key.ts'
import { secretBox, type SecretBox } from './secret-box.ts'

/** A clock that stands still until it is turned. */
export interface HandClock extends Clock {
  turn(byMs: number): void
}

/** A clock at 2026-01-01 00:00 UTC. */
export function handClock(): HandClock {
  let nowMs = Date.UTC(2026, 0, 1)
  return {
    now: () => nowMs,
    after: () => () => undefined,
    turn(byMs) {
      nowMs += byMs
    },
  }
}

/** A folder of the test's own, gone afterwards. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-access-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A box whose key lies in a folder of the test's own. */
export async function openBox(t: TestContext, database: Database): Promise<SecretBox> {
  const place = { folder: await temporaryFolder(t), database, clock: handClock(), random: randomBytes }
  return secretBox(await loadEncryptionKey(place), randomBytes)
}
