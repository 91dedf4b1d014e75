import type { Kysely } from 'kysely'

/**
 * The story of a write.
 *
 * Everything durable lives in one database, SQLite (embedded default) or PostgreSQL, reached through Kysely. Callers
 * hand `write` a unit of work. Units queue; whatever has queued by the next turn of the event loop becomes ONE
 * transaction (group commit), each unit in its own savepoint, so that one failing unit takes nobody with it. A unit's
 * promise resolves only when the transaction is on disk: one sync serves all units of a tick.
 *
 * Crash: a unit is either wholly there after a restart or not at all, and nothing was acknowledged that is missing.
 * Fencing: opening a store raises its epoch; every transaction checks it first, so a server that lost the store
 * (`ownership-lost`) can no longer change it.
 */
export interface Database {
  readonly dialect: Dialect
  /** Sees committed data only, never a unit of work that is under way. */
  readonly read: Tables
  /**
   * Runs `work` in a transaction and resolves with its result once that is durable. If `work` throws, its changes are
   * undone and the error is passed on. Units run one after another in the order of the calls. A unit must only await
   * statements on the tables it is given (anything else would hold up every other writer).
   */
  write<Result>(work: (tables: Tables) => Promise<Result>): Promise<Result>
  /** Waits for writes under way and frees the store. */
  close(): Promise<void>
}

export type Dialect = 'sqlite' | 'postgres'

/** Kysely without tables of its own: a store names its own with `tables.withTables<MyTables>()`. */
export type Tables = Kysely<Record<never, never>>

/** A store that somebody else may own, opened to look: no lock, no change. */
export interface DatabaseReader {
  readonly dialect: Dialect
  readonly reader: Tables
  close(): Promise<void>
}

/** What a dialect brings; `group-commit.ts` does the rest. Its transaction calls never overlap. */
export interface DatabaseConnection {
  readonly dialect: Dialect
  readonly reader: Tables
  readonly writer: Tables
  begin(): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  /** Runs SQL text without parameters on the writer (savepoints, migrations). */
  run(statements: string): Promise<void>
  /** Resolves when everything committed before the call is on disk. */
  sync(): Promise<void>
  /** Takes the store for this process until `close`; throws `store-in-use` when another server holds it. */
  lock(): Promise<void>
  close(): Promise<void>
}
