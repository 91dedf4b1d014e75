import type { Clock } from '../../base/clock.ts'
import type { ComputeBackend } from '../compute-backend.ts'
import { LocalBackend } from './local-backend.ts'

export interface LocalBackendSettings {
  /** How many steps of one CPU run side by side. */
  readonly cpu: number
  readonly clock: Clock
  /** Absolute path of warm_host.py; without it every attempt is a new process. */
  readonly warmHost?: string
}

/** Compute backend: processes of this machine, detached, each attempt in a session of its own. */
export function localBackend({ cpu, clock, warmHost }: LocalBackendSettings): ComputeBackend {
  return new LocalBackend({ slots: { cpu }, clock, ...(warmHost !== undefined && { warmHost }) })
}
