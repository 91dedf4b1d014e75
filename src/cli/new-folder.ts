import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SluiceError } from '../base/errors.ts'

/**
 * Makes a folder that must not exist yet (or is empty): what `fill` writes beside it takes its place when it is whole, so
 * that an interruption leaves no half folder behind. Throws `already-exists` before anything is written.
 */
export async function makeFolder(target: string, hint: string, fill: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(target) && (await readdir(target).catch(() => ['a file'])).length > 0)
    throw new SluiceError('already-exists', `${target} exists and is not an empty folder; nothing was changed.`, {
      hint,
    })
  await mkdir(dirname(target), { recursive: true })
  const temporary = `${target}.${process.pid}.new`
  try {
    await fill(temporary)
    // An empty folder may be renamed over; anything else that came meanwhile is an error.
    await rename(temporary, target)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}
