import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Content } from '../content-store.ts'

/**
 * Stores things in a process of its own, which kills itself with SIGKILL just before its Nth change of anything on
 * disk: file-system calls are counted by wrapping them, transactions at their begin and end. Prints a line for every
 * acknowledged content, and at last how many points there were.
 */
const [folder = '', source = '', killAt = ''] = process.argv.slice(2)
let points = 0

function point(): void {
  if (++points === Number(killAt)) process.kill(process.pid, 'SIGKILL')
}

const changing = [
  ...['chmodSync', 'copyFileSync', 'fchmodSync', 'fdatasync', 'fsync', 'linkSync', 'mkdirSync', 'renameSync', 'rmSync'],
  ...['unlinkSync', 'write', 'writeFileSync'],
] as const
type AnyFunction = (...args: readonly unknown[]) => unknown
const patched = fs as unknown as Record<string, AnyFunction>

function wrap(name: string, isChange: (args: readonly unknown[]) => boolean): void {
  const original = patched[name]!
  const wrapper: AnyFunction = (...args) => {
    if (isChange(args)) point()
    return original(...args)
  }
  // promisify keeps its instructions in properties of the function.
  patched[name] = Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(original))
}

for (const name of changing) wrap(name, () => true)
wrap('openSync', ([, flags]) => typeof flags === 'number' && (flags & fs.constants.O_CREAT) !== 0)
syncBuiltinESMExports()

// Only now, so that the store gets the wrapped functions.
const { sqliteConnection } = await import('../../database/sqlite/index.ts')
const { openDatabase } = await import('../../database/open-database.ts')
const { filesystemContentStore } = await import('./index.ts')
const { databaseStatCache } = await import('../stat-cache.ts')

const real = await openDatabase({
  connect: async () => sqliteConnection(join(folder, 'database')),
  migrationsFolder: join(import.meta.dirname, '../../database/migrations'),
})
points = 0
const database: typeof real = {
  ...real,
  async write(work) {
    point()
    const result = await real.write(work)
    point()
    return result
  },
}
const clock = { now: () => Date.now(), after: () => () => undefined }
const statCache = databaseStatCache({ database, clock })
const store = filesystemContentStore({ folder: join(folder, 'content'), database, statCache, clock })

function acknowledge(content: Content): void {
  fs.writeSync(1, `${JSON.stringify(content)}\n`)
}

acknowledge(await store.ingest(join(source, 'data')))
const output = await store.ingest(join(folder, 'output'), { by: 'link' })
acknowledge(output)
acknowledge(await store.write(Readable.from([Buffer.alloc(30_000, 'streamed')])))
await store.materialise(output, { by: 'link', baseName: 'x' })
await store.discard(join(folder, 'output'))
await store.close()
const total = points
await real.close()
fs.writeSync(1, `${total}\n`)
