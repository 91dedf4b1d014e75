import { SluiceError } from '../base/errors.ts'
import type { LoggedModel } from '../tracking/entities.ts'
import { noteModelVersion } from '../tracking/model-registration-store.ts'
import type { TrackingStore } from '../tracking/tracking-store.ts'
import type { LoggedModelOrigin, ModelOrigins } from './model-origins.ts'

/** The origins of models as this store's tracking knows them. */
export function trackedOrigins(
  tracking: Pick<TrackingStore, 'runs' | 'loggedModels' | 'searchLoggedModels'>,
): ModelOrigins {
  return {
    runArtifactUri: async (runId) => (await found(tracking.runs.get(runId)))?.info.artifactUri,

    async loggedModel(modelId) {
      const model = await found(tracking.loggedModels.get(modelId))
      return model === undefined ? undefined : originOf(model)
    },

    async loggedModelOfRun(runId, name) {
      const run = await found(tracking.runs.get(runId))
      if (run === undefined) return undefined
      const page = await tracking.searchLoggedModels({
        experimentIds: [run.info.experimentId],
        filter: `source_run_id = ${quoted(runId)} AND name = ${quoted(name)}`,
        orderBy: [{ field: 'creation_timestamp', ascending: false }],
        maxResults: 1,
      })
      const [model] = page.items
      return model === undefined ? undefined : originOf(model)
    },

    noteRegistration: noteModelVersion,
  }
}

function originOf({ modelId, artifactUri, sourceRunId }: LoggedModel): LoggedModelOrigin {
  return { id: modelId, artifactUri, sourceRunId }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Undefined where the thing does not exist. */
async function found<Thing>(asked: Promise<Thing>): Promise<Thing | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return undefined
    throw error
  }
}
