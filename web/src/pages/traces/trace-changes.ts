import { askMlflow } from '../../api/mlflow-client.ts'
import type { Assessment } from './trace-types.ts'

/* What is changed about traces, by MLflow's protocol. Each throws `ServerError`. */

/** So many are named in a call. */
const atOnce = 100

/** Deletes traces with all that hangs on them. */
export async function deleteTraces(
  traces: readonly { readonly trace_id: string; readonly experiment_id: string }[],
): Promise<void> {
  const groups = new Map<string, string[]>()
  for (const { trace_id: id, experiment_id: experiment } of traces)
    groups.set(experiment, [...(groups.get(experiment) ?? []), id])
  for (const [experiment, ids] of groups)
    for (let at = 0; at < ids.length; at += atOnce)
      await askMlflow({
        method: 'POST',
        path: '3.0/mlflow/traces/delete-traces',
        request: { experiment_id: experiment, request_ids: ids.slice(at, at + atOnce) },
      })
}

export function setTag(traceId: string, key: string, value: string): Promise<unknown> {
  return askMlflow({ method: 'PATCH', path: `${addressOf(traceId)}/tags`, request: { key, value } })
}

export function deleteTag(traceId: string, key: string): Promise<unknown> {
  return askMlflow({ method: 'DELETE', path: `${addressOf(traceId)}/tags`, request: { key } })
}

export interface SaidAssessment {
  readonly kind: 'feedback' | 'expectation'
  readonly name: string
  readonly value: unknown
  readonly rationale: string
  readonly who: string
  readonly spanId?: string
}

export function addAssessment(traceId: string, said: SaidAssessment): Promise<unknown> {
  const { kind, name, value, rationale, who, spanId } = said
  const assessment = {
    assessment_name: name,
    source: { source_type: 'HUMAN', source_id: who },
    [kind]: { value },
    ...(rationale !== '' && { rationale }),
    ...(spanId !== undefined && { span_id: spanId }),
  }
  return askMlflow({ method: 'POST', path: `${addressOf(traceId)}/assessments`, request: { assessment } })
}

/** Changes its name, value and rationale; who said it stays. */
export function changeAssessment(traceId: string, id: string, said: SaidAssessment): Promise<unknown> {
  const { kind, name, value, rationale } = said
  const assessment = { assessment_name: name, [kind]: { value }, rationale }
  return askMlflow({
    method: 'PATCH',
    path: `${addressOf(traceId)}/assessments/${encodeURIComponent(id)}`,
    request: { assessment, update_mask: `assessment_name,${kind},rationale` },
  })
}

export function deleteAssessment(traceId: string, { assessment_id: id }: Assessment): Promise<unknown> {
  return askMlflow({
    method: 'DELETE',
    path: `${addressOf(traceId)}/assessments/${encodeURIComponent(id)}`,
    request: {},
  })
}

function addressOf(traceId: string): string {
  return `3.0/mlflow/traces/${encodeURIComponent(traceId)}`
}
