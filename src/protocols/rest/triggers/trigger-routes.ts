import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../../access/principal.ts'
import { SluiceError } from '../../../base/errors.ts'
import type { Route } from '../../../server/route.ts'
import type { JobTrigger, TriggerChange, TriggerFamily, TriggerSelection } from '../../../triggers/job-trigger.ts'
import type { JobTriggers } from '../../../triggers/job-triggers.ts'
import { firesAtOnce } from '../../../spec/schedules/schedule-timing.ts'
import { wireTime } from '../translate.ts'
import { readTriggerDocument, toTriggerDocument } from './trigger-document.ts'
import { localTime, toFiringMessage, toNextTime, toTriggerMessage } from './translate-trigger.ts'
import {
  BackfillMessage,
  BackfillRequest,
  CountQuery,
  FiringList,
  FiringMessage,
  NextTimeList,
  RunRequest,
  TestMessage,
  TriggerDocumentMessage,
  TriggerList,
  TriggerMessage,
  TriggerRequest,
} from './trigger-messages.ts'

/** What the routes of schedules and triggers ask of the server. */
export interface TriggerRouteParts {
  readonly triggers: Pick<JobTriggers, keyof JobTriggers>
  readonly localToken: string
  readonly url: () => string
  readonly firesByItself: boolean
  readonly principalOf: (request: FastifyRequest) => Principal
}

interface Family {
  readonly family: Exclude<TriggerFamily, 'monitor'>
  readonly base: string
  readonly noun: string
}

const families: readonly Family[] = [
  { family: 'schedule', base: '/api/v1/schedules', noun: 'a schedule' },
  { family: 'trigger', base: '/api/v1/triggers', noun: 'a trigger' },
]
const shownTimes = 3

/** Making, changing, looking at and running schedules and triggers; times and backfills are the schedules' alone. */
export function triggerRoutes(parts: TriggerRouteParts): readonly Route[] {
  return families.flatMap((one) => [
    ...readingRoutes(parts, one),
    ...documentRoutes(parts, one),
    ...statusRoutes(parts, one),
    ...runningRoutes(parts, one),
    ...(one.family === 'schedule' ? timeRoutes(parts, one) : []),
  ])
}

function readingRoutes(parts: TriggerRouteParts, { family, base, noun }: Family): readonly Route[] {
  const { triggers } = parts
  return [
    {
      method: 'GET',
      url: base,
      permission: 'read',
      summary: `List ${family}s by name, each with its next times.`,
      response: TriggerList,
      handler: async () => {
        const all = await triggers.list(family)
        return { items: all.map((one) => shown(parts, one, 1)) }
      },
    },
    {
      method: 'GET',
      url: `${base}/:name`,
      permission: 'read',
      summary: `Show ${noun}.`,
      response: TriggerMessage,
      handler: async (request) => {
        const trigger = await triggers.get(selectionOf(request, family))
        return shown(parts, trigger)
      },
    },
    {
      method: 'GET',
      url: `${base}/:name/document`,
      permission: 'read',
      summary: `Show the YAML of ${noun}.`,
      response: TriggerDocumentMessage,
      handler: async (request) => {
        const trigger = await triggers.get(selectionOf(request, family))
        return toTriggerDocument(trigger, shown(parts, trigger))
      },
    },
    {
      method: 'GET',
      url: `${base}/:name/firings`,
      permission: 'read',
      summary: `List what became of the times or events of ${noun}, the newest first.`,
      query: CountQuery,
      response: FiringList,
      handler: async (request) => {
        const { limit = 50 } = request.query as CountQuery
        return { items: (await triggers.history(selectionOf(request, family), limit)).map(toFiringMessage) }
      },
    },
  ]
}

function documentRoutes(parts: TriggerRouteParts, { family, base, noun }: Family): readonly Route[] {
  const { triggers, localToken, principalOf } = parts
  return [
    {
      method: 'POST',
      url: base,
      permission: 'manage',
      summary: `Create ${noun}: check its job, keep it with all it needs, and begin.`,
      body: TriggerRequest,
      response: TriggerMessage,
      successStatus: 201,
      handler: async (request, reply) => {
        const { document, ...wish } = await readTriggerDocument(request, { localToken, family })
        const trigger = await triggers.create(document, { ...wish, by: principalOf(request) })
        const { timing } = trigger.definition
        if (trigger.hasSecret) reply.header('cache-control', 'no-store')
        return {
          ...shown(parts, trigger),
          ...(timing !== undefined && firesAtOnce(timing) && trigger.status === 'enabled' && { fires_at_once: true }),
          ...(trigger.hasSecret && { secret: await triggers.secret(trigger) }),
        }
      },
    },
    {
      method: 'PUT',
      url: `${base}/:name`,
      permission: 'manage',
      summary: `Replace what ${noun} says; its history stays.`,
      body: TriggerRequest,
      response: TriggerMessage,
      handler: async (request) => {
        const before = await triggers.get(selectionOf(request, family))
        const { document, ...wish } = await readTriggerDocument(request, { localToken, family, before })
        const { name } = before
        if (document.name !== name)
          throw new SluiceError('invalid-request', `The document describes "${document.name}", not "${name}".`, {
            hint: `Give it the name ${name}, or create another ${family}.`,
          })
        const trigger = await triggers.update(document, { ...wish, by: principalOf(request) })
        return shown(parts, trigger)
      },
    },
    {
      method: 'DELETE',
      url: `${base}/:name`,
      permission: 'manage',
      summary: `Remove ${noun} with its history; jobs that it started stay.`,
      successStatus: 204,
      handler: async (request, reply) => {
        await triggers.delete(changeOf(parts, request, family))
        return reply.send()
      },
    },
  ]
}

