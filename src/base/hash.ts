import type { Digest } from './ids.ts'

/** SHA-256 of UTF-8 text, passed into the pure layers. */
export type Sha256 = (text: string) => Digest
