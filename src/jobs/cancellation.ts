/** Who asked for the end of a job, and what for if they said so. */
export interface Cancellation {
  readonly by: string
  readonly reason?: string
}

/** Who and, where it was said, why: "ann: the data were wrong". */
export function cancellationText({ by, reason }: Cancellation): string {
  return reason === undefined ? by : `${by}: ${reason}`
}
