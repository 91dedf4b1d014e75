import type { SecretBox } from '../access/secret-box.ts'
import { SluiceError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import type { EngineJobService } from '../jobs/engine-job-service.ts'
import { findSource } from '../jobs/find-source.ts'
import { parseReference } from '../spec/reference.ts'
import type { BreachActions } from '../monitoring/breach-actions.ts'
import { breachTriggers } from '../triggers/breach-triggers.ts'
import { JobTriggers } from '../triggers/job-triggers.ts'
import type { PublishedPipelines } from '../triggers/published-pipelines.ts'
import { TriggerRunner } from '../triggers/trigger-runner.ts'
import { reachPoint } from './reach-point.ts'
import type { Store } from './open-store.ts'
import type { Opened, OpenServerOptions } from './server-options.ts'

interface TriggerParts {
  readonly store: Store
  readonly jobs: EngineJobService
  readonly pipelines: PublishedPipelines
  readonly box: SecretBox
  readonly closing: Opened['closing']
}

/** Schedules and triggers, and what notes and submits their firings once it is woken. */
export function openTriggers(
  { environment, log = silentLog, firesByItself = false }: OpenServerOptions,
  { store, jobs, pipelines, box, closing }: TriggerParts,
): { readonly triggers: JobTriggers; readonly runner: TriggerRunner; readonly breach: BreachActions } {
  const digestOf = (path: string): Promise<string | undefined> => digestOfData(store, path)
  const parts = { ...store.context, jobs, pipelines, digestOf }
  const runner = new TriggerRunner({
    ...parts,
    firesByItself,
    jobOfData: (name, version) => jobOfData(store, { name, version }),
    reach: reachPoint(environment['SLUICE_CRASH_AT']),
    warn: (message) => log.write('warn', message),
  })
  closing.unshift(() => runner.close())
  const triggers = new JobTriggers({ ...parts, box, runner })
  return { triggers, runner, breach: breachTriggers({ ...parts, runner, triggers }) }
}

/** The digest of what lies at a path of this machine or of a datastore; undefined where nothing does. */
async function digestOfData({ assets, database }: Store, path: string): Promise<string | undefined> {
  const parts = { ...assets.settling, tables: database.read }
  try {
    const found = await findSource(parts, parseReference(path, '/'), {
      title: 'The data',
      type: 'uri_file',
      store: false,
    })
    return found.content.digest
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'input-not-found') return undefined
    throw error
  }
}

/** The job whose output a version of a data asset is; undefined for what came otherwise. */
async function jobOfData(
  { assets }: Store,
  { name, version }: { readonly name: string; readonly version: string },
): Promise<string | undefined> {
  try {
    const found = await assets.catalogue.get({ kind: 'data', name }, { version })
    const [, job] = /^azureml:\/\/jobs\/([^/]+)\//.exec(found.source ?? '') ?? []
    return job ?? /^job:(.+)$/.exec(found.createdBy)?.[1]
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return undefined
    throw error
  }
}
