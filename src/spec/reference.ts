import { SluiceError } from '../base/errors.ts'
import type { Reference } from './document-parts.ts'
import { isGitUri, parseGitUri } from './git-uri.ts'
import { quoted } from './yaml/source-text.ts'

/** What the references of Azure ML start with, where it is not a path. */
const prefix = 'azureml:'

/**
 * Reads a reference as it stands in `fromFile`: `azureml:name:version`, `azureml:name@label`, `azureml:name` (label
 * `default`), `azureml://registries/...`, resource ids of Azure (reduced to name and version), any other URI verbatim
 * (`https:`, `git+...`, `runs:/`, `azureml://datastores/...`, `azureml://jobs/...`), else a local path, with or without
 * `file:`, which becomes absolute. Throws `invalid-reference` with a hint for what can be none of them.
 */
export function parseReference(text: string, fromFile: string): Reference {
  const trimmed = text.trim()
  if (trimmed === '') throw refused(text, 'is empty', 'Write a path or azureml:NAME:VERSION.')

  if (/[\u0000-\u001f\u007f]/.test(trimmed)) throw refused(text, 'has a control character in it', 'Remove it.')
  if (/^azureml:\/\//i.test(trimmed)) return azureUri(trimmed)
  if (trimmed.toLowerCase().startsWith(prefix)) return assetOrPath(trimmed.slice(prefix.length), text, fromFile)
  if (/^file:/i.test(trimmed)) return fileUri(trimmed, fromFile)
  if (/^[a-z]:([\\/]|$)/i.test(trimmed) || trimmed.startsWith('\\\\')) {
    throw refused(text, 'is a Windows path', 'Write it relative to this file, with forward slashes: ./data/file.csv')
  }
  if (isGitUri(trimmed)) parseGitUri(trimmed)
  if (isGitUri(trimmed) || /^[a-z][a-z0-9+.-]+:\/\//i.test(trimmed) || /^(runs|models):/.test(trimmed)) {
    return { kind: 'uri', uri: trimmed }
  }
  if (trimmed.startsWith('/subscriptions/')) return resourceId(trimmed) ?? localPath(trimmed, fromFile)
  return localPath(trimmed, fromFile)
}

/** Whether text names something by itself (a scheme, `azureml:`) rather than by a path from where it stands. */
export function hasScheme(text: string): boolean {
  return /^\s*([a-z][a-z0-9+.-]+:\/\/|azureml:|runs:|models:)/i.test(text) || isGitUri(text.trim())
}

function assetOrPath(rest: string, text: string, fromFile: string): Reference {
  // And addresses of the web as azureml:https://host/file.csv.
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(rest)) return parseReference(rest, fromFile)
  if (rest.startsWith('/subscriptions/')) return resourceId(rest) ?? { kind: 'uri', uri: text.trim() }
  // The SDK's dump writes local paths as azureml:ex/cli/data and azureml:/home/me/data.
  if (rest.startsWith('.') || rest.startsWith('/') || /^[^:@]*\/[^:@]*$/.test(rest)) return localPath(rest, fromFile)
  const [, name, separator, tail] = /^([^:@/\s]+)(?:([:@])([^\s]*))?$/.exec(rest) ?? []
  if (name === undefined) throw refused(text, 'is not azureml:NAME:VERSION', referenceForms)
  if (separator === undefined) return { kind: 'asset', name, label: 'default' }
  if (tail === undefined || tail === '' || /[/@]/.test(tail)) {
    throw refused(text, separator === ':' ? 'has no valid version' : 'has no valid label', referenceForms)
  }
  return separator === ':' ? { kind: 'asset', name, version: tail } : { kind: 'asset', name, label: tail }
}

const referenceForms = 'Write azureml:NAME:VERSION or azureml:NAME@LABEL (@latest is the newest).'

