import { principalText, type Principal } from '../../access/principal.ts'
import type { Clock } from '../../base/clock.ts'
import { SluiceError } from '../../base/errors.ts'
import { randomHex, type RandomBytes } from '../../base/ids.ts'
import type { Database, Tables } from '../../database/database.ts'
import type { Page } from '../../tracking/entities.ts'
import { checkAdoptedId, checkLength, checkMaxResults } from '../../tracking/limits.ts'
import { findRun } from '../../tracking/run-rows.ts'
import { decodePageToken, encodePageToken } from '../../tracking/search/page-token.ts'
import { existingModel, noVersion } from '../model-change.ts'
import { findVersion } from '../model-version-store.ts'
import { modelName } from '../registered-model-store.ts'
import { noteTables, type CommentRow } from './note-tables.ts'

/** What may be commented on. */
export type CommentSubject =
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'model'; readonly name: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: number }

export interface Comment {
  readonly commentId: string
  readonly body: string
  readonly author: string
  readonly createdMs: number
  /** Absent where it was never changed. */
  readonly updatedMs?: number
}

/** A comment with what it is about. */
export type PlacedComment = Comment & { readonly subject: CommentSubject }

/** What people say about runs, models and versions. A subject or comment that does not exist throws `not-found`. */
export interface CommentStore {
  add(subject: CommentSubject, body: string, by: Principal): Promise<Comment>
  /** Oldest first. */
  list(subject: CommentSubject): Promise<readonly Comment[]>
  /** Those on everything, oldest first. */
  listAll(page: { readonly maxResults: number; readonly pageToken?: string }): Promise<Page<PlacedComment>>
  /** Takes over a comment of another store as it is, author included; false where there is one of that id. */
  adopt(comment: PlacedComment): Promise<boolean>
  /** Throws `permission-denied` for another's comment. */
  edit(commentId: string, body: string, by: Principal): Promise<Comment>
  /** Throws `permission-denied` for another's comment. */
  delete(commentId: string, by: Principal): Promise<void>
}

const maxLength = 20_000

export function commentStore(parts: {
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
}): CommentStore {
  const { database, clock, random } = parts
  return {
    add: async (subject, body, by) => {
      checkBody(body)
      const row: CommentRow = {
        comment_id: randomHex(random, 16),
        kind: subject.kind,
        subject: '',
        body,
        author: principalText(by),
        created_ms: clock.now(),
        updated_ms: null,
      }
      await database.write(async (tables) => {
        const identity = await identityOf(tables, subject)
        await noteTables(tables)
          .insertInto('comment')
          .values({ ...row, subject: identity })
          .execute()
      })
      return commentOf(row)
    },
    list: async (subject) => {
      const rows = await noteTables(database.read)
        .selectFrom('comment')
        .selectAll()
        .where('kind', '=', subject.kind)
        .where('subject', '=', await identityOf(database.read, subject))
        .orderBy('created_ms')
        .orderBy('comment_id')
        .execute()
      return rows.map(commentOf)
    },
    listAll: (page) => listAll(database.read, page),
    adopt: async (comment) => {
      checkBody(comment.body)
      checkAdoptedId('id', comment.commentId)
      return database.write(async (tables) => {
        const { subject, commentId, body, author, createdMs, updatedMs } = comment
        const row = {
          comment_id: commentId,
          kind: subject.kind,
          subject: await identityOf(tables, subject),
          body,
          author,
        }
        const times = { created_ms: createdMs, updated_ms: updatedMs ?? null }
        const { numInsertedOrUpdatedRows } = await noteTables(tables)
          .insertInto('comment')
          .values({ ...row, ...times })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow()
        return Number(numInsertedOrUpdatedRows) > 0
      })
    },
    edit: async (commentId, body, by) => {
      checkBody(body)
      return database.write(async (tables) => {
        const row = await ownComment(tables, commentId, by)
        const changed = { ...row, body, updated_ms: clock.now() }
        const { updated_ms } = changed
        const comments = noteTables(tables).updateTable('comment').set({ body, updated_ms })
        await comments.where('comment_id', '=', commentId).execute()
        return commentOf(changed)
      })
    },
    delete: (commentId, by) =>
      database.write(async (tables) => {
        await ownComment(tables, commentId, by)
        await noteTables(tables).deleteFrom('comment').where('comment_id', '=', commentId).execute()
      }),
  }
}

