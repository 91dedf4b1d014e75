import { createHash } from 'node:crypto'
import { textFile, type PackageFile } from './package-file.ts'

/** The name of the file that `verify` compares with. */
const manifestName = 'manifest.json'

/** The files with `manifest.json`, which names each with its size and digest; the digest of the package is the manifest's. */
export function withManifest(files: readonly PackageFile[]): {
  readonly files: readonly PackageFile[]
  readonly digest: string
} {
  const listed = [...files]
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ path, sizeBytes, digest, isExecutable }) => ({
      path,
      size_bytes: sizeBytes,
      sha256: digest,
      ...(isExecutable && { executable: true }),
    }))
  const text = `${JSON.stringify({ format: 1, files: listed }, undefined, 1)}\n`
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  return { files: [...files, textFile(manifestName, text)], digest }
}
