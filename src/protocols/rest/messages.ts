import { Type } from '@sinclair/typebox'
import type { Static, TArray, TObject, TOptional, TSchema, TString, TUnsafe } from '@sinclair/typebox'
import { errorStatus } from '../../base/errors.ts'
import { jobStatuses, jobTypes } from '../../jobs/job-service.ts'

/*
 * What our own interface says (design.md 11.8): snake_case, times as RFC 3339 in UTC, durations in seconds, lists as
 * {items, next_page_token}. Maps keyed by users' own names (inputs, tags) keep their keys. A schema with an `$id`
 * becomes a named component of the OpenAPI document.
 */

export const words = <const Word extends string>(
  values: readonly Word[],
  options: { readonly description?: string } = {},
): TUnsafe<Word> =>
  Type.Unsafe<Word>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      options,
    ),
  )
export const time = Type.String({ format: 'date-time' })
export const texts = Type.Record(Type.String(), Type.String())
export const listOf = <Item extends TSchema>(
  item: Item,
): TObject<{ items: TArray<Item>; next_page_token: TOptional<TString> }> =>
  Type.Object({ items: Type.Array(item), next_page_token: Type.Optional(Type.String()) })

const Position = Type.Object({ file: Type.String(), line: Type.Integer(), column: Type.Integer() })
const DiagnosticMessage = Type.Object({
  message: Type.String(),
  hint: Type.Optional(Type.String()),
  at: Type.Optional(Position),
  frame: Type.Optional(Type.String({ description: 'The source line with a caret below it.' })),
})

/** Every error of this interface. */
export const ErrorMessage = Type.Object(
  {
    error: Type.Object({
      code: words(Object.keys(errorStatus)),
      message: Type.String(),
      hint: Type.Optional(Type.String()),
      at: Type.Optional(Position),
      diagnostics: Type.Optional(Type.Array(DiagnosticMessage)),
    }),
  },
  { $id: 'Error' },
)

const JobValueMessage = Type.Object(
  {
    type: Type.String(),
    value: Type.Optional(Type.String()),
    uri: Type.Optional(Type.String()),
    digest: Type.Optional(Type.String()),
    size_bytes: Type.Optional(Type.Integer()),
  },
  { $id: 'JobValue' },
)

const jobFields = {
  name: Type.String(),
  type: words(jobTypes),
  status: words(jobStatuses),
  status_detail: Type.Optional(Type.String()),
  display_name: Type.String(),
  experiment_id: Type.String(),
  experiment_name: Type.String(),
  root: Type.String({ description: 'Name of the root job; its own name for a root job.' }),
  parent: Type.Optional(Type.String()),
  step: Type.Optional(Type.String({ description: 'Path of the step in its root pipeline, e.g. `prepare.clean`.' })),
  created_at: time,
  started_at: Type.Optional(time),
  ended_at: Type.Optional(time),
  command: Type.Optional(Type.String()),
  inputs: Type.Record(Type.String(), JobValueMessage),
  outputs: Type.Record(Type.String(), JobValueMessage),
  exit_code: Type.Optional(Type.Integer()),
  error: Type.Optional(
    Type.Object({ code: Type.String(), message: Type.String(), hint: Type.Optional(Type.String()) }),
  ),
  attempts: Type.Integer(),
  reuse_key: Type.Optional(Type.String()),
  reused_from: Type.Optional(Type.String()),
  verdict: Type.Optional(
    Type.Unknown({
      description: 'Why it ran or did not; `reason.changes` has each field that differed with its old and new value.',
    }),
  ),
  verdict_text: Type.Optional(Type.String({ description: 'The verdict in words.' })),
  usage: Type.Optional(
    Type.Object({
      wall_seconds: Type.Number(),
      cpu_seconds: Type.Number(),
      peak_memory_bytes: Type.Optional(Type.Integer()),
      peak_memory_is_sampled: Type.Optional(Type.Boolean()),
    }),
  ),
  mini_batches: Type.Optional(
    Type.Object(
      {
        total: Type.Integer(),
        done: Type.Integer(),
        failed: Type.Integer({ description: 'For good: they are left out of the result.' }),
        retried: Type.Integer({ description: 'Tries that failed and were followed by another.' }),
      },
      { description: 'Of a parallel step that has begun.' },
    ),
  ),
  tags: texts,
  properties: texts,
  archived_at: Type.Optional(time),
}
export const JobMessage = Type.Object(jobFields, { $id: 'Job' })
export type JobMessage = Static<typeof JobMessage>
export const JobList = listOf(JobMessage)
export const ChildrenQuery = Type.Object({
  changed_after: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'The latest_seq of an earlier answer: only steps whose status changed since, in no order. Progress within a step and what a waiting step waits for are no change.',
    }),
  ),
})
export type ChildrenQuery = Static<typeof ChildrenQuery>
export const ChildrenList = Type.Object({
  items: Type.Array(JobMessage),
  latest_seq: Type.Integer({ description: 'To ask with next, as changed_after.' }),
})
const warnings = Type.Optional(
  Type.Array(DiagnosticMessage, { description: 'What was written and is not used; never a reason not to run.' }),
)
export const SubmittedJobMessage = Type.Object({ ...jobFields, warnings }, { $id: 'SubmittedJob' })
export type SubmittedJobMessage = Static<typeof SubmittedJobMessage>

