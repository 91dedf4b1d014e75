import { principalText, type Principal } from '../../access/principal.ts'
import type { Clock } from '../../base/clock.ts'
import { SluiceError } from '../../base/errors.ts'
import { randomHex, type RandomBytes } from '../../base/ids.ts'
import type { Database, Tables } from '../../database/database.ts'
import { checkLength } from '../../tracking/limits.ts'
import { findRun } from '../../tracking/run-rows.ts'
import { existingModel, noVersion } from '../model-change.ts'
import { findVersion } from '../model-version-store.ts'
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

/** What people say about runs, models and versions. A subject or comment that does not exist throws `not-found`. */
export interface CommentStore {
  add(subject: CommentSubject, body: string, by: Principal): Promise<Comment>
  /** Oldest first. */
  list(subject: CommentSubject): Promise<readonly Comment[]>
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