function statusRoutes(parts: TriggerRouteParts, { family, base, noun }: Family): readonly Route[] {
  const { triggers } = parts
  const verbs = [
    ['pause', `Have ${noun} fire no more until it is resumed.`],
    ['resume', `Let ${noun} fire again; what came meanwhile does not count.`],
  ] as const
  return verbs.map(([verb, summary]) => ({
    method: 'POST',
    url: `${base}/:name/${verb}`,
    permission: 'manage',
    summary,
    response: TriggerMessage,
    handler: async (request) => {
      const trigger = await triggers[verb](changeOf(parts, request, family))
      return shown(parts, trigger)
    },
  }))
}

function runningRoutes(parts: TriggerRouteParts, { family, base, noun }: Family): readonly Route[] {
  const { triggers } = parts
  const variablesOf = (request: FastifyRequest): Readonly<Record<string, string>> =>
    (request.body as { variables?: Record<string, string> }).variables ?? {}
  return [
    {
      method: 'POST',
      url: `${base}/:name/run`,
      permission: 'write',
      summary: `Start a job of ${noun} now, paused or not.`,
      body: RunRequest,
      response: FiringMessage,
      successStatus: 202,
      handler: async (request) =>
        toFiringMessage(await triggers.run(changeOf(parts, request, family), variablesOf(request))),
    },
    {
      method: 'POST',
      url: `${base}/:name/test`,
      permission: 'read',
      summary: `Say what a firing of ${noun} would give its job; start nothing.`,
      body: RunRequest,
      response: TestMessage,
      handler: async (request) => {
        const { values, variables } = await triggers.test(selectionOf(request, family), variablesOf(request))
        return { inputs: { ...values }, variables: { ...variables } }
      },
    },
  ]
}

function timeRoutes(parts: TriggerRouteParts, { family, base }: Family): readonly Route[] {
  const { triggers } = parts
  return [
    {
      method: 'GET',
      url: `${base}/:name/next`,
      permission: 'read',
      summary: 'List the next times of a schedule, with what summer time does to them.',
      query: CountQuery,
      response: NextTimeList,
      handler: async (request) => {
        const { limit = 10 } = request.query as CountQuery
        const trigger = await triggers.get(selectionOf(request, family))
        return { items: triggers.next(trigger, limit).map((one) => toNextTime(trigger, one)) }
      },
    },
    {
      method: 'POST',
      url: `${base}/:name/backfill`,
      permission: 'manage',
      summary: 'Start a job for every time of a span that has none; or say which those are.',
      body: BackfillRequest,
      response: BackfillMessage,
      handler: async (request) => {
        const { from, to, preview = false } = request.body as BackfillRequest
        const span = { fromMs: Date.parse(from), toMs: Date.parse(to) }
        const change = changeOf(parts, request, family)
        const trigger = await triggers.get(change)
        const items = await (preview ? triggers.previewBackfill(change, span) : triggers.backfill(change, span))
        return {
          items: items.map(({ nominalMs, verdict }) => ({
            time: wireTime(nominalMs),
            local_time: localTime(trigger, nominalMs),
            verdict,
          })),
          submitted: items.filter(({ verdict }) => verdict === 'submit').length,
          preview,
        }
      },
    },
  ]
}

function shown(
  { triggers, url, firesByItself }: TriggerRouteParts,
  trigger: JobTrigger,
  count = shownTimes,
): TriggerMessage {
  return toTriggerMessage(trigger, { next: triggers.next(trigger, count), url: url(), firesByItself })
}

/** What a path names. */
export function selectionOf(request: FastifyRequest, family: TriggerFamily): TriggerSelection {
  return { family, name: (request.params as { name: string }).name }
}

function changeOf({ principalOf }: TriggerRouteParts, request: FastifyRequest, family: TriggerFamily): TriggerChange {
  return { ...selectionOf(request, family), by: principalOf(request) }
}
