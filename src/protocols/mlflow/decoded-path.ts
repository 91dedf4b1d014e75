import { SluiceError } from '../../base/errors.ts'

/**
 * What stands behind `prefix` in the URL as it came, decoded once: what routers do to `%25` and `%2F` differs, and a
 * second decoding opens CVE-2024-1560. Throws `invalid-path`.
 */
export function decodedPath(url: string, prefix: string): string {
  const path = url.split('?', 1)[0]!
  try {
    return decodeURIComponent(path.slice(prefix.length))
  } catch (cause) {
    throw new SluiceError('invalid-path', `${path.slice(0, 200)} is not percent-encoded UTF-8.`, { cause })
  }
}
