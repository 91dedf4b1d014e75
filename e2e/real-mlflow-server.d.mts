export interface RealMlflow {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
  /** The end of what it printed. */
  output(): string
}
export declare function startRealMlflow(): Promise<RealMlflow>
