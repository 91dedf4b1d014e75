/** Attempts to tell somebody outside: after 1, 2, 4... seconds again, ten in all, over about 17 minutes. */
const most = 10
const firstDelayMs = 1000
const longestDelayMs = 600_000

/** What became of a delivery that was tried `attempts` times before and now `isDelivered` or not. */
export function afterAttempt(
  attempts: number,
  { isDelivered, nowMs }: { readonly isDelivered: boolean; readonly nowMs: number },
): {
  readonly state: 'delivered' | 'failed' | 'pending'
  readonly attempts: number
  /** When it is due again, where it is pending; epoch milliseconds. */
  readonly nextMs: number
} {
  const tried = attempts + 1
  return {
    state: isDelivered ? 'delivered' : tried >= most ? 'failed' : 'pending',
    attempts: tried,
    nextMs: nowMs + Math.min(longestDelayMs, firstDelayMs * 2 ** attempts),
  }
}
