import { type Static, Type } from '@sinclair/typebox'
import { jobStatuses } from '../../../jobs/job-service.ts'
import { firingStatuses } from '../../../triggers/job-trigger.ts'
import { CreateRequest } from '../asset-messages.ts'
import { listOf, texts, time } from '../messages.ts'

const words = <Word extends string>(values: readonly Word[]) =>
  Type.Unsafe<Word>(Type.Union(values.map((value) => Type.Literal(value))))

const NextTimeMessage = Type.Object(
  {
    time,
    local_time: Type.String({
      description: 'What the clocks of its time zone show then, with their distance from UTC.',
    }),
    note: Type.Optional(Type.String({ description: 'What summer time does to it.' })),
  },
  { $id: 'NextTime' },
)
export const NextTimeList = listOf(NextTimeMessage)

export const FiringMessage = Type.Object(
  {
    id: Type.String(),
    reason: words(['time', 'event', 'run', 'backfill']),
    status: words(firingStatuses),
    nominal_time: time,
    noted_at: time,
    times: Type.Integer({ description: 'How many times or events it stands for.' }),
    job: Type.Optional(Type.String()),
    job_status: Type.Optional(words(jobStatuses)),
    detail: Type.Optional(Type.String()),
    variables: texts,
  },
  { $id: 'Firing' },
)
export type FiringMessage = Static<typeof FiringMessage>
export const FiringList = listOf(FiringMessage)

export const TriggerMessage = Type.Object(
  {
    name: Type.String(),
    kind: words(['schedule', 'trigger']),
    status: words(['enabled', 'paused', 'ended']),
    display_name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    tags: texts,
    when: Type.String({ description: 'When or upon what it fires, in few words.' }),
    trigger: Type.Record(Type.String(), Type.Unknown(), { description: 'The same, as the YAML says it.' }),
    create_job: Type.Record(Type.String(), Type.Unknown(), { description: 'What it submits.' }),
    policy: Type.Record(Type.String(), Type.Unknown()),
    next: Type.Array(NextTimeMessage),
    fires_by_itself: Type.Boolean({
      description: 'Whether this server fires by itself: not one that ends when it is idle, or with a command.',
    }),
    fires_at_once: Type.Optional(
      Type.Boolean({ description: 'It was made without a start and fired the moment it was made.' }),
    ),
    problem: Type.Optional(Type.String({ description: 'Why its last look at its data failed.' })),
    webhook_url: Type.Optional(Type.String()),
    secret: Type.Optional(Type.String({ description: 'Of a webhook; told when it is made, and by /credentials.' })),
    created_by: Type.String(),
    created_at: time,
    updated_at: time,
  },
  { $id: 'Trigger' },
)
export type TriggerMessage = Static<typeof TriggerMessage>
export const TriggerList = listOf(TriggerMessage)

export const TriggerRequest = Type.Object(
  {
    ...CreateRequest.properties,
    text: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1_000_000,
        description: 'Its YAML, instead of a file: open to who may not name files of the server, and so names none.',
      }),
    ),
  },
  { $id: 'TriggerRequest', additionalProperties: false },
)
export type TriggerRequest = Static<typeof TriggerRequest>

export const TriggerDocumentMessage = Type.Object(
  {
    text: Type.String({ description: 'YAML.' }),
    file: Type.Optional(Type.String({ description: 'Where it lay; its relative paths are seen from there.' })),
    is_made: Type.Boolean({ description: 'Nobody wrote it: it is made from what is known.' }),
  },
  { $id: 'TriggerDocument' },
)
export type TriggerDocumentMessage = Static<typeof TriggerDocumentMessage>

export const RunRequest = Type.Object(
  { variables: Type.Optional({ ...texts, description: 'What an event would say: names of `${{ }}` and values.' }) },
  { additionalProperties: false },
)
export const TestMessage = Type.Object({ inputs: texts, variables: texts }, { $id: 'TriggerTest' })

const momentPattern = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[-+]\\d{2}:\\d{2})$'
export const BackfillRequest = Type.Object(
  {
    from: Type.String({ pattern: momentPattern, description: 'RFC 3339, e.g. 2026-03-01T09:00:00Z.' }),
    to: Type.String({ pattern: momentPattern, description: 'RFC 3339; this time is the last.' }),
    preview: Type.Optional(Type.Boolean({ description: 'Says what would be submitted; submits nothing.' })),
  },
  { additionalProperties: false },
)
export type BackfillRequest = Static<typeof BackfillRequest>
export const BackfillMessage = Type.Object(
  {
    items: Type.Array(
      Type.Object({ time, local_time: Type.String(), verdict: words(['submit', 'submitted', 'pending']) }),
    ),
    submitted: Type.Integer({ description: 'How many jobs it starts, or would start.' }),
    preview: Type.Boolean(),
  },
  { $id: 'Backfill' },
)

export const CountQuery = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) })
export type CountQuery = Static<typeof CountQuery>
export const SecretMessage = Type.Object(
  { secret: Type.String(), webhook_url: Type.String() },
  { $id: 'TriggerSecret' },
)
export const WebhookAnswer = Type.Object(
  { status: words(['accepted', 'known', 'ignored']), detail: Type.Optional(Type.String()) },
  { $id: 'WebhookAnswer' },
)
