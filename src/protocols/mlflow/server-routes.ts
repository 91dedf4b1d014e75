import type { Route } from '../../server/route.ts'
import { mlflowErrors } from './errors.ts'
import { requests } from './messages.ts'
import { mlflowRoutesOf } from './mlflow-route.ts'

/** The MLflow whose protocol this is: clients ask, and send what it understands. */
const emulatedVersion = '3.17.2'

/** What a client asks about the server before anything else (its `/health` is one with our own). */
export function serverRoutes(): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/version',
      permission: 'public',
      errors: mlflowErrors,
      handler: async (_request, reply) => reply.type('text/plain; charset=utf-8').send(emulatedVersion),
    },
    ...mlflowRoutesOf({
      method: 'GET',
      path: '/3.0/mlflow/server-info',
      permission: 'public',
      message: requests.none,
      handle: async () => ({
        store_type: 'SqlStore',
        workspaces_enabled: false,
        trace_archival_enabled: false,
        multipart_uploads_enabled: false,
        multipart_downloads_enabled: false,
        presigned_upload_run_id_supported: false,
        presigned_upload_model_id_supported: false,
        features_enabled: { gateway: false },
      }),
    }),
  ]
}
