import { Type, type Static } from '@sinclair/typebox'
import type { JsonObject } from '../../../base/json.ts'
import type { CommentStore, CommentSubject, PlacedComment } from '../../../registry/notes/comment-store.ts'
import type { SavedViewStore } from '../../../registry/notes/saved-view-store.ts'
import type { Route } from '../../../server/route.ts'
import { listOf, time } from '../messages.ts'
import { wireTime } from '../translate.ts'

interface AdoptParts {
  readonly comments: Pick<CommentStore, 'listAll' | 'adopt'>
  readonly views: Pick<SavedViewStore, 'adopt'>
}

const Subject = Type.Union([
  Type.Object({ kind: Type.Literal('run'), run_id: Type.String() }),
  Type.Object({ kind: Type.Literal('model'), name: Type.String() }),
  Type.Object({ kind: Type.Literal('version'), name: Type.String(), version: Type.Integer({ minimum: 1 }) }),
])
const said = { subject: Subject, body: Type.String(), author: Type.String(), created_at: time }
const AdoptedComment = Type.Object(
  { ...said, updated_at: Type.Optional(time) },
  { $id: 'AdoptedComment', additionalProperties: false },
)
const PlacedCommentList = listOf(
  Type.Object({ id: Type.String(), ...said, updated_at: Type.Optional(time) }, { $id: 'PlacedComment' }),
)
const AdoptedView = Type.Object(
  {
    page: Type.String({ minLength: 1 }),
    name: Type.String(),
    content: Type.Record(Type.String(), Type.Unknown()),
    author: Type.String(),
    created_at: time,
    updated_at: time,
  },
  { $id: 'AdoptedView', additionalProperties: false },
)
export const Adopted = Type.Object({ created: Type.Boolean({ description: 'False: it was there already.' }) })
const PageQuery = Type.Object({
  max_results: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  page_token: Type.Optional(Type.String()),
})

/**
 * What a store is moved by: every comment in one list, and comments and views that keep the id, author and times they had
 * elsewhere. Who writes in the name of others must be allowed to manage.
 */
export function adoptRoutes({ comments, views }: AdoptParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/comments',
      permission: 'read',
      summary: 'List the comments on everything, oldest first, with what they are about.',
      query: PageQuery,
      response: PlacedCommentList,
      handler: async (request) => {
        const { max_results = 100, page_token } = request.query as Static<typeof PageQuery>
        const page = await comments.listAll({
          maxResults: max_results,
          ...(page_token !== undefined && { pageToken: page_token }),
        })
        const next = page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }
        return { items: page.items.map(placedMessage), ...next }
      },
    },
    {
      method: 'PUT',
      url: '/api/v1/comments/:id',
      permission: 'manage',
      summary: 'Take over a comment of another store under its own id.',
      body: AdoptedComment,
      response: Adopted,
      handler: async (request) => {
        const { subject, body, author, created_at, updated_at } = request.body as Static<typeof AdoptedComment>
        const created = await comments.adopt({
          commentId: idOf(request.params),
          subject: toSubject(subject),
          body,
          author,
          createdMs: Date.parse(created_at),
          ...(updated_at !== undefined && { updatedMs: Date.parse(updated_at) }),
        })
        return { created }
      },
    },
    {
      method: 'PUT',
      url: '/api/v1/views/:id',
      permission: 'manage',
      summary: 'Take over a saved view of another store under its own id.',
      body: AdoptedView,
      response: Adopted,
      handler: async (request) => {
        const { content, created_at, updated_at, ...view } = request.body as Static<typeof AdoptedView>
        const times = { createdMs: Date.parse(created_at), updatedMs: Date.parse(updated_at) }
        const viewId = idOf(request.params)
        return { created: await views.adopt({ ...view, ...times, viewId, content: content as JsonObject }) }
      },
    },
  ]
}

function idOf(params: unknown): string {
  return (params as { readonly id: string }).id
}

function toSubject(subject: Static<typeof Subject>): CommentSubject {
  return subject.kind === 'run' ? { kind: 'run', runId: subject.run_id } : subject
}

function placedMessage(comment: PlacedComment): Static<typeof PlacedCommentList>['items'][number] {
  const { subject, commentId, body, author, createdMs, updatedMs } = comment
  return {
    id: commentId,
    subject: subject.kind === 'run' ? { kind: 'run', run_id: subject.runId } : subject,
    body,
    author,
    created_at: wireTime(createdMs),
    ...(updatedMs !== undefined && { updated_at: wireTime(updatedMs) }),
  }
}
