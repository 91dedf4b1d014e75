import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { openSqlite } from '../../../test/database.test-support.ts'
import type { ArtifactStore } from '../../artifacts/artifact-store.ts'
import { openContentLab } from '../../artifacts/content-lab.test-support.ts'
import { databaseArtifactStore } from '../../artifacts/database-artifact-store.ts'
import { artifactUploads } from '../../artifacts/artifact-uploads.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { trackingLab } from '../../tracking/tracking.test-support.ts'
import { mlflowRoutes } from './routes.ts'
import { graphqlRoutes } from './web-ui/graphql-routes.ts'

export interface MlflowLab {
  readonly url: string
  /** Sends JSON (or text as it is) and gives the answer's status and body, as JSON where it is JSON. */
  call(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: never }>
  /** Like `call` below `/api/2.0/mlflow`, and fails the test when the answer is not 200. */
  ok(method: string, path: string, body?: unknown): Promise<never>
  tracking: ReturnType<typeof trackingLab>
}

/** The protocol over real HTTP, on an empty store of its own; `replaced` stands in for parts of the artifact store. */
export async function mlflowLab(t: TestContext, replaced: Partial<ArtifactStore> = {}): Promise<MlflowLab> {
  const database = await openSqlite(t)
  const tracking = trackingLab(database)
  const { clock } = tracking
  const content = openContentLab(database, t).store
  const artifacts = { ...databaseArtifactStore({ database, content, clock }), ...replaced }
  const uploads = artifactUploads({ database, content, artifacts, clock, random: randomBytes })
  const routes = mlflowRoutes({ tracking, artifacts, uploads })
  const server = await startHttpServer({ routes: [...routes, ...graphqlRoutes(routes)], port: 0 })
  t.after(() => server.close())
  const call: MlflowLab['call'] = async (method, path, body) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${server.url}${path}`, {
      method,
      ...(body !== undefined && { body: text, headers: { 'content-type': 'application/json' } }),
    })
    const answer = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    return { status: response.status, body: (isJson ? JSON.parse(answer) : answer) as never }
  }
  return {
    url: server.url,
    tracking,
    call,
    ok: async (method, path, body) => {
      const answer = await call(method, `/api/2.0/mlflow${path}`, body)
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body
    },
  }
}
