import { answerOf, rest } from '../../api/rest-client.ts'
import type { LogSource } from '../../components/log/log-source.ts'

const encoder = new TextEncoder()

/** The log of a deployment, by pieces from an offset; it never is complete. */
export function deploymentLogSource(endpoint: string, deployment: string): LogSource {
  const path = { name: endpoint, deployment }
  const ask = (query: { readonly offset?: number; readonly lines?: number }, signal: AbortSignal) =>
    answerOf(rest.GET('/api/v1/endpoints/{name}/deployments/{deployment}/log', { params: { path, query }, signal }))
  return {
    key: `deployment ${endpoint}/${deployment}`,
    read: async (offset, signal) => {
      const { text, next_offset: nextOffset } = await ask({ offset }, signal)
      return { bytes: encoder.encode(text), nextOffset, isComplete: false }
    },
    size: async (signal) => (await ask({ lines: 0 }, signal)).next_offset,
  }
}
