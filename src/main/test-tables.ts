import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DataTestResult, type DataTestsRequest, runDataTests } from '../data/data-tests.ts'
import { tableEngine } from '../data/table-engine.ts'
import { systemClock } from './open-store.ts'

export type { DataTestResult }

/** Asks data tests of files of this machine, without a store: a step can do it too, of its own inputs. */
export async function testTables(request: Omit<DataTestsRequest, 'nowMs'>): Promise<readonly DataTestResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tables-'))
  const engine = tableEngine({ folder })
  try {
    return await runDataTests(engine, { ...request, nowMs: systemClock.now() })
  } finally {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}
