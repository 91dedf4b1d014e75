import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  realPath,
  type SessionOptions,
  type TableEngine,
  tableSession,
  type TableSession,
  toError,
  usualMaxRows,
} from './table-engine.ts'
import type { ChildRequest, ChildResult } from './table-engine-messages.ts'

const memoryBytes = 1 << 29

/**
 * Reads small tables in this very process, for a command that does nothing else: a second process would hold more memory
 * than they do. Sessions see what those of `tableEngine` see; nobody watches their time and what DuckDB does not count.
 */
export function localTableEngine({ folder }: { readonly folder: string }): TableEngine {
  let lastSession = 0
  return {
    async session<Result>(
      { readable, writable, maxRows = usualMaxRows }: SessionOptions,
      work: (session: TableSession) => Promise<Result>,
    ): Promise<Result> {
      // Not before: a command that asks nothing does not load DuckDB.
      const { answerTo, failureOf } = await import('./table-sessions.ts')
      const call = async <Answer extends ChildResult>(request: ChildRequest): Promise<Answer> => {
        try {
          return (await answerTo(request)) as Answer
        } catch (error) {
          throw toError(failureOf(error), memoryBytes)
        }
      }
      const session = ++lastSession
      const spill = join(folder, String(session))
      await call({
        ...{ kind: 'open', session, spill, memoryBytes, threads: 1 },
        readable: readable.map(realPath),
        ...(writable !== undefined && { writable: realPath(writable) }),
      })
      try {
        return await work(tableSession(session, maxRows, call))
      } finally {
        await call({ kind: 'close', session })
        await rm(spill, { recursive: true, force: true })
      }
    },
    close: () => Promise.resolve(),
  }
}
