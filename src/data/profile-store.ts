import type { Digest } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import type { TableProfile } from './table-profile.ts'

/** A profile, and of what it is (table `data_profile`). The name matters, since endings say how a file is read. */
export interface StoredProfile {
  readonly digest: Digest
  readonly baseName: string
  readonly profile: TableProfile
  readonly createdMs: number
}

type ProfileTables = {
  data_profile: {
    workspace: string
    digest: string
    base_name: string
    format: number
    profile: string
    created_ms: number
  }
}

const workspace = 'default'
/** Profiles of another shape are made again. */
const format = 1

/** The profile of a content, if it was made. */
export async function findProfile(
  tables: Tables,
  { digest, baseName }: Pick<StoredProfile, 'digest' | 'baseName'>,
): Promise<StoredProfile | undefined> {
  const row = await tables
    .withTables<ProfileTables>()
    .selectFrom('data_profile')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('digest', '=', digest)
    .where('base_name', '=', baseName)
    .where('format', '=', format)
    .executeTakeFirst()
  return (
    row && { digest, baseName, profile: JSON.parse(row.profile) as TableProfile, createdMs: Number(row.created_ms) }
  )
}

/** Keeps a profile; the same content always has the same. */
export async function putProfile(
  tables: Tables,
  { digest, baseName, profile, createdMs }: StoredProfile,
): Promise<void> {
  const changing = { format, profile: JSON.stringify(profile), created_ms: createdMs }
  await tables
    .withTables<ProfileTables>()
    .insertInto('data_profile')
    .values({ workspace, digest, base_name: baseName, ...changing })
    .onConflict((oc) => oc.columns(['workspace', 'digest', 'base_name']).doUpdateSet(changing))
    .execute()
}
