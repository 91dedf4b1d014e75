import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { SluiceError } from '../base/errors.ts'

/**
 * Which entries of a folder living processes mention: in their environment, their command line, their working folder or
 * the files they have mapped. Throws `not-supported` where processes cannot be looked at (off Linux).
 */
export function pathsInUse(folder: string): ReadonlySet<string> {
  if (process.platform !== 'linux') {
    throw new SluiceError('not-supported', 'Which processes use a folder can be told on Linux only.')
  }
  const prefix = `${folder}/`
  const used = new Set<string>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const text of textsOf(pid)) {
      for (let at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix, at + 1)) {
        const name = /^[^/\0\s:"']+/.exec(text.slice(at + prefix.length, at + prefix.length + 256))?.[0]
        if (name !== undefined) used.add(name)
      }
    }
  }
  return used
}

function textsOf(pid: string): readonly string[] {
  const read = (look: () => string): readonly string[] => {
    try {
      return [look()]
    } catch {
      return [] // It ended meanwhile, or is another user's.
    }
  }
  return [
    ...read(() => readFileSync(`/proc/${pid}/environ`, 'latin1')),
    ...read(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')),
    ...read(() => readFileSync(`/proc/${pid}/maps`, 'latin1')),
    ...read(() => `${readlinkSync(`/proc/${pid}/cwd`)}/`),
  ]
}
