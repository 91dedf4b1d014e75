import { tarEnd, tarHeader, tarPadding } from '../base/tar.ts'
import { contentOf, type PackageFile } from './package-file.ts'

/** Where files go inside an archive. */
export interface TarPlace {
  /** Folder in front of every path, without a slash at the end; the archive's own root when absent. */
  readonly root?: string
}

interface Member {
  readonly path: string
  readonly file?: PackageFile
}

/**
 * An archive of files with every folder above them: sorted by path, owner 0, time 0, 0644 or 0755, so that the same
 * files are the same bytes.
 */
export async function* writeTar(files: readonly PackageFile[], place: TarPlace = {}): AsyncGenerator<Uint8Array> {
  for (const { path, file } of membersOf(files, place)) {
    yield headerOf(path, file)
    if (file === undefined) continue
    yield* contentOf(file)
    yield tarPadding(file.sizeBytes)
  }
  yield tarEnd
}

/** The size of that archive, without reading a file. */
export function tarSize(files: readonly PackageFile[], place: TarPlace = {}): number {
  const sizes = membersOf(files, place).map(({ path, file }) => {
    const contentSize = file?.sizeBytes ?? 0
    return headerOf(path, file).length + contentSize + tarPadding(contentSize).length
  })
  return sizes.reduce((sum, size) => sum + size, tarEnd.length)
}

function headerOf(path: string, file: PackageFile | undefined): Uint8Array {
  return file === undefined
    ? tarHeader({ path, kind: 'folder', sizeBytes: 0, mode: 0o755 })
    : tarHeader({ path, kind: 'file', sizeBytes: file.sizeBytes, mode: file.isExecutable ? 0o755 : 0o644 })
}

function membersOf(files: readonly PackageFile[], { root }: TarPlace): readonly Member[] {
  const members = new Map<string, Member>()
  for (const file of files) {
    const path = root === undefined ? file.path : `${root}/${file.path}`
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
      members.set(path.slice(0, slash), { path: path.slice(0, slash) })
    members.set(path, { path, file })
  }
  return [...members.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
}
