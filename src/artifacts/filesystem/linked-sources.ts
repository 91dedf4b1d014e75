import { lstatSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import type { Digest } from '../../base/ids.ts'
import type { ContentObjects } from './content-objects.ts'
import { removeTree } from './store-folder.ts'

/**
 * Local files that share their bytes with the store since they were ingested by link. Removing such a file changes the
 * blob's ctime, which would cost a re-read of the blob; `discard` removes it without. Known to this process only.
 */
export interface LinkedSources {
  add(localPath: string, digest: Digest): void
  /** Removes a file or folder, linked or not. */
  discard(path: string): Promise<void>
}

const maxRemembered = 100_000

/** Remembers the latest 100,000; forgetting one costs a re-read of its blob. */
export function linkedSources(objects: ContentObjects): LinkedSources {
  const linked = new Map<string, Digest>()

  return {
    add(localPath, digest) {
      linked.set(localPath, digest)
      if (linked.size > maxRemembered) linked.delete(linked.keys().next().value!)
    },
    async discard(path) {
      const absolute = resolve(path)
      if (lstatSync(absolute, { throwIfNoEntry: false }) === undefined) return
      const real = join(realpathSync(dirname(absolute)), basename(absolute))
      const inside = [...linked].filter(([source]) => source === real || source.startsWith(real + sep))
      const rows = await objects.rows.find('file', [...new Set(inside.map(([, digest]) => digest))])
      for (const [source, digest] of inside) {
        linked.delete(source)
        const row = rows.get(digest)
        if (row !== undefined) objects.unlink(row, source)
      }
      await rm(real, { recursive: true, force: true }).catch(() => removeTree(real))
    },
  }
}
