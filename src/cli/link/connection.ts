import { setTimeout } from 'node:timers/promises'
import { SluiceError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Environment, Settings } from '../../config.ts'
import type { OpenServer, OpenServerOptions } from '../../main.ts'
import { startBackgroundServer } from './background-server.ts'
import type { RestClient } from './rest-client.ts'
import { restClient } from './rest-client.ts'
import type { ServerRecord } from './server-record.ts'
import { liveServer, readServerRecord } from './server-record.ts'

/*
 * Every command talks REST. To whom, in this order: the server that --url names; the server of the data folder, if one
 * lives; else the store is opened in this very process and served on loopback while the command works, so that a second
 * command finds it. One process at a time has the store: whoever comes second waits a moment and then finds the first.
 */

/**
 * What a command needs of its server. `look`: answers to questions, changing nothing. `work`: answers while it works. `leave`: somebody who runs jobs after the command
 * has ended. `stay`: a server that goes on for good. For the last two one is started in the background where none runs.
 */
export type Purpose = 'look' | 'work' | 'leave' | 'stay'

export interface Connection {
  /** May be another one after `recover`. */
  readonly client: RestClient
  /** The store is open in this process. */
  readonly isInProcess: boolean
  /** A background server was started for this command. */
  readonly startedServer: boolean
  /** Ends the connection. A store that is open here is handed over first while jobs still run. */
  close(): Promise<void>
  /** Gives a store that is open here to a server in the background, which has its port and goes on until no job is left. */
  handOver(): Promise<void>
  /** Ends the connection and frees a store that is open here; its steps go on, and the next server adopts them. */
  release(): Promise<void>
  /**
   * Looks for the server again after it went away, and opens the store here if there is none and `mayOpen` says so. Does
   * nothing for a server elsewhere, or while the store is open here.
   */
  recover(options: { readonly mayOpen: boolean }): Promise<void>
}

export interface ConnectOptions {
  readonly settings: Settings
  readonly environment: Environment
  readonly program: readonly string[]
  readonly openServer: (options: OpenServerOptions) => Promise<OpenServer>
  readonly purpose: Purpose
  /** What the store has to say while it is open here. */
  readonly log?: Log
  /** How long another process may hold the store without serving it. */
  readonly patienceMs?: number
}

type OpenOptions = Pick<ConnectOptions, 'settings' | 'environment' | 'openServer' | 'patienceMs' | 'log'> & {
  readonly purpose?: Purpose
  /** See `OpenServerOptions`. */
  readonly firesByItself?: boolean
}

/** Finds or makes the server of a command. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  let link = await findLink(options)
  return {
    get client() {
      return link.client
    },
    get isInProcess() {
      return link.server !== undefined
    },
    startedServer: link.startedServer === true,
    release: () => release(link),
    handOver: () => handOver(link, options),
    // Others may have submitted jobs to the server of this command, and it may have adopted some itself.
    close: async () => ((await hasLiveJobs(link.server)) ? handOver(link, options) : release(link)),
    recover: async ({ mayOpen }) => {
      if (options.settings.url !== undefined || link.server !== undefined) return
      const live = await liveServer(options.settings.data)
      if (live === undefined && !mayOpen) return
      link.client.close()
      link = live === undefined ? await openLink(options) : remoteLink(live)
    },
  }
}

/** A client, and the server behind it where that is open in this process. */
interface Link {
  readonly client: RestClient
  readonly startedServer?: boolean
  readonly server?: OpenServer
  isReleased?: boolean
}

async function findLink(options: ConnectOptions): Promise<Link> {
  const { settings, purpose } = options
  if (settings.url !== undefined) {
    const record = await readServerRecord(settings.data)
    // The token goes to the server that wrote it and to no other.
    const isOurs = record !== undefined && sameServer(record.url, settings.url)
    const { url, token } = settings
    const client = restClient(url, {
      ...(isOurs && { localToken: record.localToken }),
      ...(token !== undefined && { token }),
    })
    return { client }
  }
  const live = await liveServer(settings.data)
  if (live !== undefined) return remoteLink(live)
  if (purpose === 'work' || purpose === 'look') return openLink(options)
  const started = await startBackgroundServer({ ...options, exitWhenIdle: purpose === 'leave' })
  return { ...remoteLink(started), startedServer: true }
}

async function openLink(options: ConnectOptions): Promise<Link> {
  const found = await openOrFind(options)
  return 'pid' in found ? remoteLink(found) : { client: restClient(found.url, found), server: found }
}

function remoteLink(record: ServerRecord): Link {
  return { client: restClient(record.url, record) }
}

/** A job whose end was seen a moment ago may still be counted; whatever is counted longer is alive. */
async function hasLiveJobs(server: OpenServer | undefined): Promise<boolean> {
  for (let tries = 0; tries < 20 && server !== undefined && server.liveJobs() > 0; tries++) await setTimeout(10)
  return server !== undefined && server.liveJobs() > 0
}

async function release(link: Link): Promise<void> {
  link.client.close()
  if (link.server === undefined || link.isReleased === true) return
  link.isReleased = true
  await link.server.close()
}

async function handOver(link: Link, options: ConnectOptions): Promise<void> {
  const isOpenHere = link.server !== undefined && link.isReleased !== true
  await release(link)
  if (isOpenHere) await startBackgroundServer({ ...options, exitWhenIdle: true })
}

/**
 * Opens the store, or finds the server of whoever has it open; waits for one that only looks, or that is just starting or
 * ending.
 */
export async function openOrFind({
  settings,
  environment,
  openServer,
  log,
  purpose,
  firesByItself = false,
  patienceMs = 15_000,
}: OpenOptions): Promise<OpenServer | ServerRecord> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await openServer({
        settings,
        environment,
        purpose: purpose === 'look' ? 'look' : 'serve',
        firesByItself,
        ...(log !== undefined && { log }),
      })
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== 'store-in-use') throw error
      const live = await liveServer(settings.data)
      if (live !== undefined) return live
      if (performance.now() > deadline) throw error
      await setTimeout(50)
    }
  }
}

function sameServer(left: string, right: string): boolean {
  return left.replace(/\/+$/, '') === right.replace(/\/+$/, '')
}