const stepNames = Type.Array(Type.String({ minLength: 1 }), {
  description: 'Paths of steps, e.g. `train` or `prepare.clean`; a nested pipeline names all steps in it.',
})

export const SubmissionMessage = Type.Object(
  {
    file: Type.String({ minLength: 1, description: 'Absolute path of a YAML file on the machine of the server.' }),
    overrides: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Inputs by name, or anything by dotted path.' }),
    ),
    experiment_name: Type.Optional(Type.String({ minLength: 1 })),
    no_reuse: Type.Optional(
      Type.Union([Type.Boolean(), stepNames], { description: 'Runs every step, or the named ones, in any case.' }),
    ),
    from: Type.Optional(stepNames),
    only: Type.Optional(stepNames),
  },
  { $id: 'Submission', additionalProperties: false },
)
export type SubmissionMessage = Static<typeof SubmissionMessage>

const goal = words(['minimize', 'maximize'])
const SweepPlanMessage = Type.Object({
  trials: Type.Integer({ description: 'How many trials at most.' }),
  at_once: Type.Integer(),
  sampling: Type.String(),
  search_space: Type.Record(Type.String(), Type.String(), { description: 'Distributions in words, by parameter.' }),
  primary_metric: Type.String(),
  goal,
  first: Type.Array(
    Type.Object({
      parameters: Type.Record(Type.String(), Type.Unknown()),
      verdict: Type.Optional(Type.Unknown()),
      verdict_text: Type.Optional(Type.String()),
    }),
    { description: 'The first trials, at most 100; none where they depend on the results of others.' },
  ),
})

export const PlanMessage = Type.Object(
  {
    steps: Type.Array(
      Type.Object({
        path: Type.String(),
        type: words(jobTypes),
        verdict: Type.Unknown(),
        verdict_text: Type.String(),
        command: Type.Optional(Type.String()),
        sweep: Type.Optional(SweepPlanMessage),
        estimated_seconds: Type.Optional(Type.Number({ description: 'How long it ran before.' })),
      }),
    ),
    estimated_seconds: Type.Optional(Type.Number()),
    warnings,
  },
  { $id: 'Plan' },
)
export type PlanMessage = Static<typeof PlanMessage>

export const ValidateRequest = Type.Object({ file: Type.String({ minLength: 1 }) }, { additionalProperties: false })
export const ValidateMessage = Type.Object({ kind: Type.String(), name: Type.Optional(Type.String()), warnings })

