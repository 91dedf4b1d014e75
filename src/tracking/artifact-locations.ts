import { resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { ExperimentId } from '../base/ids.ts'
import { invalidValue, limits } from './limits.ts'

/**
 * Where artifacts are, as URIs. `mlflow-artifacts:/<path>` is what we store ourselves: clients reach it through our
 * proxy, and `<path>` is the name in the artifact store. Any other URI is between the client and that place.
 */
const ownScheme = 'mlflow-artifacts:'

/** The location of an experiment that names none. */
export function defaultArtifactLocation(experimentId: ExperimentId | number): string {
  return `${ownScheme}/${experimentId}`
}

/** An experiment's location as it is stored: a path without a scheme is resolved against this server's folder. */
export function checkedArtifactLocation(location: string): string {
  const rule = (why: string) => invalidValue('artifact_location', location, why)
  if (location.length > limits.artifactLocation) {
    throw new SluiceError(
      'limit-exceeded',
      `'artifact_location' exceeds the maximum length of ${limits.artifactLocation} characters`,
    )
  }
  if (location.startsWith('runs:')) throw rule('An artifact location cannot be a runs:/ URI.')
  if (/[#\0]/.test(location)) throw rule('An artifact location cannot hold fragments.')
  if (/(^|[/\\])\.\.([/\\]|$)/.test(decoded(location))) throw rule('An artifact location cannot hold "..".')
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(location) ? location : resolve(location)
}

function decoded(text: string): string {
  let before = text
  for (let turn = 0; turn < 5; turn++) {
    const after = before.replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%5c/gi, '\\').replace(/%25/g, '%')
    if (after === before) break
    before = after
  }
  return before
}

/** Appends path parts to a URI, before its query where it has one. */
export function appendToUri(uri: string, ...parts: readonly string[]): string {
  const queryStart = uri.indexOf('?')
  const path = queryStart < 0 ? uri : uri.slice(0, queryStart)
  const query = queryStart < 0 ? '' : uri.slice(queryStart)
  return `${path.replace(/\/+$/, '')}/${parts.join('/')}${query}`
}

/**
 * The folder in our artifact store that a URI means, e.g. `0/<run>/artifacts`; `undefined` when the artifacts are
 * elsewhere. A host, as in `mlflow-artifacts://host:5000/0`, is the address clients know us by.
 */
export function artifactFolder(uri: string): string | undefined {
  if (!uri.startsWith(ownScheme)) return undefined
  return uri
    .slice(ownScheme.length)
    .replace(/^\/\/[^/]*/, '')
    .replace(/^\/+|\/+$/g, '')
}
