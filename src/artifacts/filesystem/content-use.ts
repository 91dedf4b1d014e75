import type { Clock } from '../../base/clock.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import type { Content } from '../content-store.ts'

type ContentKind = Content['kind']

/**
 * Which contents were looked at or stored lately, so that a sweep beside running work takes nothing away that is about
 * to be named: whoever relies on a content touches it first, and a sweep removes only what nobody touched for a while.
 * Both sides run in one process (a store has one owner), so a touch comes either before the sweep's choice, which then
 * leaves the content alone, or after it, and then waits until the removal is done and finds the content missing.
 * After a restart nothing is remembered, and nothing is needed: what was under way is gone with its process.
 */
export interface ContentUse {
  /** Call before relying on contents being there; resolves at once unless one of them is just being removed. */
  touch(kind: ContentKind, digests: readonly Digest[]): Promise<void>
  /** Throws `conflict` where too much was touched to remember it all. */
  isRecent(kind: ContentKind, digest: Digest): boolean
  /** Removes those of `digests` that nobody touched lately; whoever touches one meanwhile waits for the end. */
  remove(
    kind: ContentKind,
    digests: readonly Digest[],
    work: (unused: readonly Digest[]) => Promise<void>,
  ): Promise<void>
}

/** How long a content that was touched is left alone: longer than reading the inputs of a submission takes. */
const graceMs = 3_600_000
/** About 20 MB; work that touches more in an hour is no time for a sweep. */
const mostRemembered = 250_000

/** Remembers touches for one to two hours. */
export function contentUse(clock: Clock): ContentUse {
  let current = new Set<string>()
  let previous = new Set<string>()
  let turnedMs = clock.now()
  let overflowedMs = -Infinity
  const removing = new Map<string, Promise<void>>()

  function turn(): void {
    if (clock.now() - turnedMs < graceMs) return
    previous = clock.now() - turnedMs < 2 * graceMs ? current : new Set()
    current = new Set()
    turnedMs = clock.now()
  }

  function isRecent(kind: ContentKind, digest: Digest): boolean {
    turn()
    if (clock.now() - overflowedMs < 2 * graceMs) {
      throw new SluiceError('conflict', 'So much was stored and read lately that nothing can safely be removed.', {
        hint: 'Try again two hours after the work is done.',
      })
    }
    const key = keyOf(kind, digest)
    return current.has(key) || previous.has(key)
  }

  return {
    isRecent,
    async touch(kind, digests) {
      turn()
      let waiting: Promise<void> | undefined
      for (const digest of digests) {
        const key = keyOf(kind, digest)
        if (current.size < mostRemembered) current.add(key)
        else overflowedMs = clock.now()
        waiting ??= removing.get(key)
      }
      if (waiting === undefined) return
      // Sequential: all are there already or on their way.
      for (const digest of digests) await removing.get(keyOf(kind, digest))
    },
    async remove(kind, digests, work) {
      const unused = digests.filter((digest) => !isRecent(kind, digest))
      if (unused.length === 0) return
      // Told of before anything is done, so that nobody looks in between.
      let tell = (): void => undefined
      const done = new Promise<void>((resolve) => (tell = resolve))
      for (const digest of unused) removing.set(keyOf(kind, digest), done)
      try {
        await work(unused)
      } finally {
        for (const digest of unused) removing.delete(keyOf(kind, digest))
        tell()
      }
    },
  }
}

/** 64 bits tell enough apart: two that share a key keep each other a little longer. */
function keyOf(kind: ContentKind, digest: Digest): string {
  return kind.charAt(1) + digest.slice(0, 16)
}