export const CancelRequest = Type.Object(
  {
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1000, description: 'What for; said wherever the job is shown.' }),
    ),
  },
  { additionalProperties: false },
)
export type CancelRequest = Static<typeof CancelRequest>
export const RetryRequest = Type.Object(
  {
    only_failed: Type.Optional(
      Type.Boolean({ description: 'Takes over whatever completed, and runs only what failed or was canceled.' }),
    ),
    from: Type.Optional(stepNames),
  },
  { additionalProperties: false },
)
export type RetryRequest = Static<typeof RetryRequest>
export const DiffQuery = Type.Object({
  with: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'The newer one; default: this job is, and is compared with the last of its pipeline that completed before.',
    }),
  ),
})
export type DiffQuery = Static<typeof DiffQuery>
export const TrialsMessage = Type.Object(
  {
    primary_metric: Type.String(),
    goal,
    items: Type.Array(
      Type.Object({
        job: Type.String({ description: 'Name of the trial’s job.' }),
        number: Type.Integer({ description: 'From 1, in the order in which trials began.' }),
        status: words(jobStatuses),
        status_detail: Type.Optional(Type.String()),
        parameters: Type.Record(Type.String(), Type.Unknown()),
        value: Type.Optional(Type.Number({ description: 'Its best value; absent where it logged no number.' })),
        logged: Type.Integer({ description: 'How many values it logged.' }),
        is_best: Type.Boolean({ description: 'The sweep has ended and this trial’s outputs are its outputs.' }),
      }),
    ),
  },
  { $id: 'Trials' },
)
export type TrialsMessage = Static<typeof TrialsMessage>

export const DiffMessage = Type.Object(
  {
    old: Type.String(),
    new: Type.String(),
    items: Type.Array(
      Type.Object({
        step: Type.String(),
        area: words([
          'status',
          'command',
          'input',
          'code',
          'environment',
          'setting',
          'output',
          'file',
          'param',
          'metric',
        ]),
        field: Type.String({ description: 'e.g. `input alpha`, `code train.py`, `metric mse`' }),
        old: Type.Optional(Type.String()),
        new: Type.Optional(Type.String()),
      }),
    ),
    outputs_compared: Type.Integer({ description: 'Outputs that both jobs have, whether they differ or not.' }),
  },
  { $id: 'JobDiff' },
)
export type DiffMessage = Static<typeof DiffMessage>

const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 }))
const pageToken = Type.Optional(Type.String())
export const PageQuery = Type.Object({ limit, page_token: pageToken })
export const JobTagsRequest = Type.Object(
  {
    tags: Type.Record(
      Type.String({ minLength: 1, maxLength: 250 }),
      Type.Union([Type.String({ maxLength: 8000 }), Type.Null()]),
      { description: 'New tags by name; null removes one. Others stay.' },
    ),
  },
  { $id: 'JobTags', additionalProperties: false },
)
export type JobTagsRequest = Static<typeof JobTagsRequest>
const usedAsset = (kind: string) =>
  Type.String({
    minLength: 9,
    maxLength: 600,
    description: `Those that use this ${kind}, steps too with \`with_children\`: azureml:NAME or azureml:NAME:VERSION, or the address of one of the program's own.`,
  })
const jobFilter = {
  parent: Type.Optional(Type.String()),
  status: Type.Optional(
    Type.Array(words(jobStatuses), { maxItems: jobStatuses.length, description: 'Any of these; may be given often.' }),
  ),
  experiment_name: Type.Optional(Type.String()),
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'A part of a name or display name.' })),
  tag: Type.Optional(Type.String({ minLength: 1, maxLength: 1000, description: '`key` or `key=value`' })),
  component: Type.Optional(usedAsset('component')),
  environment: Type.Optional(usedAsset('environment')),
  archived: Type.Optional(words(['without', 'with', 'only'], { description: 'Default: without.' })),
  with_children: Type.Optional(Type.Boolean()),
}
export const JobCountQuery = Type.Object(jobFilter)
export type JobCountQuery = Static<typeof JobCountQuery>
export const JobQuery = Type.Object({
  ...jobFilter,
  limit,
  page_token: pageToken,
})
export type JobQuery = Static<typeof JobQuery>
export const OffsetQuery = Type.Object({
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
  tail: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1024 * 1024,
      description: 'So many bytes before the end, instead of an offset.',
    }),
  ),
})

