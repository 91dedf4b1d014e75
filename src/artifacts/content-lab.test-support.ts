import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Clock } from '../base/clock.ts'
import { SluiceError, type ErrorCode } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import type { ContentStore } from './content-store.ts'
import { filesystemContentStore } from './filesystem/index.ts'
import { databaseStatCache } from './stat-cache.ts'

/** A content store on a database, beside a folder for sources; the clock can be put forward to let files settle. */
export interface ContentLab {
  readonly store: ContentStore
  /** The store's own folder. */
  readonly folder: string
  readonly database: Database
  readonly clock: Clock
  /** From now on, files written so far are older than the racy rule's margin. */
  letFilesSettle(): void
  /** Another store object on the same folder and database, as after a restart. */
  reopen(): Promise<ContentStore>
}

export function openContentLab(database: Database, t: TestContext): ContentLab {
  const folder = join(temporaryFolder(t), 'content')
  let offsetMs = 0
  const clock: Clock = {
    now: () => Date.now() + offsetMs,
    after: () => () => undefined,
  }
  const open = (): ContentStore =>
    filesystemContentStore({ folder, database, clock, statCache: databaseStatCache({ database, clock }) })
  const store = open()
  return {
    store,
    folder,
    database,
    clock,
    letFilesSettle: () => {
      offsetMs += 3000
    },
    async reopen() {
      await store.close()
      return open()
    },
  }
}

/** A folder of the test's own, gone afterwards, read-only parts included. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  t.after(() => {
    makeWritable(folder)
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function makeWritable(folder: string): void {
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(join(folder, entry.name))
  }
}

/** Files by path; a path ending in / is an empty folder, one beginning with ! an executable. */
export type Files = Readonly<Record<string, string | Uint8Array>>

/** Writes files below a new folder and returns it. */
export function folderWith(t: TestContext, files: Files): string {
  const root = join(temporaryFolder(t), 'source')
  mkdirSync(root)
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(root, name.replace(/^!/, ''))
    if (name.endsWith('/')) {
      mkdirSync(path, { recursive: true })
      continue
    }
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes, { mode: name.startsWith('!') ? 0o755 : 0o644 })
  }
  return root
}

/** What stands below a folder, in the form `folderWith` takes. */
export function filesOf(root: string): Record<string, string> {
  const files: Record<string, string> = {}
  const walk = (folder: string): void => {
    const entries = readdirSync(join(root, folder)).sort()
    if (entries.length === 0 && folder !== '') files[`${folder}/`] = ''
    for (const name of entries) {
      const path = folder === '' ? name : `${folder}/${name}`
      const stats = lstatSync(join(root, path))
      if (stats.isDirectory()) walk(path)
      else files[(stats.mode & 0o100) === 0 ? path : `!${path}`] = readFileSync(join(root, path), 'utf8')
    }
  }
  walk('')
  return files
}

/** `count` bytes that differ from place to place and from seed to seed. */
export function bytesOf(count: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(count)
  for (let at = 0; at < count; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + seed * 131) & 255
  return bytes
}

/** For `assert.rejects` and `assert.throws`: a SluiceError of this code whose message matches. */
export function refusal(code: ErrorCode, message = /./): (error: unknown) => boolean {
  return (error) => error instanceof SluiceError && error.code === code && message.test(error.message)
}
