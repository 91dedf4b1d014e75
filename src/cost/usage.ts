/** What something used: seconds, memory as GB times seconds (10^9 bytes), GPUs held times seconds. */
export interface Usage {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly gbSeconds: number
  readonly gpuSeconds: number
}

export const noUsage: Usage = { wallSeconds: 0, cpuSeconds: 0, gbSeconds: 0, gpuSeconds: 0 }

export function addUsage(one: Usage, other: Usage): Usage {
  return {
    wallSeconds: one.wallSeconds + other.wallSeconds,
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    gbSeconds: one.gbSeconds + other.gbSeconds,
    gpuSeconds: one.gpuSeconds + other.gpuSeconds,
  }
}

/** What is known of processes: times in milliseconds, the mean of their memory. */
export interface MeasuredUsage {
  readonly wallMs: number
  readonly cpuMs: number
  readonly meanMemoryBytes?: number
  readonly gpuMs?: number
}

/** Memory counts for the whole time with its mean; what ended before the first look at its memory counts with none. */
export function usageOf({ wallMs, cpuMs, meanMemoryBytes = 0, gpuMs = 0 }: MeasuredUsage): Usage {
  const gbSeconds = ((meanMemoryBytes / 1e9) * wallMs) / 1000
  return { wallSeconds: wallMs / 1000, cpuSeconds: cpuMs / 1000, gbSeconds, gpuSeconds: gpuMs / 1000 }
}

/** What a second costs, in one currency. */
export interface Prices {
  readonly currency: string
  readonly cpuSecond: number
  readonly gbSecond: number
  readonly gpuSecond: number
}

/** What was used, in the currency of the prices. */
export function costOf({ cpuSeconds, gbSeconds, gpuSeconds }: Usage, prices: Prices): number {
  return cpuSeconds * prices.cpuSecond + gbSeconds * prices.gbSecond + gpuSeconds * prices.gpuSecond
}
