import { principalText, type Principal } from '../../access/principal.ts'
import type { Clock } from '../../base/clock.ts'
import { SluiceError } from '../../base/errors.ts'
import { randomHex, type RandomBytes } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Database, Tables } from '../../database/database.ts'
import { checkAdoptedId, checkLength, limits } from '../../tracking/limits.ts'
import { noteTables, type SavedViewRow } from './note-tables.ts'

/** How somebody likes to look at a page: filter, order, columns, charts, whatever the page keeps of itself. */
export interface SavedView {
  readonly viewId: string
  /** Which page it is of, e.g. `runs`. */
  readonly page: string
  readonly name: string
  readonly content: JsonObject
  readonly author: string
  readonly createdMs: number
  readonly updatedMs: number
}

/** Saved views, which everybody sees. An unknown one throws `not-found`, a name that its page has `already-exists`. */
export interface SavedViewStore {
  create(view: Pick<SavedView, 'page' | 'name' | 'content'>, by: Principal): Promise<SavedView>
  get(viewId: string): Promise<SavedView>
  /** Of one page, or all, by page and name. */
  list(page?: string): Promise<readonly SavedView[]>
  update(viewId: string, changes: Partial<Pick<SavedView, 'name' | 'content'>>): Promise<SavedView>
  delete(viewId: string): Promise<void>
  /** Takes over a view of another store as it is, author included; false where there is one of that id. */
  adopt(view: SavedView): Promise<boolean>
}

const maxContentLength = 200_000

export function savedViewStore(parts: {
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
}): SavedViewStore {
  const { database, clock, random } = parts
  const read = async (viewId: string) => viewOf(await findView(database.read, viewId))
  return {
    create: async ({ page, name, content }, by) => {
      checkLength(page, 'page', limits.key)
      const viewId = randomHex(random, 16)
      const nowMs = clock.now()
      const row: SavedViewRow = {
        view_id: viewId,
        page,
        name: checkedName(name),
        content: contentText(content),
        author: principalText(by),
        created_ms: nowMs,
        updated_ms: nowMs,
      }
      await database.write(async (tables) => {
        await checkFree(tables, row)
        await noteTables(tables).insertInto('saved_view').values(row).execute()
      })
      return read(viewId)
    },
    adopt: async ({ viewId, page, name, content, author, createdMs, updatedMs }) => {
      checkAdoptedId('id', viewId)
      checkLength(page, 'page', limits.key)
      const times = { created_ms: createdMs, updated_ms: updatedMs }
      const row = { view_id: viewId, page, name: checkedName(name), content: contentText(content), author, ...times }
      return database.write(async (tables) => {
        const views = noteTables(tables).selectFrom('saved_view').select('view_id')
        if ((await views.where('view_id', '=', viewId).executeTakeFirst()) !== undefined) return false
        await checkFree(tables, row)
        await noteTables(tables).insertInto('saved_view').values(row).execute()
        return true
      })
    },
    get: read,
    list: async (page) => {
      let query = noteTables(database.read).selectFrom('saved_view').selectAll().orderBy('page').orderBy('name')
      if (page !== undefined) query = query.where('page', '=', page)
      return (await query.execute()).map(viewOf)
    },
    update: async (viewId, { name, content }) => {
      await database.write(async (tables) => {
        const row = await findView(tables, viewId)
        if (name !== undefined && name !== row.name) await checkFree(tables, { ...row, name })
        const changes = {
          ...(name !== undefined && { name: checkedName(name) }),
          ...(content !== undefined && { content: contentText(content) }),
          updated_ms: clock.now(),
        }
        await noteTables(tables).updateTable('saved_view').set(changes).where('view_id', '=', viewId).execute()
      })
      return read(viewId)
    },
    delete: (viewId) =>
      database.write(async (tables) => {
        await findView(tables, viewId)
        await noteTables(tables).deleteFrom('saved_view').where('view_id', '=', viewId).execute()
      }),
  }
}

function checkedName(name: string): string {
  if (name.trim() === '') throw new SluiceError('invalid-request', 'The name of a view cannot be empty.')
  checkLength(name, 'name', limits.key)
  return name
}

function contentText(content: JsonObject): string {
  const text = JSON.stringify(content)
  if (text.length <= maxContentLength) return text
  throw new SluiceError(
    'limit-exceeded',
    `A view is ${text.length} characters of JSON; at most ${maxContentLength} are kept.`,
  )
}

async function findView(tables: Tables, viewId: string): Promise<SavedViewRow> {
  const row = await noteTables(tables)
    .selectFrom('saved_view')
    .selectAll()
    .where('view_id', '=', viewId)
    .executeTakeFirst()
  if (row !== undefined) return row
  throw new SluiceError('not-found', `There is no saved view ${viewId.slice(0, 100)}.`)
}

async function checkFree(tables: Tables, { page, name }: Pick<SavedViewRow, 'page' | 'name'>): Promise<void> {
  const found = await noteTables(tables)
    .selectFrom('saved_view')
    .select('view_id')
    .where('page', '=', page)
    .where('name', '=', name)
    .executeTakeFirst()
  if (found === undefined) return
  throw new SluiceError('already-exists', `The page "${page}" has a view named "${name}" already.`, {
    hint: `Choose another name, or change that view (${found.view_id}).`,
  })
}

function viewOf(row: SavedViewRow): SavedView {
  return {
    viewId: row.view_id,
    page: row.page,
    name: row.name,
    content: JSON.parse(row.content) as JsonObject,
    author: row.author,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }
}
