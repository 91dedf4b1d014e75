import type { Content } from '../artifacts/content-store.ts'
import type { Digest } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'

/** A place in a commit; `repository` without credentials. */
export interface CommitPlace {
  readonly repository: string
  /** 40 or 64 hex digits. */
  readonly commit: string
  readonly path: string
}

type GitFolderTables = {
  git_folder: {
    workspace: string
    repository: string
    commit_id: string
    path: string
    kind: string
    digest: string
    size_bytes: number
    file_count: number
    fetched_ms: number
  }
}

const workspace = 'default'

/** What lay there, if it was fetched before (table `git_folder`); its content may be gone meanwhile. */
export async function findGitFolder(
  tables: Tables,
  { repository, commit, path }: CommitPlace,
): Promise<Content | undefined> {
  const row = await tables
    .withTables<GitFolderTables>()
    .selectFrom('git_folder')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('repository', '=', repository)
    .where('commit_id', '=', commit)
    .where('path', '=', path)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const kind = row.kind === 'file' ? 'file' : 'folder'
  return { kind, digest: row.digest as Digest, sizeBytes: row.size_bytes, fileCount: row.file_count }
}

/** Notes what lies there: a commit never changes, so an earlier note says the same. */
export async function putGitFolder(
  tables: Tables,
  { repository, commit, path }: CommitPlace,
  { content, fetchedMs }: { readonly content: Content; readonly fetchedMs: number },
): Promise<void> {
  const { kind, digest, sizeBytes, fileCount } = content
  const found = { kind, digest, size_bytes: sizeBytes, file_count: fileCount, fetched_ms: fetchedMs }
  await tables
    .withTables<GitFolderTables>()
    .insertInto('git_folder')
    .values({ workspace, repository, commit_id: commit, path, ...found })
    .onConflict((oc) => oc.columns(['workspace', 'repository', 'commit_id', 'path']).doUpdateSet(found))
    .execute()
}
