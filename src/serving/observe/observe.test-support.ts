import type { AnsweredRequest } from '../answered-request.ts'
import type { DeploymentSpec } from '../deployment-spec.ts'

const spec: DeploymentSpec = {
  environmentVariables: {},
  instanceCount: 1,
  request: { timeoutMs: 1000, maxWaiting: 10, retryAfterDeath: true },
  traffic: 'first',
}

/** An answered request with what matters to a test. */
export function answeredRequest(changes: Partial<AnsweredRequest> = {}): AnsweredRequest {
  return {
    requestId: 'r1',
    endpoint: 'diabetes',
    revision: { endpoint: 'diabetes', deployment: 'blue', revision: 3, spec, status: 'ready', createdMs: 0 },
    contentType: 'application/json',
    body: Buffer.from('[1]'),
    headers: () => ({}),
    arrivedMs: Date.UTC(2026, 0, 1),
    durationMs: 3,
    answer: { kind: 'answered', contentType: 'application/json', body: Buffer.from('[25]'), executionMs: 1.5 },
    ...changes,
  }
}