function azureUri(text: string): Reference {
  const parts = text.slice('azureml://'.length).replace(/\/+$/, '').split('/')
  if (parts[0]?.toLowerCase() === 'registries') return registryReference(text, parts)
  return resourceId(`/${parts.join('/')}`) ?? { kind: 'uri', uri: text }
}

function registryReference(text: string, parts: readonly string[]): Reference {
  const [, registry, assetType, name, selector, selected] = parts
  const isComplete = [registry, assetType, name].every((part) => part !== undefined && part !== '')
  const isSelected = selector === undefined || (/^(versions|labels)$/i.test(selector) && Boolean(selected))
  if (!isComplete || !isSelected || parts.length > 6) {
    const hint = 'Write azureml://registries/REGISTRY/TYPE/NAME/versions/VERSION or .../labels/LABEL.'
    throw refused(text, 'is not a whole registry reference', hint)
  }
  const common = { kind: 'registry', registry: registry!, assetType: assetType!, name: name! } as const
  if (selected === undefined) return common
  return selector!.toLowerCase() === 'versions' ? { ...common, version: selected } : { ...common, label: selected }
}

/** Kinds of assets that have versions, as Azure's ids spell them. */
const assetKind = /\/(?:components|environments|models|data|codes)\/([^/]+)(?:\/(versions|labels)\/([^/]+))?$/i

/** An asset of a workspace by its long id: ours are found by name and version. */
function resourceId(id: string): Reference | undefined {
  // Paths in a datastore or in a job's outputs may have a folder called "data".
  if (/\/(datastores|jobs)\//i.test(id)) return undefined
  const [, name, selector, selected] = assetKind.exec(id) ?? []
  if (name === undefined) return undefined
  if (selected === undefined) return { kind: 'asset', name, label: 'default' }
  const isVersion = selector!.toLowerCase() === 'versions'
  return isVersion ? { kind: 'asset', name, version: selected } : { kind: 'asset', name, label: selected }
}

function fileUri(text: string, fromFile: string): Reference {
  const rest = text.slice('file:'.length)
  if (!rest.startsWith('//')) return localPath(rest, fromFile)
  // file://HOST/path: only this machine's files are local. file://./x and file://x are seen in the wild as relative.
  const path = rest.slice(2).replace(/^localhost(?=\/)/, '')
  try {
    return localPath(decodeURIComponent(path), fromFile)
  } catch {
    throw refused(text, 'has a broken % escape', 'Write the path as it is: file:./folder/file.csv')
  }
}

function localPath(path: string, fromFile: string): Reference {
  if (path.trim() === '') throw refused(path, 'is empty', 'Write a path after "file:".')
  if (path.includes('\\')) {
    throw refused(path, 'has backslashes', `Write it with forward slashes: ${path.replaceAll('\\', '/')}`)
  }
  if (path === '~' || path.startsWith('~/')) {
    throw refused(
      path,
      'starts with ~, which only a shell replaces',
      'Write the whole path, or one relative to this file.',
    )
  }
  return { kind: 'local', path: resolvePath(fromFile, path) }
}

function refused(text: string, problem: string, hint: string): SluiceError {
  return new SluiceError('invalid-reference', `the reference ${quoted(text)} ${problem}`, { hint })
}

/**
 * The path `relative` means when it stands in `fromFile`: `.` and `..` resolved in the text (links are not followed),
 * without a trailing slash. From a relative `fromFile` it is relative.
 */
export function resolvePath(fromFile: string, relative: string): string {
  return normalised(relative.startsWith('/') ? relative : `${folderOf(fromFile)}/${relative}`)
}

function folderOf(file: string): string {
  const slash = file.lastIndexOf('/')
  return slash === -1 ? '.' : slash === 0 ? '/' : file.slice(0, slash)
}

function normalised(path: string): string {
  const isAbsolute = path.startsWith('/')
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    // Above the root is the root; above a relative start stays written.
    else if (!isAbsolute) kept.push(part)
  }
  const joined = kept.join('/')
  return isAbsolute ? `/${joined}` : joined === '' ? '.' : joined
}
