import { SluiceError } from '../../base/errors.ts'

/**
 * Refuses what MLflow refuses in a path that is asked for by name, in its very words, before anything is looked up: `..`,
 * a path that is absolute on any system, and either behind percent signs. The artifact store has more rules, and says
 * more. Throws `invalid-request`.
 */
export function checkSafePath(path: string): void {
  let plain = path
  // As MLflow: what is encoded twice is decoded twice, to a point.
  for (let round = 0; round < 10; round++) {
    const decoded = decodedOnce(plain)
    if (decoded === plain) break
    plain = decoded
  }
  const isAbsolute = /^(\/|[a-z]:[\\/]|file:)/i.test(plain)
  if (isAbsolute || plain.split('/').includes('..')) throw new SluiceError('invalid-request', 'Invalid path')
}

/** The path without parts that name the folder they stand in: clients ask for `.`, and then for `./model`. */
export function withoutDots(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '.')
    .join('/')
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // A percent sign of a name.
  }
}
