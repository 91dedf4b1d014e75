import { Type, type Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../../access/principal.ts'
import type { JsonObject } from '../../../base/json.ts'
import { parseVersion } from '../../../registry/model-names.ts'
import type { RegisteredModels } from '../../../registry/registered-models.ts'
import type { Comment, CommentStore, CommentSubject } from '../../../registry/notes/comment-store.ts'
import type { SavedView, SavedViewStore } from '../../../registry/notes/saved-view-store.ts'
import type { PurgeReport } from '../../../registry/purge-deleted.ts'
import type { WebhookStore } from '../../../registry/webhooks/webhook-store.ts'
import type { Route } from '../../../server/route.ts'
import { listOf, PageQuery, time } from '../messages.ts'
import { wireTime } from '../translate.ts'
import { adoptRoutes } from './adopt-routes.ts'

/** What people keep beside the protocol of MLflow: comments, saved views, the history of models, what webhooks did. */
export interface NoteParts {
  readonly comments: CommentStore
  readonly views: SavedViewStore
  readonly models: Pick<RegisteredModels, 'transitions'>
  /** Absent for who only looks. */
  readonly webhooks?: Pick<WebhookStore, 'deliveries'>
  readonly purge: (wanted: { readonly olderThanMs: number; readonly isDryRun: boolean }) => Promise<PurgeReport>
  readonly principalOf: (request: FastifyRequest) => Principal
}

const CommentMessage = Type.Object(
  { id: Type.String(), body: Type.String(), author: Type.String(), created_at: time, updated_at: Type.Optional(time) },
  { $id: 'Comment' },
)
const NewComment = Type.Object({ body: Type.String() }, { $id: 'NewComment', additionalProperties: false })
const CommentList = listOf(CommentMessage)

const viewContent = Type.Record(Type.String(), Type.Unknown(), { description: 'Whatever the page keeps of itself.' })
const SavedViewMessage = Type.Object(
  {
    id: Type.String(),
    page: Type.String({ description: 'Which page it is of, e.g. `runs`.' }),
    name: Type.String(),
    content: viewContent,
    author: Type.String(),
    created_at: time,
    updated_at: time,
  },
  { $id: 'SavedView' },
)
const SavedViewList = listOf(SavedViewMessage)
const NewSavedView = Type.Object(
  { page: Type.String({ minLength: 1 }), name: Type.String(), content: viewContent },
  { $id: 'NewSavedView', additionalProperties: false },
)
const SavedViewChange = Type.Object(
  { name: Type.Optional(Type.String()), content: Type.Optional(viewContent) },
  { $id: 'SavedViewChange', additionalProperties: false },
)

const ModelHistory = listOf(
  Type.Object(
    {
      kind: Type.Union([Type.Literal('alias'), Type.Literal('stage')]),
      alias: Type.Optional(Type.String()),
      version: Type.Optional(Type.String({ description: 'Of a stage: the version that was moved.' })),
      from: Type.Optional(Type.String({ description: 'A version of an alias, or a stage; absent: it was not set.' })),
      to: Type.Optional(Type.String()),
      by: Type.String(),
      at: time,
    },
    { $id: 'ModelTransition' },
  ),
)

const DeliveryList = listOf(
  Type.Object(
    {
      id: Type.String(),
      event: Type.String({ description: 'e.g. `model_version.created`.' }),
      state: Type.Union([Type.Literal('pending'), Type.Literal('delivered'), Type.Literal('failed')]),
      attempts: Type.Integer(),
      response_status: Type.Optional(Type.Integer()),
      error: Type.Optional(Type.String()),
      next_at: Type.Optional(time),
      created_at: time,
      updated_at: time,
    },
    { $id: 'WebhookDelivery' },
  ),
)
const DeliveryQuery = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) })

const Purge = Type.Object(
  {
    older_than_seconds: Type.Optional(
      Type.Number({ minimum: 0, description: 'Only what was deleted so long ago; default 0: all that is deleted.' }),
    ),
    dry_run: Type.Optional(Type.Boolean()),
  },
  { $id: 'Purge', additionalProperties: false },
)
const PurgeAnswer = Type.Object(
  {
    experiments: Type.Integer(),
    runs: Type.Integer(),
    logged_models: Type.Integer(),
    kept: Type.Integer({ description: 'Left, because a registered model was made of them or lies in them.' }),
  },
  { $id: 'PurgeReport' },
)

