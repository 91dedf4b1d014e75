import { createCipheriv, createDecipheriv, hash } from 'node:crypto'
import { SluiceError } from '../base/errors.ts'
import type { RandomBytes } from '../base/ids.ts'
import type { EncryptionKey } from './encryption-key.ts'

/**
 * The story of a secret at rest.
 *
 * A secret is stored as `v1.<key id>.<nonce>.<ciphertext and tag>` (base64url), AES-256-GCM with a fresh 96-bit nonce
 * (NIST SP 800-38D 8.2.2). The associated data is the identity of the row that holds it, so a sealed text copied into
 * another row, by a bug or by hand, does not open there. The key id says which key file is missing when it does not.
 */
export interface SecretBox {
  /** The id of the key in use, safe to show. */
  readonly keyId: string
  /** Encrypts for one place: only `open` with the same `identity` gives it back. */
  seal(secret: string, identity: string): string
  /** Throws `store-corrupt` when the text was sealed with another key, for another row, or was changed. */
  open(sealed: string, identity: string): string
}

const version = 'v1'
const nonceBytes = 12
const tagBytes = 16

/** A box over one key; `random` must be cryptographic. */
export function secretBox(key: EncryptionKey, random: RandomBytes): SecretBox {
  return {
    keyId: key.id,

    seal(secret, identity) {
      const nonce = random(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagBytes })
      cipher.setAAD(associatedData(key.id, identity))
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return [version, key.id, Buffer.from(nonce).toString('base64url'), ciphertext.toString('base64url')].join('.')
    },

    open(sealed, identity) {
      const [format, keyId, nonce, ciphertext] = sealed.split('.')
      if (format !== version || keyId === undefined || nonce === undefined || ciphertext === undefined) {
        throw damaged(identity, 'it is not in the form this program writes')
      }
      if (keyId !== key.id)
        throw damaged(identity, `it was sealed with key ${keyId}, and this server has key ${key.id}`)
      try {
        return decrypt({ key, nonce, ciphertext, identity })
      } catch (error) {
        throw damaged(identity, 'its seal does not match: it was changed, or moved from another row', error)
      }
    },
  }
}

interface Sealed {
  readonly key: EncryptionKey
  readonly nonce: string
  readonly ciphertext: string
  readonly identity: string
}

function decrypt({ key, nonce, ciphertext, identity }: Sealed): string {
  const bytes = Buffer.from(ciphertext, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(nonce, 'base64url'), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(associatedData(key.id, identity))
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes))
  return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - tagBytes)), decipher.final()]).toString('utf8')
}

function associatedData(keyId: string, identity: string): Buffer {
  return Buffer.from(`${version}.${keyId}.${identity}`, 'utf8')
}

function damaged(identity: string, reason: string, cause?: unknown): SluiceError {
  return new SluiceError('store-corrupt', `The secret ${identity} cannot be read: ${reason}.`, {
    hint: 'Restore the key file that belongs to this store from a backup, or make the secret anew.',
    ...(cause !== undefined && { cause }),
  })
}

/** The hex SHA-256 under which a high-entropy secret may be kept for comparison. */
export function secretHash(secret: string): string {
  return hash('sha256', secret)
}
