import { type Static, Type } from '@sinclair/typebox'
import { alertStatuses, runStatuses } from '../../../monitoring/monitor.ts'
import { signalTypes } from '../../../spec/monitors/monitor-document.ts'
import { listOf, texts, time, words } from '../messages.ts'

const number = Type.Union([Type.Number(), Type.Null()])
const WindowMessage = Type.Object({ start: time, end: time }, { description: 'From start until before end.' })

const FindingMessage = Type.Object({
  feature: Type.String({ description: 'Empty where the metric is not of a feature.' }),
  metric: Type.String(),
  effect: number,
  threshold: Type.Optional(Type.Number()),
  since: time,
  sentence: Type.String(),
})

export const AlertMessage = Type.Object(
  {
    id: Type.String(),
    monitor: Type.String(),
    signal: Type.String(),
    status: words(alertStatuses),
    run: Type.String({ description: 'The newest run that found it in breach, or the one that found it well again.' }),
    since: Type.String({ format: 'date-time', description: 'The start of the first window in breach.' }),
    raised_at: time,
    updated_at: time,
    resolved_at: Type.Optional(time),
    acknowledged_by: Type.Optional(Type.String()),
    acknowledged_at: Type.Optional(time),
    note: Type.Optional(Type.String()),
    findings: Type.Array(FindingMessage, { description: 'Verdicts in breach, the worst first.' }),
  },
  { $id: 'Alert' },
)
export type AlertMessage = Static<typeof AlertMessage>
export const AlertList = listOf(AlertMessage)

const SignalOutcomeMessage = Type.Object({
  name: Type.String(),
  type: words(signalTypes),
  status: words(['computed', 'no-data', 'failed']),
  detail: Type.Optional(Type.String()),
  window: Type.Optional(WindowMessage),
  reference_window: Type.Optional(WindowMessage),
  rows: Type.Optional(Type.Object({ production: Type.Integer(), reference: Type.Optional(Type.Integer()) })),
  verdict_count: Type.Integer(),
  breach_count: Type.Integer(),
  job: Type.Optional(Type.String()),
})

const runFields = {
  id: Type.String(),
  reason: words(['time', 'run']),
  status: words(runStatuses),
  nominal_time: time,
  noted_at: time,
  ended_at: Type.Optional(time),
  times: Type.Integer({ description: 'How many times it stands for: missed ones are one row.' }),
  detail: Type.Optional(Type.String()),
  signals: Type.Array(SignalOutcomeMessage),
}
export const MonitorRunMessage = Type.Object(runFields, { $id: 'MonitorRun' })
export type MonitorRunMessage = Static<typeof MonitorRunMessage>
export const MonitorRunList = listOf(MonitorRunMessage)

const verdictFields = {
  signal: Type.String(),
  feature: Type.String({ description: 'Empty where the metric is not of a feature.' }),
  metric: Type.String(),
  effect: number,
  threshold: Type.Optional(Type.Number()),
  is_breach: Type.Boolean(),
  since: Type.Optional(time),
  sentence: Type.String(),
  breaches_when: Type.Optional(words(['reaches', 'exceeds', 'below'])),
  kind: Type.Optional(words(['number', 'category'])),
  binning: Type.Optional(Type.String()),
  interval: Type.Optional(Type.Object({ low: Type.Number(), high: Type.Number() })),
  p_value: Type.Optional(number),
  effect_is: Type.Optional(Type.String()),
  note: Type.Optional(Type.String()),
  window: Type.Optional(WindowMessage),
  reference_window: Type.Optional(WindowMessage),
  rows: Type.Optional(Type.Object({ production: Type.Integer(), reference: Type.Integer() })),
  moved: Type.Optional(Type.Object({ of: Type.String(), from: number, to: number, deviations: Type.Optional(number) })),
  new_categories: Type.Optional(Type.Array(Type.String())),
}
const DistributionMessage = Type.Object({
  edges: Type.Optional(Type.Array(Type.Number())),
  categories: Type.Optional(Type.Array(Type.String())),
  reference: Type.Array(Type.Number()),
  production: Type.Array(Type.Number()),
})
export const VerdictMessage = Type.Object(
  { ...verdictFields, distribution: Type.Optional(DistributionMessage) },
  { $id: 'MonitorVerdict' },
)
export type VerdictMessage = Static<typeof VerdictMessage>
export const RunWithVerdicts = Type.Object(
  { ...runFields, verdicts: Type.Array(VerdictMessage) },
  { $id: 'MonitorRunWithVerdicts' },
)
export const TimedVerdictList = listOf(
  Type.Object({ ...verdictFields, run: Type.String(), nominal_time: time }, { $id: 'TimedMonitorVerdict' }),
)

