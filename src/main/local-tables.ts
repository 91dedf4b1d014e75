/** Tables of this machine without a store: for a command, which a step may be too. It loads nothing of the server. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DataTestResult, type DataTestsRequest, runDataTests } from '../data/data-tests.ts'
import { localTableEngine } from '../data/local-table-engine.ts'
import { openTable } from '../data/table-columns.ts'
import { diffTables } from '../data/table-diff.ts'
import { type TableEngine, tableEngine } from '../data/table-engine.ts'
import { tableSource } from '../data/table-source.ts'
import { DiffRequest } from '../protocols/rest/table-messages.ts'
import { snakeCase, toDiffOptions } from '../protocols/rest/table-translate.ts'
import { checkPart } from '../server/validate-request.ts'

export type { DataTestResult }

/** Files of more than this are read by a process that is watched and may be killed. */
const smallBytes = 64 << 20

/** Asks data tests of files of this machine. */
export async function testTables(request: Omit<DataTestsRequest, 'nowMs'>): Promise<readonly DataTestResult[]> {
  return withEngine(Object.values(request.paths), (engine) => runDataTests(engine, { ...request, nowMs: Date.now() }))
}

/** How two tables of this machine differ, as `POST /api/v1/tables/diff` answers; throws `invalid-request` as that does. */
export async function diffLocalTables(request: object): Promise<unknown> {
  await checkPart('body', DiffRequest, request)
  const { reference, current, ...options } = request as DiffRequest
  return withEngine([reference, current], (engine) =>
    engine.session({ readable: [reference, current] }, async (session) => {
      const tables = {
        reference: await openTable(session, 'reference', await tableSource(reference)),
        current: await openTable(session, 'current', await tableSource(current)),
      }
      return snakeCase(await diffTables(session, tables, toDiffOptions(options)))
    }),
  )
}

async function withEngine<Result>(
  paths: readonly string[],
  work: (engine: TableEngine) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tables-'))
  const isSmall = await areSmall(paths)
  const engine = isSmall ? localTableEngine({ folder }) : tableEngine({ folder })
  try {
    return await work(engine)
  } finally {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function areSmall(paths: readonly string[]): Promise<boolean> {
  let bytes = 0
  for (const path of paths) {
    // What is not there is told by who reads it.
    const found = await stat(path).catch(() => undefined)
    // Folders may lead anywhere (an MLTable file names others), so they count as large.
    if (found?.isFile() === false) return false
    bytes += found?.size ?? 0
    if (bytes > smallBytes) return false
  }
  return true
}
