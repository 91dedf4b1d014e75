import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../server/http-server.ts'
import type { OpenServerOptions } from './server-options.ts'

const usualPort = 7584

/** The port given, else the one this store had last (adopted steps know it), else the usual one, else any. */
export async function listen(
  { settings, log = silentLog }: OpenServerOptions,
  parts: Required<Pick<HttpServerOptions, 'routes' | 'identify' | 'traces' | 'originsOf'>>,
): Promise<HttpServer> {
  const file = join(settings.data, 'port')
  const start = (port: number): Promise<HttpServer> =>
    startHttpServer({ ...parts, host: settings.host, port, allowedHosts: settings.allowedHosts, log })
  const known = lastPort(file)
  const server =
    settings.port !== undefined && settings.port !== 0
      ? await start(settings.port)
      : await firstFree(start, [known, settings.port === 0 ? undefined : usualPort])
  if (server.port !== known) writeFileSync(file, `${server.port}\n`)
  return server
}

async function firstFree(
  start: (port: number) => Promise<HttpServer>,
  ports: readonly (number | undefined)[],
): Promise<HttpServer> {
  for (const port of ports) {
    if (port === undefined) continue
    try {
      return await start(port)
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'conflict')) throw error
    }
  }
  return start(0)
}

function lastPort(file: string): number | undefined {
  try {
    const port = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
  } catch {
    return undefined // The store has not been served yet.
  }
}
