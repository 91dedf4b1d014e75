import type { Clock } from '../../base/clock.ts'
import type { ComputeBackend } from '../compute-backend.ts'
import { LocalBackend } from './local-backend.ts'

export interface LocalBackendSettings {
  /** How many steps of one CPU run side by side. */
  readonly cpu: number
  readonly clock: Clock
  /** Absolute path of warm_host.py; without it every attempt is a new process. */
  readonly warmHost?: string
  /** Limits are enforced by looking at the processes, also where control groups could do it. */
  readonly withoutCgroups?: boolean
}

/** Compute backend: processes of this machine, detached, each attempt in a session of its own. */
export function localBackend({ cpu, ...settings }: LocalBackendSettings): ComputeBackend {
  return new LocalBackend({ slots: { cpu }, ...settings })
}
