import type { Clock } from '../base/clock.ts'
import type { RandomBytes } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import type { SecretBox } from './secret-box.ts'

interface SigningKeyPlace {
  readonly database: Database
  readonly box: SecretBox
  readonly clock: Clock
  readonly random: RandomBytes
}

type SigningKeyTables = {
  signing_key: { workspace: string; purpose: string; sealed: string; created_ms: number }
}

const workspace = 'default'

/**
 * The HMAC key for one purpose (`job-token`): made on first use and kept, sealed, in the store, so that what was
 * signed before a restart is still valid after it (design.md 11.3). Resolves only when the key is durable.
 */
export async function loadSigningKey(place: SigningKeyPlace, purpose: string): Promise<Buffer> {
  const { database, box, clock, random } = place
  const identity = `signing_key/${workspace}/${purpose}`
  const sealed = await database.write(async (tables) => {
    const keys = tables.withTables<SigningKeyTables>()
    const row = await keys
      .selectFrom('signing_key')
      .select('sealed')
      .where('workspace', '=', workspace)
      .where('purpose', '=', purpose)
      .executeTakeFirst()
    if (row !== undefined) return row.sealed
    const made = box.seal(Buffer.from(random(32)).toString('base64url'), identity)
    await keys.insertInto('signing_key').values({ workspace, purpose, sealed: made, created_ms: clock.now() }).execute()
    return made
  })
  return Buffer.from(box.open(sealed, identity), 'base64url')
}
