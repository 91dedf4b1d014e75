import type { IncomingHttpHeaders } from 'node:http'
import type { HttpReply } from './route.ts'

/** What serving asks of an `AbortSignal`; making a real one for each request costs more than the rest of it. */
interface ClientSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', left: () => void): void
  removeEventListener(type: 'abort', left: () => void): void
}

/** Aborted when the connection closes before the answer is written. */
export function clientSignal({ raw }: Pick<HttpReply, 'raw'>): ClientSignal {
  const listeners = new Set<() => void>()
  const signal = {
    aborted: false,
    addEventListener: (_type: 'abort', left: () => void) => void listeners.add(left),
    removeEventListener: (_type: 'abort', left: () => void) => void listeners.delete(left),
  }
  raw.once('close', () => {
    if (raw.writableFinished) return
    signal.aborted = true
    for (const left of [...listeners]) left()
  })
  return signal
}

/** The key in `Authorization: Bearer KEY`; undefined without one. */
export function bearerKey({ authorization }: Pick<IncomingHttpHeaders, 'authorization'>): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}

/** What only this server is to know. */
const kept = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-sluice-local-token'])

/** Headers as a script's `request_headers` has them in Azure ML: `X-Ms-Request-Id`, without credentials. */
export function scriptHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const entries = Object.entries(headers)
    .filter(([name, value]) => value !== undefined && !kept.has(name))
    .map(([name, value]) => [titleCase(name), typeof value === 'string' ? value : value!.join(',')] as const)
  return Object.fromEntries(entries)
}

function titleCase(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, start: string, letter: string) => start + letter.toUpperCase())
}
