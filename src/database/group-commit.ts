import { SluiceError } from '../base/errors.ts'
import type { Database, DatabaseConnection, Tables } from './database.ts'
import { currentEpoch } from './epoch.ts'

interface Unit {
  readonly work: (tables: Tables) => Promise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** More units than this in one transaction would only delay the first of them. */
const maxUnitsPerTransaction = 512

/** Turns a locked connection into a `Database`: queueing, savepoints, one sync for many units, the epoch check. */
export function groupCommitDatabase(connection: DatabaseConnection, epoch: number): Database {
  const queue: Unit[] = []
  let turning: Promise<void> | undefined
  let awaitingSync: (() => void)[] = []
  let syncFailed: ((error: unknown) => void)[] = []
  let syncing: Promise<void> | undefined
  let closed = false

  /** One sync at a time; whatever was committed while it ran is covered by the next. */
  async function syncAll(): Promise<void> {
    while (awaitingSync.length > 0) {
      const [acknowledge, fail] = [awaitingSync, syncFailed]
      awaitingSync = []
      syncFailed = []
      try {
        await connection.sync()
        for (const call of acknowledge) call()
      } catch (error) {
        for (const call of fail) call(error)
      }
    }
    syncing = undefined
  }

  async function runUnit(unit: Unit): Promise<() => void> {
    await connection.run('savepoint unit')
    try {
      const result = await unit.work(connection.writer)
      await connection.run('release savepoint unit')
      return () => unit.resolve(result)
    } catch (error) {
      await connection.run('rollback to savepoint unit; release savepoint unit')
      return () => unit.reject(error)
    }
  }

  async function runTransaction(units: readonly Unit[]): Promise<void> {
    try {
      await connection.begin()
      const found = await currentEpoch(connection.writer)
      if (found !== epoch) {
        throw new SluiceError(
          'ownership-lost',
          `Another server has taken this store (epoch ${found}, ours is ${epoch}).`,
          {
            hint: 'Stop this server; `sluice status` shows the one that owns the store.',
          },
        )
      }
      const outcomes: (() => void)[] = []
      // A unit alone fails with its transaction and needs no savepoint: a tenth of what a small write costs. Not so on
      // PostgreSQL, where COMMIT of a transaction that has failed or ended is no error.
      if (units.length === 1 && connection.dialect === 'sqlite') {
        const [unit] = units as readonly [Unit]
        const result = await unit.work(connection.writer)
        outcomes.push(() => unit.resolve(result))
      } else {
        // Sequential: units share one connection and may depend on each other's rows.
        for (const unit of units) outcomes.push(await runUnit(unit))
      }
      await connection.commit()
      awaitingSync.push(...outcomes)
      syncFailed.push(...units.map((unit) => unit.reject))
    } catch (error) {
      // The failing statement may have ended the transaction already; its own error is the one to report.
      await connection.rollback().catch(() => undefined)
      for (const unit of units) unit.reject(error)
    }
  }

  async function turn(): Promise<void> {
    while (queue.length > 0) {
      await new Promise((next) => setImmediate(next))
      await runTransaction(queue.splice(0, maxUnitsPerTransaction))
      if (awaitingSync.length > 0) syncing ??= syncAll()
    }
    turning = undefined
  }

  return {
    dialect: connection.dialect,
    read: connection.reader,
    write<Result>(work: (tables: Tables) => Promise<Result>): Promise<Result> {
      if (closed)
        return Promise.reject(new SluiceError('store-unavailable', 'The store is closed: the server is stopping.'))
      return new Promise<Result>((resolve, reject) => {
        queue.push({ work, resolve: (result) => resolve(result as Result), reject })
        turning ??= turn()
      })
    },
    async close() {
      closed = true
      while (turning !== undefined || syncing !== undefined) {
        await turning
        await syncing
      }
      await connection.close()
    },
  }
}
