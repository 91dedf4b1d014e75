import { constants } from 'node:fs'
import { copyFile, link, mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mapLimit } from '../base/map-limit.ts'

/**
 * Gives a file or a folder of files a second name at `target`: real folders with hard links in them, so that programs
 * that walk a folder find everything, no byte is stored twice, and what the stores drop later stays. Copies (by
 * reflink where possible) where links cannot be made, e.g. across file systems.
 */
export async function linkTree(source: string, target: string): Promise<void> {
  if ((await stat(source)).isDirectory()) {
    await mkdir(target, { recursive: true })
    const names = await readdir(source)
    await mapLimit(names, 16, (name) => linkTree(join(source, name), join(target, name)))
    return
  }
  await mkdir(dirname(target), { recursive: true })
  try {
    await link(source, target)
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    await copyFile(source, target, constants.COPYFILE_FICLONE)
  }
}
