import type { Log } from '../base/log.ts'
import type { Environment, Settings } from '../config.ts'
import type { Database } from '../database/database.ts'

export interface OpenServerOptions {
  readonly settings: Settings
  /** The process's variables; steps and environments get those on short lists only. */
  readonly environment: Environment
  readonly log?: Log
  /**
   * `look`: answers reading requests of its own process only, takes no lock, changes nothing and adopts no job. Default
   * `serve`; so is a store that has to be made or brought up to date first.
   */
  readonly purpose?: 'serve' | 'look'
  /** Schedules and triggers fire here by themselves: a server that goes on for good. Default: only those by hand. */
  readonly firesByItself?: boolean
}

export interface Opened {
  readonly database: Database
  readonly closing: (() => Promise<void>)[]
}
