import { lstat, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { SluiceError } from '../base/errors.ts'

const maxPathBytes = 4096
const maxSegmentBytes = 255

/**
 * Checks a path that came from outside and returns it unchanged: relative, POSIX, at most 4,096 bytes, parts of at most
 * 255. Decodes nothing: the HTTP layer decodes once, and whatever a second decoding would change is refused
 * (CVE-2024-1560). Throws `invalid-path` naming the path and the reason.
 */
export function parseArtifactPath(raw: string): string {
  const reason = whyNotAPath(raw)
  if (reason === undefined) return raw
  const shown = raw.length > 200 ? `${raw.slice(0, 200)}...` : raw
  throw new SluiceError('invalid-path', `${JSON.stringify(shown)} is not an artifact path: ${reason}.`, {
    hint: 'Use a relative path such as "model/MLmodel", with / between names.',
  })
}

function whyNotAPath(raw: string): string | undefined {
  if (raw === '') return 'it is empty'
  if (Buffer.byteLength(raw) > maxPathBytes) return `it is longer than ${maxPathBytes} bytes`
  if (!raw.isWellFormed()) return 'it is not well-formed Unicode'
  if (/[\u0000-\u001f\u007f-\u009f]/.test(raw)) return 'it holds a control character'
  if (raw.includes('\\')) return 'it holds a backslash'
  if (/%[0-9a-f]{2}/i.test(raw)) return 'it holds a percent-encoded character'
  if (raw.startsWith('/')) return 'it is absolute'
  if (/^(file:|[a-z]:)/i.test(raw)) return 'it begins with a drive or a scheme'
  for (const segment of raw.split('/')) {
    const reason = whyNotASegment(segment)
    if (reason !== undefined) return reason
  }
  return undefined
}

function whyNotASegment(segment: string): string | undefined {
  if (segment === '') return 'it has an empty part'
  if (segment === '.' || segment === '..') return `it has a part "${segment}"`
  // Windows drops these, so two names would mean one file there.
  if (/[. ]$/.test(segment)) return `the part ${JSON.stringify(segment)} ends in a dot or a space`
  if (Buffer.byteLength(segment) > maxSegmentBytes) return `a part of it is longer than ${maxSegmentBytes} bytes`
  // Full-width dots and slashes: a file system or a client that normalises would make ".." or "/" of them.
  if (/^\.{1,2}$|[/\\]/.test(segment.normalize('NFKC'))) {
    return `the part ${JSON.stringify(segment)} holds look-alikes of dots or slashes`
  }
  return undefined
}

/**
 * The absolute path of `relative` below the real folder `root`, which it cannot leave: refuses with `invalid-path` what
 * `parseArtifactPath` refuses and any symlink on the way. What does not exist yet is fine.
 */
export async function resolveUnder(root: string, relative: string): Promise<string> {
  const realRoot = await realpath(root)
  let current = realRoot
  for (const segment of parseArtifactPath(relative).split('/')) {
    current = join(current, segment)
    const stats = await lstat(current).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
      throw error
    })
    if (stats?.isSymbolicLink() === true) {
      throw new SluiceError('invalid-path', `${JSON.stringify(relative)} passes through a symbolic link (${segment}).`)
    }
  }
  const prefix = realRoot.endsWith(sep) ? realRoot : realRoot + sep
  if (current.startsWith(prefix)) return current
  throw new SluiceError('invalid-path', `${JSON.stringify(relative)} leads out of its folder.`)
}
