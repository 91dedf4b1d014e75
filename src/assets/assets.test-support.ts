import { createHash } from 'node:crypto'
import type { TestContext } from 'node:test'
import { openContentLab, type ContentLab } from '../artifacts/content-lab.test-support.ts'
import type { Digest } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import { readEvents } from '../events/event-log.ts'
import type { NewAssetVersion } from './asset.ts'
import { assetCatalogue, type AssetCatalogue } from './asset-catalogue.ts'

const sha256 = (text: string): Digest => createHash('sha256').update(text).digest('hex') as Digest

/** A catalogue over a content store. */
export interface AssetLab extends ContentLab {
  readonly catalogue: AssetCatalogue
  /** Kinds of events so far with their subject and version, oldest first. */
  events(): Promise<readonly string[]>
}

export function openAssetLab(database: Database, t: TestContext): AssetLab {
  const lab = openContentLab(database, t)
  return {
    ...lab,
    catalogue: assetCatalogue({ database, clock: lab.clock, sha256 }),
    async events() {
      const events = await readEvents(database.read, { after: 0, limit: 1000 })
      return events.map(({ kind, subject, body }) =>
        [kind, subject, body['version']].filter((part) => part !== undefined).join(' '),
      )
    },
  }
}

/** A data asset of a file whose content is told apart by `content`. */
export function rows(content: string, more: Partial<NewAssetVersion> = {}): NewAssetVersion {
  const data = {
    content: { kind: 'file', digest: sha256(content), sizeBytes: content.length, fileCount: 1 },
    baseName: 'rows.csv',
  } as const
  return { kind: 'data', name: 'rows', type: 'uri_file', definition: {}, data, createdBy: 'tester', ...more }
}
