import { isGitUri } from './git-uri.ts'

/** What a URI of data means to this program; `path` is '' for the whole. */
export type DataUri =
  | {
      readonly kind: 'content'
      readonly contentKind: 'file' | 'folder'
      readonly digest: string
      readonly baseName: string
    }
  | { readonly kind: 'datastore'; readonly datastore: string; readonly path: string }
  | { readonly kind: 'job-output'; readonly job: string; readonly output: string; readonly path: string }
  | { readonly kind: 'run'; readonly run: string; readonly path: string }
  | { readonly kind: 'model'; readonly uri: string }
  | { readonly kind: 'web'; readonly url: string }
  | { readonly kind: 'git'; readonly uri: string }

/**
 * Takes apart the URIs of azureml-yaml.md 2: `azureml://datastores/DS/paths/P` and `azureml://jobs/JOB/outputs/OUT`
 * (with `/paths/P`), both also in Azure's long form with a subscription in front, `runs:/RUN/PATH`, `models:/...`,
 * http, https and git (git-uri.ts). Undefined for what is none of them.
 */
export function parseDataUri(uri: string): DataUri | undefined {
  if (/^https?:\/\//i.test(uri)) return { kind: 'web', url: uri }
  if (isGitUri(uri)) return { kind: 'git', uri }
  if (uri.startsWith('models:')) return { kind: 'model', uri }
  const [, run, runPath = ''] = /^runs:\/+([^/]+)(?:\/+(.*))?$/.exec(uri) ?? []
  if (run !== undefined) return { kind: 'run', run, path: plainPath(runPath) }
  const [, rest] = /^azureml:\/+(?:subscriptions\/.*?\/(?=datastores\/|jobs\/))?(.*)$/i.exec(uri) ?? []
  if (rest === undefined) return undefined
  const [, contentKind, digest, baseName] = /^content\/(file|folder)\/([0-9a-f]{64})\/([^/]+)$/.exec(rest) ?? []
  if (digest !== undefined && baseName !== undefined)
    return { kind: 'content', contentKind: contentKind as 'file' | 'folder', digest, baseName: decoded(baseName) }
  const [, datastore, path = ''] = /^datastores\/([^/]+)(?:\/paths(?:\/(.*))?)?\/?$/i.exec(rest) ?? []
  if (datastore !== undefined) return { kind: 'datastore', datastore, path: plainPath(path) }
  const [, job, output, outputPath = ''] =
    /^jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths(?:\/(.*))?)?\/?$/i.exec(rest) ?? []
  if (job !== undefined && output !== undefined) return { kind: 'job-output', job, output, path: plainPath(outputPath) }
  return undefined
}

/** Names stored content in a document that outlives the file it was made from. */
export function contentUri(content: {
  readonly kind: 'file' | 'folder'
  readonly digest: string
  readonly baseName: string
}): string {
  return `azureml://content/${content.kind}/${content.digest}/${encodeURIComponent(content.baseName)}`
}

function plainPath(path: string): string {
  return path.replace(/^(\.?\/)+/, '').replace(/(\/\.?)+$/, '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
