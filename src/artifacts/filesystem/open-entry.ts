import { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, type BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { messageOf, SluiceError } from '../../base/errors.ts'

/**
 * Opening what somebody else may be changing (hardening 5): a step's leftover process can put a symlink in the place of
 * a file or of a folder above it between our look and our open. Files and folders are therefore opened one name at a
 * time below the open parent folder (openat, which Node reaches through /proc/self/fd) and never through a symlink.
 * Where there is no /proc, a folder is compared with its path when it is opened and after it was read instead.
 */
export interface OpenFolder {
  readonly descriptor: number
  /** The path to open an entry by. */
  entry(name: string): string
  /** Throws `invalid-path` if entries may have been opened in another folder of the same path. */
  confirm(): void
  close(): void
}

/** A regular file as it was when it was opened; the caller closes the descriptor. */
export interface OpenFile {
  readonly descriptor: number
  readonly stats: BigIntStats
}

/** True where an open file can be named by its descriptor. */
export const hasProc = existsSync('/proc/self/fd')
const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
// Without O_NONBLOCK, opening a pipe somebody slipped in would wait for ever.
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Opens the folder at `path` (of `openPath` below an open parent). Throws `invalid-path` if it is not a real folder. */
export function openFolder(openPath: string, path: string): OpenFolder {
  let descriptor: number
  try {
    descriptor = openSync(openPath, folderFlags)
  } catch (error) {
    throw unreadable(error, path)
  }
  const base = hasProc ? `/proc/self/fd/${descriptor}` : path
  const folder: OpenFolder = {
    descriptor,
    entry: (name) => join(base, name),
    confirm() {
      if (!hasProc && lstatSync(path).ino !== fstatSync(descriptor).ino) throw replaced(path)
    },
    close: () => closeSync(descriptor),
  }
  try {
    folder.confirm()
    return folder
  } catch (error) {
    folder.close()
    throw error
  }
}

/** Opens a regular file for reading. Throws `invalid-path` for symlinks, pipes, sockets and devices. */
export function openFile(openPath: string, path: string): OpenFile {
  let descriptor: number
  try {
    descriptor = openSync(openPath, fileFlags)
  } catch (error) {
    throw unreadable(error, path)
  }
  const stats = fstatSync(descriptor, { bigint: true })
  if (stats.isFile()) return { descriptor, stats }
  closeSync(descriptor)
  throw notRegular(path, 'a special file')
}

/** `invalid-path` for what is neither a file nor a folder. */
export function notRegular(path: string, what: string): SluiceError {
  return new SluiceError('invalid-path', `${path} is ${what}; only files and folders can be stored.`, {
    hint: 'Remove it, or copy what it stands for into its place.',
  })
}

/** `invalid-path` for what somebody swapped under our hands. */
export function replaced(path: string): SluiceError {
  return new SluiceError('invalid-path', `${path} was replaced while it was read.`)
}

function unreadable(error: unknown, path: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ELOOP':
    case 'ENOTDIR':
      return notRegular(path, 'a symbolic link')
    case 'ENXIO':
      return notRegular(path, 'a special file')
    case 'ENOENT':
      return new SluiceError('not-found', `${path} does not exist.`, { cause: error })
    case 'EACCES':
    case 'EPERM':
      return new SluiceError('invalid-path', `${path} cannot be read (${messageOf(error)}).`, {
        hint: 'Make it readable for the user who runs sluice.',
        cause: error,
      })
    default:
      return error
  }
}
