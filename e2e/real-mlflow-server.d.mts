export interface RealMlflow {
  readonly url: string
  readonly pid: number
  /** The interpreter it runs in. */
  readonly python: string
  readonly database: string
  stop(): Promise<void>
  /** The end of what it printed. */
  output(): string
}
export declare function startRealMlflow(): Promise<RealMlflow>
