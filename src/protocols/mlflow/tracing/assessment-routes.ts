import type { Route } from '../../../server/route.ts'
import type { AssessmentStore } from '../../../tracking/traces/assessment-store.ts'
import { mlflowRoutesOf } from '../mlflow-route.ts'
import { traceRequests } from './trace-messages.ts'
import { assessmentMessage, toAssessment, toError, toExpected } from './trace-translate.ts'

const root = '/3.0/mlflow/traces/:trace_id/assessments'

/** What people and judges say about traces. */
export function assessmentRoutes({ assessments }: { readonly assessments: AssessmentStore }): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: root,
      permission: 'write',
      message: traceRequests.createAssessment,
      handle: async ({ trace_id, assessment }) => {
        // The id is ours: one that a client sends may be another assessment's.
        const { assessmentId: _id, ...created } = toAssessment(assessment)
        return { assessment: assessmentMessage(await assessments.create(trace_id, created)) }
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${root}/:assessment_id`,
      permission: 'read',
      message: traceRequests.assessment,
      handle: async ({ trace_id, assessment_id }) => ({
        assessment: assessmentMessage(await assessments.get(trace_id, assessment_id)),
      }),
    }),
    ...mlflowRoutesOf({
      method: 'PATCH',
      path: `${root}/:assessment_id`,
      permission: 'write',
      message: traceRequests.updateAssessment,
      handle: async ({ trace_id, assessment_id, assessment, update_mask: mask }) => {
        const { assessment_name: name, feedback, expectation, rationale, metadata, valid } = assessment
        const changes = (field: string) => mask.includes(field)
        const error = toError(feedback?.error)
        const updated = await assessments.update(trace_id, assessment_id, {
          ...(changes('assessment_name') && name !== undefined && { name }),
          ...(changes('feedback') && {
            feedback: { value: feedback?.value ?? null, ...(error !== undefined && { error }) },
          }),
          ...(changes('expectation') && { expectation: { value: toExpected(expectation ?? {}) } }),
          ...(changes('rationale') && rationale !== undefined && { rationale }),
          ...(changes('metadata') && metadata !== undefined && { metadata }),
          ...(changes('valid') && valid !== undefined && { isValid: valid }),
        })
        return { assessment: assessmentMessage(updated) }
      },
    }),
    ...mlflowRoutesOf({
      method: 'DELETE',
      path: `${root}/:assessment_id`,
      permission: 'write',
      message: traceRequests.assessment,
      handle: async ({ trace_id, assessment_id }) => void (await assessments.delete(trace_id, assessment_id)),
    }),
  ]
}
