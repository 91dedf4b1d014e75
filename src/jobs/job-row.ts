import type { ExperimentId, JobName, StepPath } from '../base/ids.ts'
import type { StepVerdict } from '../plan/plan-words.ts'
import type { AttemptUsage } from '../compute/compute-backend.ts'
import type { Job, JobStatus, JobValue } from './job-service.ts'
import type { FailureRecord, StepOutput, StepOutputs } from './pipeline-state.ts'

/** The table `job`; JSON columns as text, the same on both databases. */
export type JobRow = {
  name: JobName
  type: Job['type']
  status: JobStatus
  status_detail: string | null
  display_name: string
  experiment_id: ExperimentId
  experiment_name: string
  root: JobName
  parent: JobName | null
  step: StepPath | null
  position: number
  created_ms: number
  started_ms: number | null
  ended_ms: number | null
  command: string | null
  inputs: string
  outputs: string | null
  exit_code: number | null
  error: string | null
  attempts: number
  reuse_key: string | null
  reuse_fields: string | null
  reused_from: JobName | null
  is_reuse_source: number
  verdict: string | null
  usage: string | null
  tags: string
  properties: string
  archived_ms: number | null
}

/** A job as others see it. */
export function rowToJob(row: JobRow): Job {
  return {
    name: row.name,
    type: row.type,
    status: row.status,
    ...(row.status_detail !== null && { statusDetail: row.status_detail }),
    displayName: row.display_name,
    experimentId: row.experiment_id,
    experimentName: row.experiment_name,
    root: row.root,
    ...(row.parent !== null && { parent: row.parent }),
    ...(row.step !== null && { step: row.step }),
    createdMs: row.created_ms,
    ...(row.started_ms !== null && { startedMs: row.started_ms }),
    ...(row.ended_ms !== null && { endedMs: row.ended_ms }),
    ...(row.command !== null && { command: row.command }),
    inputs: parse<Record<string, JobValue>>(row.inputs),
    outputs: row.outputs === null ? {} : outputsToValues(row.name, parse<StepOutputs>(row.outputs)),
    ...(row.exit_code !== null && { exitCode: row.exit_code }),
    ...(row.error !== null && { error: parse<FailureRecord>(row.error) }),
    attempts: row.attempts,
    ...(row.reuse_key !== null && { reuseKey: row.reuse_key }),
    ...(row.reused_from !== null && { reusedFrom: row.reused_from }),
    ...(row.verdict !== null && { verdict: parse<StepVerdict>(row.verdict) }),
    ...(row.usage !== null && { usage: parse<AttemptUsage>(row.usage) }),
    tags: parse<Record<string, string>>(row.tags),
    properties: propertiesOf(row),
    ...(row.archived_ms !== null && { archivedMs: row.archived_ms }),
  }
}

/** Azure marks a reused job by these two properties (azureml-yaml.md 5). */
function propertiesOf(row: JobRow): Record<string, string> {
  const properties = parse<Record<string, string>>(row.properties)
  if (row.reused_from === null) return properties
  return { ...properties, 'azureml.isreused': 'true', 'azureml.reusedrunid': row.reused_from }
}

function outputsToValues(job: JobName, outputs: StepOutputs): Record<string, JobValue> {
  return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, outputToValue(job, name, output)]))
}

function outputToValue(job: JobName, name: string, output: StepOutput): JobValue {
  if (output.kind === 'literal') return { type: output.type, value: output.value }
  if (output.kind === 'absent') return { type: output.type }
  return {
    type: output.type,
    uri: `azureml://jobs/${job}/outputs/${name}`,
    digest: output.digest,
    sizeBytes: output.sizeBytes,
  }
}

function parse<Value>(text: string): Value {
  // Our own writing: the column's type is stated by who writes it (job-row.ts, projection.ts).
  return JSON.parse(text) as Value
}
