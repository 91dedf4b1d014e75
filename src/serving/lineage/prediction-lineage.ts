import { SluiceError } from '../../base/errors.ts'
import type { Tables } from '../../database/database.ts'
import { jobLineage, type LineageWalk, newWalk } from '../../jobs/lineage/job-lineage.ts'
import { knownDetails, timeText, type LineageNode } from '../../jobs/lineage/lineage.ts'
import { parseModelReference } from '../../registry/model-reference.ts'
import type { ModelRegistry } from '../../registry/model-registry.ts'
import type { ModelVersion } from '../../registry/registered-model.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import type { DeploymentSpec } from '../deployment-spec.ts'
import { findRevision, type Revision } from '../deployment-store.ts'
import type { CollectedPayloads } from '../payloads/collected-payloads.ts'
import type { StoredRequest } from '../payloads/find-request.ts'

export interface LineageDeps {
  readonly tables: Tables
  readonly registry: Pick<ModelRegistry, 'resolve'> & { readonly versions: Pick<ModelRegistry['versions'], 'get'> }
  readonly runs: Pick<TrackingStore['runs'], 'get'>
  readonly payloads: Pick<CollectedPayloads, 'findRequest'>
}

/** Walks back from what this program has to what it was made of. Names that do not exist throw `not-found`. */
export interface Lineage {
  /** A collected request; undefined when nothing of it was collected. */
  prediction(requestId: string): Promise<LineageNode | undefined>
  /** A version of a registered model. */
  model(name: string, version: number): Promise<LineageNode>
  /** A job, or a run that a client made without one. */
  job(name: string): Promise<LineageNode>
}

/** Lineage over one store. */
export function lineage(deps: LineageDeps): Lineage {
  const walker = new Walker(deps)
  return {
    async prediction(requestId) {
      const request = await deps.payloads.findRequest(requestId)
      return request === undefined ? undefined : walker.ofRequest(request)
    },
    model: async (name, version) => walker.ofVersion(await deps.registry.versions.get({ name, version }), newWalk()),
    job: (name) => walker.ofRun(name, newWalk()),
  }
}

class Walker {
  readonly #deps: LineageDeps

  constructor(deps: LineageDeps) {
    this.#deps = deps
  }

