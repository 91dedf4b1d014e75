/** A URI as Python's urlsplit takes it apart, which is what MLflow's clients use; `scheme` is '' for a bare path. */
export interface UriParts {
  readonly scheme: string
  readonly authority: string
  readonly path: string
}

/** Scheme in lower case, authority in lower case, path without query and fragment, nothing decoded. */
export function splitUri(uri: string): UriParts {
  const found = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)/.exec(uri)!
  return { scheme: (found[1] ?? '').toLowerCase(), authority: (found[2] ?? '').toLowerCase(), path: found[3]! }
}

/** Percent escapes undone until none are left, so that no number of encodings hides a `..` (CVE-2024-1560). */
export function fullyDecoded(text: string): string {
  for (let decoded = text; ; text = decoded) {
    decoded = text.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
      Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
    )
    if (decoded === text) return decoded
  }
}

/** True when the URI is the root or below it: same scheme and authority, the root's path parts first. */
export function isWithin(uri: string, root: string): boolean {
  const [inner, outer] = [splitUri(uri), splitUri(root)]
  const outerParts = pathParts(outer.path)
  const innerParts = pathParts(inner.path)
  return (
    inner.scheme === outer.scheme &&
    inner.authority === outer.authority &&
    outerParts.length > 0 &&
    outerParts.every((part, index) => innerParts[index] === part)
  )
}

function pathParts(path: string): readonly string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map(fullyDecoded)
}