const listToken = 'comments'

async function listAll(
  tables: Tables,
  { maxResults, pageToken }: { readonly maxResults: number; readonly pageToken?: string },
): Promise<Page<PlacedComment>> {
  checkMaxResults(maxResults, 1000)
  const after = decodePageToken(pageToken, listToken, () => ['number', 'string'])
  let query = noteTables(tables)
    .selectFrom('comment')
    .selectAll()
    .orderBy('created_ms')
    .orderBy('comment_id')
    .limit(maxResults + 1)
  if (after !== undefined) {
    const [createdMs, id] = after as readonly [number, string]
    query = query.where((eb) =>
      eb.or([eb('created_ms', '>', createdMs), eb.and([eb('created_ms', '=', createdMs), eb('comment_id', '>', id)])]),
    )
  }
  const rows = await query.execute()
  const shown = rows.slice(0, maxResults)
  const items: PlacedComment[] = []
  for (const row of shown) {
    const subject = await subjectOf(tables, row)
    if (subject !== undefined) items.push({ ...commentOf(row), subject })
  }
  const last = shown.at(-1)
  if (rows.length <= maxResults || last === undefined) return { items }
  return { items, nextPageToken: encodePageToken(listToken, [last.created_ms, last.comment_id]) }
}

/** Undefined where the model was deleted. */
async function subjectOf(tables: Tables, { kind, subject }: CommentRow): Promise<CommentSubject | undefined> {
  if (kind === 'run') return { kind, runId: subject }
  const [id, version] = subject.split('/')
  const name = await modelName(tables, Number(id))
  if (name === undefined) return undefined
  return version === undefined ? { kind: 'model', name } : { kind: 'version', name, version: Number(version) }
}

/** Takes the comments on these runs away with them. */
export async function deleteRunComments(tables: Tables, runIds: readonly string[]): Promise<void> {
  await noteTables(tables)
    .deleteFrom('comment')
    .where('kind', '=', 'run')
    .where('subject', 'in', ['', ...runIds])
    .execute()
}

function checkBody(body: string): void {
  if (body.trim() === '') throw new SluiceError('invalid-request', 'A comment cannot be empty.')
  checkLength(body, 'body', maxLength)
}

/** Models are known by an id of their own, so that comments stay with one that is renamed. */
async function identityOf(tables: Tables, subject: CommentSubject): Promise<string> {
  if (subject.kind === 'run') return (await findRun(tables, subject.runId)).run_id
  const model = await existingModel(tables, subject.name)
  if (subject.kind === 'model') return String(model.id)
  const version = await findVersion(tables, subject.name, subject.version)
  if (version === undefined) throw noVersion(subject.name, subject.version)
  return `${model.id}/${subject.version}`
}

async function ownComment(tables: Tables, commentId: string, by: Principal): Promise<CommentRow> {
  const row = await noteTables(tables)
    .selectFrom('comment')
    .selectAll()
    .where('comment_id', '=', commentId)
    .executeTakeFirst()
  if (row === undefined) throw new SluiceError('not-found', `There is no comment ${commentId.slice(0, 100)}.`)
  if (row.author === principalText(by)) return row
  throw new SluiceError('permission-denied', `The comment is by ${row.author}; only they change or delete it.`)
}

function commentOf(row: CommentRow): Comment {
  return {
    commentId: row.comment_id,
    body: row.body,
    author: row.author,
    createdMs: row.created_ms,
    ...(row.updated_ms !== null && { updatedMs: row.updated_ms }),
  }
}
