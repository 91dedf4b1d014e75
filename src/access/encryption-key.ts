import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { messageOf, SluiceError } from '../base/errors.ts'
import type { RandomBytes } from '../base/ids.ts'
import type { Database } from '../database/database.ts'

/** The key of a store: 32 bytes, and the id that sealed texts carry (no part of the key can be learnt from it). */
export interface EncryptionKey {
  readonly id: string
  readonly bytes: Buffer
}

interface KeyPlace {
  /** The store's folder; the key lies there as `secret.key`, mode 0600. */
  readonly folder: string
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
}

type KeyTables = { encryption_key: { key_id: string; created_ms: number } }

const keyBytes = 32
const header = 'sluice-key-v1'

/**
 * The store's key: made on first use, found again ever after.
 *
 * The file is durable before the database learns its id, so after a crash between the two the next start finds the
 * file and records it. A store that knows a key id and does not find that key must never make a new one: what was
 * sealed would be lost silently. Then, and when the file is damaged or readable by others, this throws one error that
 * names the file and the id.
 */
export async function loadEncryptionKey(place: KeyPlace): Promise<EncryptionKey> {
  const file = join(place.folder, 'secret.key')
  const known = await knownKeyId(place.database)
  const found = await readKey(file)
  if (known === undefined) {
    const key = found ?? (await createKey(file, place))
    await rememberKey(place, key.id)
    return key
  }
  if (found?.id === known) return found
  const wrong = found === undefined ? 'is missing' : `holds another key (${found.id})`
  throw new SluiceError('store-corrupt', `The key file ${file} ${wrong}; this store's secrets need key ${known}.`, {
    hint:
      'Put the file back from a backup (or from the machine where this store was made), with mode 0600. ' +
      'Without it the secrets in this store cannot be read by anyone.',
  })
}

async function knownKeyId(database: Database): Promise<string | undefined> {
  const row = await database.read
    .withTables<KeyTables>()
    .selectFrom('encryption_key')
    .select('key_id')
    .executeTakeFirst()
  return row?.key_id
}

async function rememberKey({ database, clock }: KeyPlace, keyId: string): Promise<void> {
  await database.write((tables) =>
    tables
      .withTables<KeyTables>()
      .insertInto('encryption_key')
      .values({ key_id: keyId, created_ms: clock.now() })
      .execute(),
  )
}

async function readKey(file: string): Promise<EncryptionKey | undefined> {
  let text: string
  try {
    const { mode } = await stat(file)
    if ((mode & 0o077) !== 0) {
      throw new SluiceError('invalid-setting', `The key file ${file} can be read by other users of this machine.`, {
        hint: `Run: chmod 600 ${file}`,
      })
    }
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof SluiceError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SluiceError('store-unavailable', `The key file ${file} cannot be read (${messageOf(error)}).`, {
      hint: 'Check that the user who runs the server owns it.',
      cause: error,
    })
  }
  return parseKey(file, text)
}

function parseKey(file: string, text: string): EncryptionKey {
  const [found, encoded = '', ...rest] = text.trim().split(/\s+/)
  const bytes = Buffer.from(encoded, 'base64url')
  if (found !== header || bytes.length !== keyBytes || rest.length > 0) {
    throw new SluiceError('store-corrupt', `The key file ${file} is damaged: it is not a key this program wrote.`, {
      hint: 'Put the file back from a backup, with mode 0600.',
    })
  }
  return keyOf(bytes)
}

function keyOf(bytes: Buffer): EncryptionKey {
  return { id: createHash('sha256').update(`${header}.`).update(bytes).digest('hex').slice(0, 16), bytes }
}

/** The file appears under its name whole or not at all, and never replaces another's: a link, not a rename. */
async function createKey(file: string, { folder, random }: KeyPlace): Promise<EncryptionKey> {
  await mkdir(folder, { recursive: true })
  const bytes = Buffer.from(random(keyBytes))
  const draft = `${file}.${randomUUID()}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(`${header} ${bytes.toString('base64url')}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(draft)
  }
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
  const key = await readKey(file)
  return key ?? keyOf(bytes)
}
