import { isAbsolute, relative, resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'

/** The place of a file that a server named: none may lead out of the folder. Throws `invalid-path`. */
export function placeInside(folder: string, path: string): string {
  const place = resolve(folder, path)
  const inside = relative(folder, place)
  if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return place
  throw new SluiceError(
    'invalid-path',
    `The server names the file ${JSON.stringify(path)}, which leads out of ${folder}.`,
  )
}