export function noteRoutes(parts: NoteParts): readonly Route[] {
  const { webhooks } = parts
  return [
    ...commentRoutes(parts),
    ...viewRoutes(parts),
    ...adoptRoutes(parts),
    ...historyRoutes(parts),
    ...(webhooks === undefined ? [] : deliveryRoutes(webhooks)),
  ]
}

function commentRoutes({ comments, principalOf }: NoteParts): readonly Route[] {
  const subjects: readonly (readonly [string, string, (params: Params) => CommentSubject])[] = [
    ['/api/v1/runs/:run_id', 'a run', ({ run_id }) => ({ kind: 'run', runId: run_id! })],
    ['/api/v1/models/:name', 'a registered model', ({ name }) => ({ kind: 'model', name: name! })],
    [
      '/api/v1/models/:name/versions/:version',
      'a version of a model',
      ({ name, version }) => ({ kind: 'version', name: name!, version: parseVersion(version!) }),
    ],
  ]
  const one = '/api/v1/comments/:id'
  return [
    ...subjects.flatMap(([url, what, subjectOf]): readonly Route[] => [
      {
        method: 'GET',
        url: `${url}/comments`,
        permission: 'read',
        summary: `List the comments on ${what}, oldest first.`,
        response: CommentList,
        handler: async (request) => ({
          items: (await comments.list(subjectOf(request.params as Params))).map(commentMessage),
        }),
      },
      {
        method: 'POST',
        url: `${url}/comments`,
        permission: 'write',
        summary: `Comment on ${what}.`,
        body: NewComment,
        response: CommentMessage,
        successStatus: 201,
        handler: async (request) => {
          const { body } = request.body as Static<typeof NewComment>
          return commentMessage(await comments.add(subjectOf(request.params as Params), body, principalOf(request)))
        },
      },
    ]),
    {
      method: 'PATCH',
      url: one,
      permission: 'write',
      summary: 'Change a comment of your own.',
      body: NewComment,
      response: CommentMessage,
      handler: async (request) => {
        const { body } = request.body as Static<typeof NewComment>
        return commentMessage(await comments.edit((request.params as Params)['id']!, body, principalOf(request)))
      },
    },
    {
      method: 'DELETE',
      url: one,
      permission: 'write',
      summary: 'Delete a comment of your own.',
      successStatus: 204,
      handler: async (request) => void (await comments.delete((request.params as Params)['id']!, principalOf(request))),
    },
  ]
}

type Params = Readonly<Record<string, string>>

function viewRoutes({ views, principalOf }: NoteParts): readonly Route[] {
  const root = '/api/v1/views'
  const idOf = (request: FastifyRequest): string => (request.params as Params)['id']!
  return [
    {
      method: 'GET',
      url: root,
      permission: 'read',
      summary: 'List saved views by page and name.',
      query: Type.Object({ page: Type.Optional(Type.String()) }),
      response: SavedViewList,
      handler: async (request) => ({
        items: (await views.list((request.query as { readonly page?: string }).page)).map(viewMessage),
      }),
    },
    {
      method: 'POST',
      url: root,
      permission: 'write',
      summary: 'Save a view of a page.',
      body: NewSavedView,
      response: SavedViewMessage,
      successStatus: 201,
      handler: async (request) => {
        const { page, name, content } = request.body as Static<typeof NewSavedView>
        return viewMessage(await views.create({ page, name, content: content as JsonObject }, principalOf(request)))
      },
    },
    {
      method: 'GET',
      url: `${root}/:id`,
      permission: 'read',
      summary: 'Show a saved view.',
      response: SavedViewMessage,
      handler: async (request) => viewMessage(await views.get(idOf(request))),
    },
    {
      method: 'PATCH',
      url: `${root}/:id`,
      permission: 'write',
      summary: 'Rename a saved view, or replace what it shows.',
      body: SavedViewChange,
      response: SavedViewMessage,
      handler: async (request) => {
        const { name, content } = request.body as Static<typeof SavedViewChange>
        const changes = {
          ...(name !== undefined && { name }),
          ...(content !== undefined && { content: content as JsonObject }),
        }
        return viewMessage(await views.update(idOf(request), changes))
      },
    },
    {
      method: 'DELETE',
      url: `${root}/:id`,
      permission: 'write',
      summary: 'Delete a saved view.',
      successStatus: 204,
      handler: async (request) => void (await views.delete(idOf(request))),
    },
  ]
}

