/** A piece of a text that may still grow. */
export interface LogPiece {
  readonly bytes: Uint8Array
  /** Where the next piece starts. */
  readonly nextOffset: number
  /** Nothing will come after `nextOffset`. */
  readonly isComplete: boolean
}

/** Lines with a text, as a server found them. */
export interface LogHits {
  /** Bytes at which the lines begin, in order. */
  readonly offsets: readonly number[]
  /** Where to go on; absent at the end of the log. */
  readonly nextOffset?: number
}

/** Where a `LogView` reads from; the page makes one. Pieces are of any length, offsets count bytes. */
export interface LogSource {
  /** What identifies the log: another source with the same key is the same log. */
  readonly key: string
  readonly read: (offset: number, signal: AbortSignal) => Promise<LogPiece>
  /** Bytes there are now. */
  readonly size: (signal: AbortSignal) => Promise<number>
  /**
   * The lines from `offset` (the start of a line) on that have a text, of any case. Absent: the text itself is looked
   * through here.
   */
  readonly search?: (
    wish: { readonly text: string; readonly offset: number; readonly limit: number },
    signal: AbortSignal,
  ) => Promise<LogHits>
  /** Address of the whole text. */
  readonly downloadUrl?: string
}
