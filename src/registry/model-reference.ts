import { SluiceError } from '../base/errors.ts'

/** What a text that names a model means. */
export type ModelReference =
  | { readonly kind: 'version'; readonly name: string; readonly version: number }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'stage'; readonly name: string; readonly stage: string }
  | { readonly kind: 'latest'; readonly name: string }
  | { readonly kind: 'logged-model'; readonly modelId: string }
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }

/**
 * Reads every form in which Azure ML and MLflow name a model: `azureml:diabetes:3`, `azureml:diabetes@champion` or
 * `@latest`, `azureml:diabetes`, `azureml://models/diabetes/versions/3` and longer paths that end so,
 * `models:/diabetes/3`, `models:/diabetes/Production`, `models:/diabetes/latest`, `models:/diabetes@champion`,
 * `models:/m-<id>`, `runs:/<run>/<path>`, and bare `diabetes`, `diabetes:3`, `diabetes@champion`. Throws
 * `invalid-reference`.
 */
export function parseModelReference(text: string): ModelReference {
  if (text.startsWith('models:')) return mlflowReference(text)
  if (text.startsWith('runs:')) return runReference(text)
  if (/^azureml:\/(\/|subscriptions\/)/.test(text)) return azureUri(text)
  const written = text.startsWith('azureml:') ? text.slice('azureml:'.length) : text
  const [, name, version] = /^([^:/]+):([^:/@]+)$/.exec(written) ?? []
  if (name !== undefined && version !== undefined) return numbered(text, name, version)
  return /^[^:/]+$/.test(written) ? labelled(text, written) : refuse(text)
}

function mlflowReference(text: string): ModelReference {
  const [, name, suffix] = /^models:\/+([^/]+)(?:\/([^/]+))?$/.exec(text) ?? []
  if (name === undefined) return refuse(text)
  if (suffix === undefined)
    return /^m-[0-9a-f]{32}$/.test(name) ? { kind: 'logged-model', modelId: name } : labelled(text, name)
  if (/^\d+$/.test(suffix)) return numbered(text, name, suffix)
  return suffix.toLowerCase() === 'latest' ? { kind: 'latest', name } : { kind: 'stage', name, stage: suffix }
}

function runReference(text: string): ModelReference {
  const [, runId, path] = /^runs:\/+([^/]+)\/+(.+?)\/*$/.exec(text) ?? []
  if (runId === undefined || path === undefined) return refuse(text)
  if (path.split('/').some((part) => part === '..' || part === '.')) return refuse(text)
  return { kind: 'run', runId, path }
}

function azureUri(text: string): ModelReference {
  if (text.startsWith('azureml://registries/')) {
    throw new SluiceError(
      'not-supported',
      `"${text}" names a model in a shared Azure registry, which is not reachable here.`,
      {
        hint: 'Register the model in this store and name it azureml:NAME:VERSION.',
      },
    )
  }
  const [, name, kind, value] = /\/models\/([^/:]+)(?:\/(versions|labels)\/([^/:]+))?$/.exec(text) ?? []
  if (name === undefined) return refuse(text)
  if (kind === undefined || value === undefined) return { kind: 'latest', name }
  return kind === 'versions' ? numbered(text, name, value) : labelled(text, `${name}@${value}`)
}

/** `name` or `name@alias`; the last @ counts, as in MLflow, for names may hold one. */
function labelled(text: string, written: string): ModelReference {
  const at = written.lastIndexOf('@')
  if (at < 0) return { kind: 'latest', name: written }
  const [name, alias] = [written.slice(0, at), written.slice(at + 1)]
  if (name === '' || alias === '') return refuse(text)
  return alias.toLowerCase() === 'latest' ? { kind: 'latest', name } : { kind: 'alias', name, alias }
}

function numbered(text: string, name: string, version: string): ModelReference {
  if (/^\d{1,15}$/.test(version)) return { kind: 'version', name, version: Number(version) }
  throw new SluiceError(
    'invalid-reference',
    `"${text}" asks for version "${version}"; versions of a model are 1, 2, 3, ...`,
    {
      hint: `Name a version (azureml:${name}:1), an alias (azureml:${name}@champion) or the newest (azureml:${name}@latest).`,
    },
  )
}

function refuse(text: string): never {
  throw new SluiceError('invalid-reference', `"${text}" does not name a model.`, {
    hint: 'Write azureml:NAME:VERSION, azureml:NAME@ALIAS, models:/NAME/VERSION, models:/NAME@ALIAS or runs:/RUN/PATH.',
  })
}