function historyRoutes({ models, purge }: NoteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/models/:name/history',
      permission: 'read',
      summary:
        'Show who moved which alias or stage of a model when, newest first; 1,000 at once where no limit is given.',
      query: PageQuery,
      response: ModelHistory,
      handler: async (request) => {
        const { limit, page_token: pageToken } = request.query as Static<typeof PageQuery>
        const { items, nextPageToken } = await models.transitions((request.params as Params)['name']!, {
          ...(limit !== undefined && { maxResults: limit }),
          ...(pageToken !== undefined && { pageToken }),
        })
        const next = nextPageToken === undefined ? {} : { next_page_token: nextPageToken }
        return { items: items.map(transitionMessage), ...next }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/tracking/purge',
      permission: 'manage',
      summary: 'Remove deleted runs, experiments and logged models for good; their names are free afterwards.',
      body: Purge,
      response: PurgeAnswer,
      handler: async (request) => {
        const { older_than_seconds: seconds = 0, dry_run: isDryRun = false } = request.body as Static<typeof Purge>
        const { loggedModels, ...report } = await purge({ olderThanMs: seconds * 1000, isDryRun })
        return { ...report, logged_models: loggedModels }
      },
    },
  ]
}

function deliveryRoutes(webhooks: Pick<WebhookStore, 'deliveries'>): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/webhooks/:id/deliveries',
      permission: 'read',
      summary: 'List what a webhook was sent and what became of it, newest first.',
      query: DeliveryQuery,
      response: DeliveryList,
      handler: async (request) => {
        const { limit = 100 } = request.query as Static<typeof DeliveryQuery>
        const found = await webhooks.deliveries((request.params as Params)['id']!, limit)
        return { items: found.map(deliveryMessage) }
      },
    },
  ]
}

function commentMessage(comment: Comment): Static<typeof CommentMessage> {
  return {
    id: comment.commentId,
    body: comment.body,
    author: comment.author,
    created_at: wireTime(comment.createdMs),
    ...(comment.updatedMs !== undefined && { updated_at: wireTime(comment.updatedMs) }),
  }
}

function viewMessage(view: SavedView): Static<typeof SavedViewMessage> {
  return {
    id: view.viewId,
    page: view.page,
    name: view.name,
    content: { ...view.content },
    author: view.author,
    created_at: wireTime(view.createdMs),
    updated_at: wireTime(view.updatedMs),
  }
}

function transitionMessage(
  transition: Awaited<ReturnType<RegisteredModels['transitions']>>['items'][number],
): Static<typeof ModelHistory>['items'][number] {
  const { by } = transition
  const at = wireTime(transition.atMs)
  if (transition.kind === 'stage') {
    const { version, fromStage, toStage } = transition
    return { kind: 'stage', version: String(version), from: fromStage, to: toStage, by, at }
  }
  const { alias, fromVersion, toVersion } = transition
  return {
    kind: 'alias',
    alias,
    ...(fromVersion !== undefined && { from: String(fromVersion) }),
    ...(toVersion !== undefined && { to: String(toVersion) }),
    by,
    at,
  }
}

function deliveryMessage(
  delivery: Awaited<ReturnType<WebhookStore['deliveries']>>[number],
): Static<typeof DeliveryList>['items'][number] {
  return {
    id: delivery.deliveryId,
    event: `${delivery.event.entity}.${delivery.event.action}`,
    state: delivery.state,
    attempts: delivery.attempts,
    ...(delivery.responseStatus !== undefined && { response_status: delivery.responseStatus }),
    ...(delivery.error !== undefined && { error: delivery.error }),
    ...(delivery.nextMs !== undefined && { next_at: wireTime(delivery.nextMs) }),
    created_at: wireTime(delivery.createdMs),
    updated_at: wireTime(delivery.updatedMs),
  }
}