export const EventMessage = Type.Object(
  {
    seq: Type.Integer(),
    kind: Type.String(),
    subject: Type.String(),
    at: time,
    body: Type.Record(Type.String(), Type.Unknown()),
  },
  { $id: 'Event' },
)
export type EventMessage = Static<typeof EventMessage>
export const EventList = Type.Object({
  items: Type.Array(EventMessage),
  latest_seq: Type.Integer({
    description: 'Of the latest event there is: from there a reader hears only what is new.',
  }),
})
export const EventQuery = Type.Object({
  after: Type.Optional(Type.Integer({ minimum: 0, description: 'Events with a higher sequence number.' })),
  subject: Type.Optional(Type.String()),
  limit,
})
export type EventQuery = Static<typeof EventQuery>

export const ModelVersionMessage = Type.Object(
  {
    version: Type.String(),
    stage: Type.String(),
    source: Type.String(),
    run_id: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    created_by: Type.String(),
    created_at: time,
    updated_at: time,
    aliases: Type.Array(Type.String()),
    tags: texts,
  },
  { $id: 'ModelVersion' },
)
export type ModelVersionMessage = Static<typeof ModelVersionMessage>
export const CreatedModelVersion = Type.Object(
  { name: Type.String(), ...ModelVersionMessage.properties, is_new: Type.Boolean() },
  { $id: 'CreatedModelVersion' },
)
const modelFields = {
  name: Type.String(),
  latest_version: Type.Optional(Type.String()),
  aliases: texts,
  description: Type.Optional(Type.String()),
  tags: texts,
  created_at: time,
  updated_at: time,
}
export const ModelMessage = Type.Object(modelFields, { $id: 'Model' })
export type ModelMessage = Static<typeof ModelMessage>
export const ModelList = listOf(ModelMessage)
export const ModelWithVersions = Type.Object(
  { ...modelFields, versions: Type.Array(ModelVersionMessage), next_page_token: Type.Optional(Type.String()) },
  { $id: 'ModelWithVersions' },
)
export type ModelWithVersions = Static<typeof ModelWithVersions>

export const OutputMessage = Type.Object(
  {
    type: Type.String(),
    value: Type.Optional(Type.String()),
    digest: Type.Optional(Type.String()),
    files: Type.Array(
      Type.Object({
        path: Type.String({ description: 'Below the folder; the name of the output where it is a single file.' }),
        size_bytes: Type.Integer(),
        digest: Type.String(),
      }),
    ),
  },
  { $id: 'JobOutput' },
)
export const OutputFileQuery = Type.Object({
  path: Type.Optional(Type.String({ minLength: 1 })),
  max_bytes: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Only so many bytes of its beginning; x-content-size says how many there are.',
    }),
  ),
})
export type OutputFileQuery = Static<typeof OutputFileQuery>

const step = Type.Optional(Type.String({ minLength: 1, description: 'Path of a step of the job.' }))
export const CodeQuery = Type.Object({ step })
export type CodeQuery = Static<typeof CodeQuery>
export const CodeFileQuery = Type.Object({
  step,
  path: Type.String({ minLength: 1 }),
  max_bytes: Type.Optional(Type.Integer({ minimum: 1, description: 'Only so many bytes of its beginning.' })),
})
export type CodeFileQuery = Static<typeof CodeFileQuery>

