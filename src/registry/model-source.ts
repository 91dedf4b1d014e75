import { SluiceError } from '../base/errors.ts'
import { fullyDecoded, isWithin, splitUri } from './artifact-uri.ts'
import type { ModelOrigins } from './model-origins.ts'

/**
 * The story of a version's source.
 *
 * A source is a URI that other people's programs, and our serving, will download and load: whoever may create versions
 * must not thereby read files of the server or of other runs (CVE-2023-1177 and its successors). The rules are those of
 * MLflow 3.17, in its words:
 *
 * - local paths: only inside the artifact folder of the run or logged model that is named, when that is local itself;
 * - `runs:/RUN/...`, `models:/m-...`, `mlflow-artifacts:/...`: the request must name the run or logged model they are of;
 * - schemes that name a host (http, ftp, hdfs, ...): only below that run's or model's own artifact location;
 * - other storage (s3, gs, wasbs, dbfs, ...): any absolute path;
 * - nowhere `..`, however often it is encoded.
 */
export interface SourceClaim {
  readonly source: string
  /** Empty or absent: no run is named. */
  readonly runId?: string
  readonly loggedModelId?: string
}

const maxSourceLength = 4096
const hostSchemes = new Set(['ftp', 'sftp', 'hdfs', 'viewfs', 'http', 'https', 'r2', 'b2', 'abfss'])
/** What MLflow's clients send for prompts, which have no files. */
const promptSources = new Set(['dummy-source', 'prompt-template'])

/** Throws `invalid-request` unless the source is one of the placeholders that prompts have. */
export function checkPromptSource(source: string): void {
  if (promptSources.has(source)) return
  throw invalid(`Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`)
}

/** Throws `invalid-request` unless the source is one that the claimed run or logged model may be registered from. */
export async function checkSource(claim: SourceClaim, origins: ModelOrigins): Promise<void> {
  const { source } = claim
  if (source.length > maxSourceLength) {
    throw invalid(`'source' exceeds the maximum length of ${maxSourceLength} characters`)
  }
  const { scheme, authority, path } = splitUri(source)
  if (scheme === '' || scheme === 'file') return checkLocal(claim, origins)
  checkNoRelativeParts(source)
  const owner = isGiven(claim.loggedModelId) ? 'model_id' : 'run_id'
  if (scheme === 'runs') {
    const isOfRun = authority === '' && isGiven(claim.runId) && path.split('/')[1] === claim.runId
    if (owner === 'model_id' || !isOfRun) throw notOf(owner, source)
  } else if (scheme === 'models') {
    const loggedModelId = authority === '' ? loggedModelOf(source) : undefined
    if (authority !== '' || loggedModelId !== undefined) {
      if (authority !== '' || loggedModelId !== claim.loggedModelId) throw notOf('model_id', source)
    }
  } else if (scheme === 'mlflow-artifacts' || hostSchemes.has(scheme)) {
    const root = await rootOf(claim, origins)
    if (root !== undefined && isWithin(source, root)) return
    if (authority !== '' || scheme !== 'mlflow-artifacts') throw foreignHost(scheme)
    throw notOf(owner, source)
  }
}

/** The id in `models:/<id>`; undefined for other URIs, `models:/name/1` and `models:/name@alias` among them. */
export function loggedModelOf(source: string): string | undefined {
  const { scheme, path } = splitUri(source)
  return scheme === 'models' ? /^\/+([^/@]+)$/.exec(path)?.[1] : undefined
}

async function rootOf(claim: SourceClaim, origins: ModelOrigins): Promise<string | undefined> {
  if (isGiven(claim.loggedModelId)) return (await origins.loggedModel(claim.loggedModelId))?.artifactUri
  return isGiven(claim.runId) ? origins.runArtifactUri(claim.runId) : undefined
}

async function checkLocal(claim: SourceClaim, origins: ModelOrigins): Promise<void> {
  const { source } = claim
  const root = await rootOf(claim, origins)
  const place = splitUri(source)
  const isOwn = place.authority === '' || place.authority === 'localhost'
  const path = fullyDecoded(place.path)
  if (root !== undefined && isOwn && path.startsWith('/') && !hasRelativeParts(path)) {
    const { scheme, path: rootPath } = splitUri(root)
    if ((scheme === '' || scheme === 'file') && isWithin(`file:${path}`, `file:${rootPath}`)) return
  }
  const owner = isGiven(claim.loggedModelId) ? 'model' : 'run'
  throw invalid(
    `Invalid model version source: '${source}'. To use a local path as a model version source, the ${owner}_id request ` +
      'parameter has to be specified and the local path has to be contained within the artifact directory of the ' +
      `${owner} specified by the ${owner}_id.`,
  )
}

function checkNoRelativeParts(source: string): void {
  const decoded = fullyDecoded(source)
  const { authority, path } = splitUri(decoded)
  const isAbsolute = path.startsWith('/') || (path === '' && authority !== '')
  if (isAbsolute && !hasRelativeParts(decoded)) return
  throw invalid(
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, ` +
      'objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references ' +
      'present. Please provide an absolute path.',
  )
}

/** A part ends at a slash of either kind, and where a URI's path ends. */
function hasRelativeParts(path: string): boolean {
  return path.includes('\0') || path.split(/[/\\?#]/).some((part) => part === '..' || part === '.')
}

function isGiven(id: string | undefined): id is string {
  return id !== undefined && id !== ''
}

function notOf(owner: 'run_id' | 'model_id', source: string): SluiceError {
  return invalid(
    `Invalid model version source: '${source}'. The ${owner} request parameter must identify the resource that ` +
      'contains the source.',
  )
}

function foreignHost(scheme: string): SluiceError {
  return invalid(
    `'source' cannot use the '${scheme}' scheme: the '${scheme}' scheme addresses a host other than the tracking ` +
      "server's configured artifact storage, so the server would connect to the host named in the URI.",
  )
}

function invalid(message: string): SluiceError {
  return new SluiceError('invalid-request', message)
}
