import type { ArtifactStore } from '../../artifacts/artifact-store.ts'
import { parseVersion } from '../../registry/model-names.ts'
import type { ModelRegistry } from '../../registry/model-registry.ts'
import type { Route } from '../../server/route.ts'
import { sendArtifact } from './artifact-download.ts'
import { mlflowErrors } from './errors.ts'
import { message, required, text } from './fields.ts'
import { checkSafePath } from './safe-path.ts'

const wanted = message({ name: required(text), version: required(text), path: required(text) })

/** What MLflow's pages use to show a file of a model version. */
export function registryArtifactRoutes(parts: {
  readonly registry: Pick<ModelRegistry, 'resolve'>
  readonly artifacts: ArtifactStore
}): readonly Route[] {
  const { registry, artifacts } = parts
  // The second is how MLflow's own tests ask for it, on servers that read two slashes as one.
  return ['/model-versions/get-artifact', '//model-versions/get-artifact'].map((url) => ({
    method: 'GET',
    url,
    permission: 'read',
    errors: mlflowErrors,
    handler: async (request, reply) => {
      const { name, version, path } = wanted.read(request.query, '')
      checkSafePath(path)
      const { artifactPath } = await registry.resolve(`models:/${name}/${parseVersion(version)}`)
      return sendArtifact(artifacts, await artifacts.find(`${artifactPath}/${path}`), { request, reply })
    },
  }))
}
