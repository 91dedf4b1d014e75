import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { RandomBytes } from '../base/ids.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import { principalText, type Principal } from './principal.ts'
import { secretHash, type SecretBox } from './secret-box.ts'

/**
 * The two keys of an online endpoint, as Azure ML has them: either is accepted, each is regenerated alone, so clients
 * move to one while the other is replaced. Kept sealed for `get-credentials`, and as SHA-256 for checking a request
 * without opening anything.
 */
export interface EndpointKeys {
  /** Makes both keys in the caller's transaction; an endpoint that has keys keeps them. */
  create(tables: Tables, endpoint: string): Promise<void>
  /** Both keys in the clear, for `get-credentials`. Throws `not-found`. */
  read(endpoint: string): Promise<KeyPair>
  /** Replaces one key; the other stays valid. Resolves when the old one is refused. Throws `not-found`. */
  regenerate(change: KeyChange): Promise<KeyPair>
  /** A new primary key, while the old primary becomes the secondary: valid until the next rotation. */
  rotate(change: Omit<KeyChange, 'slot'>): Promise<KeyPair>
  /** True when `presented` is one of the endpoint's keys. Takes the same time for a near miss as for a far one. */
  isValid(endpoint: string, presented: string): Promise<boolean>
  /** Forgets both keys in the caller's transaction. */
  remove(tables: Tables, endpoint: string): Promise<void>
}

type KeySlot = 'primary' | 'secondary'

export interface KeyPair {
  readonly primary: string
  readonly secondary: string
}

interface KeyChange {
  readonly endpoint: string
  readonly slot: KeySlot
  readonly by: Principal
}

interface EndpointKeyPlace {
  readonly database: Database
  readonly box: SecretBox
  readonly clock: Clock
  readonly random: RandomBytes
}

type EndpointKeyTables = {
  endpoint_key: {
    workspace: string
    endpoint: string
    slot: string
    sealed: string
    hash: string
    created_ms: number
  }
}

const workspace = 'default'
const slots: readonly KeySlot[] = ['primary', 'secondary']
/** How long a request may be checked against hashes read earlier; a key of another server's making is seen within it. */
const rememberMs = 5000
const noHash = Buffer.from(secretHash(''), 'hex')

/** The keys of every endpoint of one store. */
export function endpointKeys({ database, box, clock, random }: EndpointKeyPlace): EndpointKeys {
  const known = rememberedHashes(database, clock)

  function newRow(endpoint: string, slot: KeySlot, key: string): EndpointKeyTables['endpoint_key'] {
    const sealed = box.seal(key, identityOf(endpoint, slot))
    return { workspace, endpoint, slot, sealed, hash: secretHash(key), created_ms: clock.now() }
  }

  async function readPair(tables: Tables, endpoint: string): Promise<KeyPair> {
    const rows = await keysOf(tables, endpoint)
    const keyIn = (slot: KeySlot): string => {
      const row = rows.find((candidate) => candidate.slot === slot)
      if (row !== undefined) return box.open(row.sealed, identityOf(endpoint, slot))
      throw new SluiceError('not-found', `The endpoint "${endpoint}" has no keys.`, {
        hint: 'List the endpoints with: sluice endpoint list',
      })
    }
    return { primary: keyIn('primary'), secondary: keyIn('secondary') }
  }

  /** Both slots are written in one unit: a crash leaves the old pair or the new pair, never a mix. */
  async function replace(
    change: KeyChange | Omit<KeyChange, 'slot'>,
    next: (old: KeyPair) => KeyPair,
  ): Promise<KeyPair> {
    const { endpoint, by } = change
    const pair = await database.write(async (tables) => {
      const old = await readPair(tables, endpoint)
      const made = next(old)
      const keys = tables.withTables<EndpointKeyTables>()
      for (const slot of slots.filter((candidate) => made[candidate] !== old[candidate])) {
        const { sealed, hash, created_ms } = newRow(endpoint, slot, made[slot])
        await keys
          .updateTable('endpoint_key')
          .set({ sealed, hash, created_ms })
          .where('workspace', '=', workspace)
          .where('endpoint', '=', endpoint)
          .where('slot', '=', slot)
          .execute()
      }
      await appendEvent(tables, {
        kind: 'endpoint.key.regenerated',
        subject: endpoint,
        body: { slot: 'slot' in change ? change.slot : 'primary', by: principalText(by) },
        atMs: clock.now(),
      })
      return made
    })
    known.forget(endpoint)
    return pair
  }

  return {
    async create(tables, endpoint) {
      known.forget(endpoint)
      await tables
        .withTables<EndpointKeyTables>()
        .insertInto('endpoint_key')
        .values(slots.map((slot) => newRow(endpoint, slot, newKey(random))))
        .onConflict((conflict) => conflict.columns(['workspace', 'endpoint', 'slot']).doNothing())
        .execute()
    },
    read: (endpoint) => readPair(database.read, endpoint),
    regenerate: (change) => replace(change, (old) => ({ ...old, [change.slot]: newKey(random) })),
    rotate: (change) => replace(change, (old) => ({ primary: newKey(random), secondary: old.primary })),
    async isValid(endpoint, presented) {
      const hashes = await known.hashesOf(endpoint)
      const found = Buffer.from(secretHash(presented), 'hex')
      // Every slot is compared, and an unknown endpoint compares too: the time tells nothing.
      let isOne = false
      for (let index = 0; index < slots.length; index++)
        if (timingSafeEqual(found, hashes[index] ?? noHash) && index < hashes.length) isOne = true
      return isOne
    },
    async remove(tables, endpoint) {
      await tables
        .withTables<EndpointKeyTables>()
        .deleteFrom('endpoint_key')
        .where('workspace', '=', workspace)
        .where('endpoint', '=', endpoint)
        .execute()
      known.forget(endpoint)
    },
  }
}

interface RememberedHashes {
  hashesOf(endpoint: string): Promise<readonly Buffer[]>
  forget(endpoint: string): void
}

/** The committed hashes of an endpoint, read at most every five seconds: a scoring request costs no statement. */
function rememberedHashes(database: Database, clock: Clock): RememberedHashes {
  const remembered = new Map<string, { readonly hashes: readonly Buffer[]; readonly untilMs: number }>()
  let changes = 0
  return {
    async hashesOf(endpoint) {
      const entry = remembered.get(endpoint)
      if (entry !== undefined && clock.now() < entry.untilMs) return entry.hashes
      const before = changes
      const hashes = (await keysOf(database.read, endpoint)).map((row) => Buffer.from(row.hash, 'hex'))
      // A read that was under way while a key changed must not bring the old one back.
      if (hashes.length > 0 && changes === before)
        remembered.set(endpoint, { hashes, untilMs: clock.now() + rememberMs })
      return hashes
    },
    forget(endpoint) {
      changes++
      remembered.delete(endpoint)
    },
  }
}

async function keysOf(tables: Tables, endpoint: string): Promise<readonly EndpointKeyTables['endpoint_key'][]> {
  return tables
    .withTables<EndpointKeyTables>()
    .selectFrom('endpoint_key')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .orderBy('slot')
    .execute()
}

function identityOf(endpoint: string, slot: KeySlot): string {
  return `endpoint_key/${workspace}/${endpoint}/${slot}`
}

/** 256 random bits, 43 characters that need no escaping in a header or a shell. */
function newKey(random: RandomBytes): string {
  return Buffer.from(random(32)).toString('base64url')
}
