/** A piece of a text that may still grow. */
export interface LogPiece {
  readonly bytes: Uint8Array
  /** Where the next piece starts. */
  readonly nextOffset: number
  /** Nothing will come after `nextOffset`. */
  readonly isComplete: boolean
}

/** Where a `LogView` reads from; the page makes one. Pieces are of any length, offsets count bytes. */
export interface LogSource {
  /** What identifies the log: another source with the same key is the same log. */
  readonly key: string
  readonly read: (offset: number, signal: AbortSignal) => Promise<LogPiece>
  /** Bytes there are now. */
  readonly size: (signal: AbortSignal) => Promise<number>
  /** Address of the whole text. */
  readonly downloadUrl?: string
}