const MuteMessage = Type.Object({
  signal: Type.Optional(Type.String({ description: 'Absent: every signal.' })),
  until: Type.Optional(time),
  muted_by: Type.String(),
  muted_at: time,
})

export const MonitorMessage = Type.Object(
  {
    name: Type.String(),
    status: words(['enabled', 'paused', 'ended']),
    display_name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    tags: texts,
    when: Type.String({ description: 'When it runs, in few words.' }),
    trigger: Type.Record(Type.String(), Type.Unknown(), { description: 'The same, as the YAML says it.' }),
    next: Type.Array(time),
    endpoint: Type.Optional(Type.String()),
    deployment: Type.Optional(Type.String()),
    model: Type.Optional(Type.String()),
    signals: Type.Array(Type.Object({ name: Type.String(), type: words(signalTypes), alert_enabled: Type.Boolean() })),
    emails: Type.Array(Type.String()),
    webhooks: Type.Array(Type.String()),
    on_breach: Type.Optional(
      Type.Object({
        run: Type.String(),
        inputs: texts,
        cooldown: Type.Number({ description: 'Seconds.' }),
        max_per_day: Type.Optional(Type.Integer()),
      }),
    ),
    last_run: Type.Optional(MonitorRunMessage),
    alerts: Type.Array(AlertMessage, { description: 'Those that are not resolved.' }),
    mutes: Type.Array(MuteMessage),
    runs_by_itself: Type.Boolean({
      description: 'Whether this server runs it by itself: not one that ends when it is idle, or with a command.',
    }),
    created_by: Type.String(),
    created_at: time,
    updated_at: time,
  },
  { $id: 'Monitor' },
)
export type MonitorMessage = Static<typeof MonitorMessage>
export const MonitorList = listOf(MonitorMessage)

const momentPattern = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[-+]\\d{2}:\\d{2})$'
const moment = Type.String({ pattern: momentPattern, description: 'RFC 3339, e.g. 2026-03-01T09:00:00Z.' })
export const MonitorRunRequest = Type.Object(
  {
    at: Type.Optional(moment),
    since: Type.Optional({ ...moment, description: `Production windows begin here. ${moment.description}` }),
  },
  { additionalProperties: false },
)
const signal = Type.Optional(Type.String({ description: 'Absent: every signal.' }))
export const AcknowledgeRequest = Type.Object(
  { signal, note: Type.Optional(Type.String({ maxLength: 10_000 })) },
  { additionalProperties: false },
)
export const MuteRequest = Type.Object(
  { signal, for: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Seconds; absent: until unmuted.' })) },
  { additionalProperties: false },
)
export const UnmuteRequest = Type.Object({ signal }, { additionalProperties: false })

const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 }))
export const LimitQuery = Type.Object({ limit })
export type LimitQuery = Static<typeof LimitQuery>
export const AlertQuery = Type.Object({ limit, open: Type.Optional(Type.Boolean()) })
export type AlertQuery = Static<typeof AlertQuery>
export const VerdictQuery = Type.Object({
  signal: Type.Optional(Type.String()),
  feature: Type.Optional(Type.String()),
  since: Type.Optional(moment),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
})
export type VerdictQuery = Static<typeof VerdictQuery>

export const RetrainingMessage = Type.Object(
  {
    run: Type.String({ description: 'What would be started: a job file, azureml:JOB, or a published pipeline.' }),
    inputs: { ...texts, description: 'The values that its inputs would have.' },
  },
  { $id: 'MonitorRetraining' },
)
export type RetrainingMessage = Static<typeof RetrainingMessage>

export const BreachMessage = Type.Object(
  {
    reason: words(['breach', 'run'], { description: 'Whether a breach started it, or a person (retrain).' }),
    status: words(['pending', 'submitted', 'skipped', 'failed']),
    time,
    run: Type.String(),
    job: Type.Optional(Type.String()),
    job_status: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String({ description: 'Why no job was started, or what it waits for.' })),
  },
  { $id: 'MonitorBreach' },
)
export type BreachMessage = Static<typeof BreachMessage>
export const BreachList = listOf(BreachMessage)
export const DeliveryMessage = Type.Object(
  {
    id: Type.String(),
    alert: Type.String(),
    channel: words(['email', 'webhook']),
    target: Type.String(),
    subject: Type.String(),
    state: words(['pending', 'delivered', 'failed']),
    attempts: Type.Integer(),
    error: Type.Optional(Type.String()),
    created_at: time,
    updated_at: time,
  },
  { $id: 'AlertDelivery' },
)
export type DeliveryMessage = Static<typeof DeliveryMessage>
export const DeliveryList = listOf(DeliveryMessage)
