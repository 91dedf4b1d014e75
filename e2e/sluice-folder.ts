import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { programCache } from './python-environments.mjs'

const root = join(import.meta.dirname, '..')

export interface SluiceFolder {
  /** Where the command runs: the files of the example, or nothing yet. */
  readonly folder: string
  /** The data folder of the program. */
  readonly store: string
  /** Runs the program there on a store beside it; gives what it printed. A command that fails, fails. */
  readonly sluice: (...args: string[]) => Promise<string>
}

/** A folder as a user has it, with a copy of an example where one is named; server and files are gone after the test. */
export function openSluiceFolder(
  t: TestContext,
  {
    example,
    variables = {},
  }: { readonly example?: string; readonly variables?: Readonly<Record<string, string>> } = {},
): SluiceFolder {
  const place = mkdtempSync(join(tmpdir(), 'sluice-folder-'))
  const folder = join(place, example ?? 'work')
  if (example === undefined) mkdirSync(folder)
  else cpSync(join(root, 'examples', example), folder, { recursive: true })
  const store = join(place, 'store')
  const own = { SLUICE_CACHE: programCache, SLUICE_DATA: store, SLUICE_PORT: '0' }
  const env = { ...process.env, ...own, ...variables }
  const sluice = async (...args: string[]): Promise<string> => {
    const command = [join(root, 'bin/sluice.mjs'), ...args]
    return (await promisify(execFile)(process.execPath, command, { cwd: folder, env, maxBuffer: 1 << 26 })).stdout
  }
  t.after(async () => {
    await sluice('down').catch(() => undefined)
    rmSync(place, { recursive: true, force: true })
  })
  return { folder, store, sluice }
}
