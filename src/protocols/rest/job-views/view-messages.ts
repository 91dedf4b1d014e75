import { type Static, Type } from '@sinclair/typebox'
import { jobStatuses, jobTypes } from '../../../jobs/job-service.ts'
import { time, words } from '../messages.ts'

const StepMessage = Type.Object(
  {
    path: Type.String({ description: 'Path of the step in its root pipeline; empty for a job of one command.' }),
    job: Type.String({ description: 'Name of its job.' }),
    type: words(jobTypes),
    display_name: Type.String(),
    status: words(jobStatuses),
    status_detail: Type.Optional(Type.String()),
    parent: Type.Optional(Type.String({ description: 'Name of the job it stands in.' })),
    started_at: Type.Optional(time),
    ended_at: Type.Optional(time),
    attempts: Type.Integer(),
    reused_from: Type.Optional(Type.String()),
    verdict_text: Type.Optional(Type.String({ description: 'Why it ran or did not, in words.' })),
    error_message: Type.Optional(Type.String()),
  },
  { $id: 'JobStep' },
)
export type StepMessage = Static<typeof StepMessage>

const counts = Type.Record(Type.String(), Type.Integer())

export const GraphQuery = Type.Object({
  within: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Path of a round of a loop or sweep, e.g. `loop.3`; default: the whole.',
    }),
  ),
})
export const GraphMessage = Type.Object(
  {
    root: Type.String(),
    within: Type.String(),
    steps: Type.Array(
      Type.Object({
        ...StepMessage.properties,
        key: Type.String(),
        group: Type.Optional(Type.String({ description: 'Path of the nested pipeline it stands in.' })),
        rounds: Type.Optional(
          Type.Record(Type.String(), Type.Integer(), {
            description: 'Of a loop or sweep: how many rounds there are so far, by status.',
          }),
        ),
      }),
    ),
    groups: Type.Array(StepMessage, { description: 'Nested pipelines, outer before inner.' }),
    edges: Type.Array(
      Type.Object({
        from: Type.String(),
        to: Type.String(),
        kind: words(['data', 'branch', 'order']),
        data: Type.Array(Type.Object({ output: Type.String(), input: Type.String() })),
        when: Type.Optional(Type.Boolean({ description: 'Of a branch: which way the condition must turn out.' })),
      }),
    ),
    siblings: Type.Array(Type.String(), { description: 'The rounds that `within` is one of, in order.' }),
  },
  { $id: 'JobGraph' },
)
export type GraphMessage = Static<typeof GraphMessage>

export const TimelineMessage = Type.Object(
  {
    root: Type.String(),
    status: words(jobStatuses),
    created_at: time,
    ended_at: Type.Optional(time),
    now: time,
    steps: Type.Array(
      Type.Object({
        ...StepMessage.properties,
        spans: Type.Array(
          Type.Object({
            kind: words(['preparing', 'queued', 'following', 'running']),
            start_at: time,
            end_at: Type.Optional(time),
            attempt: Type.Optional(Type.Integer()),
            end: Type.Optional(words(['succeeded', 'failed', 'canceled', 'never-started'])),
          }),
        ),
      }),
    ),
    critical_path: Type.Array(Type.String(), { description: 'Paths of the steps that decided when the job ended.' }),
    critical_seconds: Type.Object(
      {
        preparing: Type.Number(),
        queued: Type.Number(),
        following: Type.Number(),
        running: Type.Number(),
      },
      { description: 'What those steps spent their time with.' },
    ),
  },
  { $id: 'JobTimeline' },
)
export type TimelineMessage = Static<typeof TimelineMessage>

export const LogSearchQuery = Type.Object({
  text: Type.String({ minLength: 1, maxLength: 1000 }),
  offset: Type.Optional(Type.Integer({ minimum: 0, description: 'Where to begin: the start of a line.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  match_case: Type.Optional(Type.Boolean()),
})
export type LogSearchQuery = Static<typeof LogSearchQuery>
export const LogSearchMessage = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        offset: Type.Integer({ description: 'Byte at which its line begins.' }),
        text: Type.String({ description: 'The line; of a long one 400 bytes around the place.' }),
      }),
    ),
    next_offset: Type.Optional(Type.Integer({ description: 'Where to go on; absent at the end of the log.' })),
    size_bytes: Type.Integer(),
  },
  { $id: 'LogSearch' },
)
export type LogSearchMessage = Static<typeof LogSearchMessage>

export const LogLinesMessage = Type.Object(
  {
    size_bytes: Type.Integer(),
    lines: Type.Integer({ description: 'Lines that have ended.' }),
    marks: Type.Array(Type.Object({ line: Type.Integer(), offset: Type.Integer() }), {
      description: 'Where some lines begin, about every MiB one; lines count from 0.',
    }),
  },
  { $id: 'LogLines' },
)

const QueuedMessage = Type.Object(
  {
    ...StepMessage.properties,
    root: Type.String(),
    root_display_name: Type.String(),
    experiment_name: Type.String(),
    priority: words(['low', 'medium', 'high']),
    slots: Type.Integer({ description: 'How many it has or wants.' }),
    estimated_seconds: Type.Optional(Type.Number({ description: 'How long it ran before.' })),
    place: Type.Optional(Type.Integer({ description: 'In the queue, from 1.' })),
    starts_in_seconds: Type.Optional(Type.Number({ description: 'If everything takes as long as before.' })),
  },
  { $id: 'QueuedStep' },
)
export const QueueMessage = Type.Object(
  {
    compute: Type.String(),
    slots: Type.Integer(),
    running: Type.Array(QueuedMessage),
    waiting: Type.Array(QueuedMessage, { description: 'The next one first, at most 500.' }),
    waiting_count: Type.Integer(),
  },
  { $id: 'Queue' },
)
export type QueueMessage = Static<typeof QueueMessage>

export const JobCountsMessage = Type.Object(
  {
    statuses: counts,
    experiments: Type.Array(Type.Object({ name: Type.String(), count: Type.Integer() }), {
      description: 'Those with the newest jobs first, at most 200.',
    }),
  },
  { $id: 'JobCounts' },
)
