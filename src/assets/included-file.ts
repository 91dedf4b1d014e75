import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'

/** A list of packages is never larger. */
const largestBytes = 1_000_000

/** Text of a file beside `file`, or below its folder; undefined when it is not there, too large, or a link that leads out. */
export function includedFile(file: string, relativePath: string): string | undefined {
  try {
    const folder = realpathSync(dirname(file))
    const path = realpathSync(join(folder, relativePath))
    if (!path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return undefined
    const { size } = statSync(path)
    return size > largestBytes ? undefined : readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
