import type { JobName } from '../base/ids.ts'

/** Who acts: the person on this machine (no login on loopback), or a step of a job with its token. */
export type Principal = { readonly kind: 'local' } | { readonly kind: 'job'; readonly name: JobName }

/** The principal of every call that needs no login (design.md 8). */
export const localPrincipal: Principal = { kind: 'local' }

/** How a principal is written in histories and events: `local`, `job:brave_otter_x1y2z3`. */
export function principalText(principal: Principal): string {
  return principal.kind === 'local' ? 'local' : `job:${principal.name}`
}
