import { createHash, timingSafeEqual } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { SluiceError } from '../../base/errors.ts'
import type { HttpRequest } from '../../server/route.ts'

/** The header in which a caller shows that it can read the server's own file. */
const localTokenHeader = 'x-sluice-local-token'

/**
 * Lets only the same user on the same machine name paths of this machine: the token stands in a file that nobody else
 * may read. Throws `permission-denied`.
 */
export function requireLocalCaller(request: Pick<HttpRequest, 'headers'>, localToken: string): void {
  if (isLocalCaller(request, localToken)) return
  throw new SluiceError('permission-denied', 'Only the user who runs this server may name files of its machine.', {
    hint: 'Run the command on the machine of the server as the same user, with the same data folder (--data).',
  })
}

/** True for the same user on the same machine, shown by the token. */
export function isLocalCaller(request: Pick<HttpRequest, 'headers'>, localToken: string): boolean {
  const presented = request.headers[localTokenHeader]
  return typeof presented === 'string' && timingSafeEqual(hash(presented), hash(localToken))
}

/** Throws `invalid-request` unless `file` is an absolute path: the server's own folder means nothing to a caller. */
export function requireAbsolute(file: string): string {
  if (isAbsolute(file) && !file.includes('\0')) return file
  throw new SluiceError('invalid-request', `The file ${JSON.stringify(file)} is not an absolute path.`)
}

// Hashes have one length, so that the comparison's time says nothing.
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
