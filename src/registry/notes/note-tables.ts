import type { Kysely } from 'kysely'
import type { Tables } from '../../database/database.ts'

type NoteTables = {
  comment: {
    comment_id: string
    kind: string
    subject: string
    body: string
    author: string
    created_ms: number
    updated_ms: number | null
  }
  saved_view: {
    view_id: string
    page: string
    name: string
    content: string
    author: string
    created_ms: number
    updated_ms: number
  }
}

export type CommentRow = NoteTables['comment']
export type SavedViewRow = NoteTables['saved_view']

/** Kysely with the tables of comments and saved views (migration 0011). */
export function noteTables(tables: Tables): Kysely<NoteTables> {
  return tables.withTables<NoteTables>()
}