const ParameterMessage = Type.Object(
  {
    name: Type.String(),
    type: Type.String({ description: 'As in YAML, e.g. `number`, `string`, `uri_file`.' }),
    default: Type.Optional(Type.String()),
    is_required: Type.Boolean(),
    description: Type.Optional(Type.String()),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    enum: Type.Optional(Type.Array(Type.String())),
  },
  { $id: 'PipelineParameter' },
)
const publishedPipelineFields = {
  name: Type.String(),
  version: Type.String(),
  status: words(['enabled', 'disabled', 'archived']),
  display_name: Type.String(),
  description: Type.Optional(Type.String()),
  parameters: Type.Array(ParameterMessage),
  submit_url: Type.String({ description: 'POST a JSON body with `inputs` here, with a key as bearer token.' }),
  tags: texts,
  created_by: Type.String(),
  created_at: time,
  updated_at: time,
}
export const PublishedPipelineMessage = Type.Object(publishedPipelineFields, { $id: 'PublishedPipeline' })
export type PublishedPipelineMessage = Static<typeof PublishedPipelineMessage>
export const PublishedPipelineList = listOf(PublishedPipelineMessage)
export const PublishedPipelineWithVersions = Type.Object(
  { ...publishedPipelineFields, versions: Type.Array(PublishedPipelineMessage) },
  { $id: 'PublishedPipelineWithVersions' },
)
export const PublishedPipelineQuery = Type.Object({ with_archived: Type.Optional(Type.Boolean()) })
export type PublishedPipelineQuery = Static<typeof PublishedPipelineQuery>
export const PublishRequest = Type.Object(
  {
    file: Type.String({
      minLength: 1,
      description:
        'Absolute path of a job file on the machine of the server, or azureml:JOB for an earlier job: its files as they were, with what it was given.',
    }),
    name: Type.String({ minLength: 1 }),
    version: Type.Optional(Type.String({ minLength: 1 })),
    description: Type.Optional(Type.String()),
    tags: Type.Optional(texts),
  },
  { additionalProperties: false },
)
export type PublishRequest = Static<typeof PublishRequest>
export const PipelineChangeRequest = Type.Object(
  { version: Type.Optional(Type.String({ minLength: 1, description: 'Default: every version.' })) },
  { additionalProperties: false },
)
export const RotateKeyRequest = Type.Object(
  { revoke_old: Type.Optional(Type.Boolean({ description: 'Refuses every key given out so far.' })) },
  { additionalProperties: false },
)
/** Ours, and what Azure ML's own published pipelines (v1) take; anything else of theirs is left aside. */
export const PipelineJobRequest = Type.Object({
  inputs: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  experiment_name: Type.Optional(Type.String({ minLength: 1 })),
  display_name: Type.Optional(Type.String({ minLength: 1 })),
  tags: Type.Optional(texts),
  ExperimentName: Type.Optional(Type.String({ minLength: 1 })),
  DisplayName: Type.Optional(Type.String({ minLength: 1 })),
  ParameterAssignments: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  DataPathAssignments: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  Tags: Type.Optional(texts),
})
export type PipelineJobRequest = Static<typeof PipelineJobRequest>
export const PipelineJobMessage = Type.Object(
  {
    name: Type.String({ description: 'Name of the job.' }),
    Id: Type.String({ description: 'The same, where clients of Azure ML look for it.' }),
    status: words(jobStatuses),
    status_detail: Type.Optional(Type.String()),
    url: Type.String({ description: 'Ask here, with the same key, how it goes.' }),
    published_pipeline: Type.Optional(Type.Object({ name: Type.String(), version: Type.String() })),
    experiment_name: Type.String(),
    created_at: time,
    ended_at: Type.Optional(time),
    error: Type.Optional(
      Type.Object({ code: Type.String(), message: Type.String(), hint: Type.Optional(Type.String()) }),
    ),
  },
  { $id: 'PipelineJob' },
)
export type PipelineJobMessage = Static<typeof PipelineJobMessage>

export const StatusMessage = Type.Object(
  {
    version: Type.String(),
    url: Type.String(),
    pid: Type.Integer(),
    data_folder: Type.String(),
    database: Type.String(),
    started_at: time,
    jobs: Type.Object({ running: Type.Integer(), queued: Type.Integer() }),
    memory_bytes: Type.Integer(),
    checks: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), is_ok: Type.Boolean(), detail: Type.String() })),
    ),
  },
  { $id: 'Status' },
)
export type StatusMessage = Static<typeof StatusMessage>
export const StatusQuery = Type.Object({
  check: Type.Optional(Type.Boolean({ description: 'Also looks into the store: integrity, free space.' })),
})