  async ofRequest(request: StoredRequest): Promise<LineageNode> {
    const { requestId, endpoint, deployment, revision: number, atMs, collections, assets } = request
    const walk = newWalk()
    const revision = await findRevision(this.#deps.tables, { endpoint, deployment, revision: number })
    return {
      kind: 'prediction',
      name: requestId,
      details: knownDetails({
        at: timeText(atMs),
        rows: (collections['model_outputs'] ?? collections['model_inputs'])?.length,
        kept_in: assets.join(', '),
      }),
      from: [await this.#ofDeployment({ request, revision }, walk)],
    }
  }

  async #ofDeployment(
    { request, revision }: { readonly request: StoredRequest; readonly revision: Revision | undefined },
    walk: LineageWalk,
  ): Promise<LineageNode> {
    const spec = revision?.spec
    const from = [
      ...(await this.#ofDeployedModel(request, spec, walk)),
      ...(spec?.scoring === undefined ? [] : [scoringCode(spec.scoring)]),
      ...environmentOf(spec),
    ]
    return {
      kind: 'deployment',
      name: `${request.endpoint}/${request.deployment}`,
      details: knownDetails({
        revision: request.revision,
        created: timeText(revision?.createdMs),
        status: revision?.status ?? 'deleted since',
      }),
      from,
    }
  }

  /** By the deployment where it is still there, else by what the payload itself says. */
  async #ofDeployedModel(
    request: StoredRequest,
    spec: DeploymentSpec | undefined,
    walk: LineageWalk,
  ): Promise<readonly LineageNode[]> {
    const { model, modelVersion, job } = request
    if (model !== undefined && modelVersion !== undefined) {
      const version = await this.#version(model, Number(modelVersion))
      if (version !== undefined) return [await this.ofVersion(version, walk)]
      const name = `azureml:${model}:${modelVersion}`
      const from = job === undefined ? [] : [await this.ofRun(job, walk)]
      return [{ kind: 'model', name, details: { status: 'deleted since' }, from }]
    }
    if (job !== undefined) return [await this.ofRun(job, walk)]
    if (spec?.model?.from !== 'files') return []
    const { digest, baseName } = spec.model
    return [{ kind: 'model', name: baseName, details: { digest, registered: 'no: local files' }, from: [] }]
  }

  async ofVersion(version: ModelVersion, walk: LineageWalk): Promise<LineageNode> {
    const { name, source, runId, createdBy, createdMs, stage, aliases } = version
    return {
      kind: 'model',
      name: `azureml:${name}:${version.version}`,
      details: knownDetails({
        registered: timeText(createdMs),
        by: createdBy,
        aliases: aliases.join(', '),
        stage: stage === 'None' ? undefined : stage,
        source,
      }),
      from: runId === undefined ? [] : [await this.ofRun(runId, walk)],
    }
  }

  /** A run is a job's, or a client's own. */
  async ofRun(name: string, walk: LineageWalk): Promise<LineageNode> {
    try {
      const modelLineage = (reference: string, on: LineageWalk) => this.#ofModelReference(reference, on)
      return await jobLineage({ tables: this.#deps.tables, modelLineage }, name, walk)
    } catch (error) {
      if (!isNotFound(error)) throw error
      return this.#ofClientRun(name, error)
    }
  }

  async #ofClientRun(runId: string, noJob: SluiceError): Promise<LineageNode> {
    const run = await this.#deps.runs.get(runId).catch((error: unknown) => {
      if (isNotFound(error)) throw noJob
      throw error
    })
    const tags = new Map(run.tags.map(({ key, value }) => [key, value]))
    const commit = tags.get('mlflow.source.git.commit')
    const source = tags.get('mlflow.source.name')
    return {
      kind: 'run',
      name: runId,
      details: knownDetails({
        by: tags.get('mlflow.user'),
        experiment: run.info.experimentId,
        status: run.info.status,
      }),
      from: [
        ...(source === undefined
          ? []
          : [{ kind: 'source' as const, name: source, details: knownDetails({ git_commit: commit }), from: [] }]),
        ...run.datasetInputs.map(({ dataset }) => ({
          kind: 'data' as const,
          name: dataset.name,
          details: knownDetails({ digest: dataset.digest, source: dataset.source }),
          from: [],
        })),
      ],
    }
  }

  async #ofModelReference(reference: string, walk: LineageWalk): Promise<LineageNode | undefined> {
    try {
      parseModelReference(reference)
      const { name, version, runId } = await this.#deps.registry.resolve(reference)
      const found = name === undefined || version === undefined ? undefined : await this.#version(name, version)
      if (found !== undefined) return await this.ofVersion(found, walk)
      return runId === undefined ? undefined : await this.ofRun(runId, walk)
    } catch (error) {
      // No registered model: then it is data like any other.
      if (error instanceof SluiceError) return undefined
      throw error
    }
  }

  async #version(name: string, version: number): Promise<ModelVersion | undefined> {
    try {
      return await this.#deps.registry.versions.get({ name, version })
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }
}

function scoringCode({ code, script }: DeploymentSpec['scoring'] & object): LineageNode {
  return { kind: 'code', name: code.digest, role: 'scoring script', details: { script }, from: [] }
}

function environmentOf(spec: DeploymentSpec | undefined): readonly LineageNode[] {
  const environment = spec?.environment
  if (environment === undefined || environment.kind === 'none') return []
  const name = environment.kind === 'curated' ? `${environment.registry}/${environment.name}` : environment.kind
  return [{ kind: 'environment', name, role: 'scoring environment', details: {}, from: [] }]
}

function isNotFound(error: unknown): error is SluiceError {
  return error instanceof SluiceError && error.code === 'not-found'
}
