import { SluiceError } from '../base/errors.ts'

/** A folder or file of a git repository. */
export interface GitPlace {
  readonly protocol: 'https' | 'http' | 'ssh' | 'file'
  /** What git is given: the address alone, without revision and subdirectory. */
  readonly repository: string
  /** Absent for `file`. IPv6 without brackets. */
  readonly host?: string
  readonly port?: number
  /** Branch, tag or commit; absent: what the repository calls HEAD. */
  readonly revision?: string
  /** Relative, without `.` and `..`; '' for the whole. */
  readonly path: string
}

/** Whether text names something in a git repository: `git+PROTOCOL://...`, `git@HOST:PATH`, `ssh://...`. */
export function isGitUri(text: string): boolean {
  return /^(git\+|ssh:\/\/)/i.test(text) || /^git@[^/:]+:/.test(text)
}

const forms =
  'Write git+https://HOST/PATH.git@REVISION#subdirectory=FOLDER or git@HOST:PATH.git@REVISION#subdirectory=FOLDER.'

/**
 * Reads `git+https://host/path@revision#subdirectory=folder` (as pip and Azure ML write it; also http, ssh, file), and
 * `git@host:path` with the same ending. A fragment without `=` is a revision too, as npm writes it. Throws
 * `invalid-reference` for anything else, and for an address that holds a password, which would be stored with the job.
 */
export function parseGitUri(text: string): GitPlace {
  const hash = text.indexOf('#')
  const fragment = readFragment(text, hash === -1 ? '' : text.slice(hash + 1))
  const address = (hash === -1 ? text : text.slice(0, hash)).replace(/^git\+/i, '')
  const scp = /^(git@)([^/:]+):(?!\/\/)(.*)$/.exec(address)
  const whole = scp === null ? address : `ssh://${scp[1]}${scp[2]}/${scp[3]!.replace(/^\/+/, '')}`
  const [, scheme, authority = '', path = ''] = /^([a-z+]+):\/\/([^/]*)(\/.*)$/i.exec(whole) ?? []
  const protocol = scheme?.toLowerCase()
  if (protocol === undefined) throw refused(text, 'is no address of a git repository', forms)
  if (protocol !== 'https' && protocol !== 'http' && protocol !== 'ssh' && protocol !== 'file')
    throw refused(text, `uses ${protocol}, which git is not asked to speak here`, forms)
  const place = placeOf(text, authority, protocol)
  const at = path.lastIndexOf('@')
  const repositoryPath = at === -1 ? path : path.slice(0, at)
  const [written, ending] = at === -1 ? [] : withoutSubdirectory(path.slice(at + 1))
  if (repositoryPath.replace(/\//g, '') === '') throw refused(text, 'names no repository', forms)
  if (written !== undefined && fragment.revision !== undefined) throw refused(text, 'names two revisions', forms)
  if (ending !== undefined && fragment.path !== '') throw refused(text, 'names two folders', forms)
  const revision = checkRevision(text, written ?? fragment.revision)
  return {
    protocol,
    repository: `${protocol}://${authority}${repositoryPath}`,
    ...place,
    ...(revision !== undefined && { revision }),
    path: ending === undefined ? fragment.path : readFragment(text, ending).path,
  }
}

/** A revision, and `subdirectory=FOLDER` where `&` stands in the place of `#`, as some of Azure's files have it. */
function withoutSubdirectory(revision: string): readonly [string, string?] {
  const ampersand = revision.indexOf('&subdirectory=')
  return ampersand === -1 ? [revision] : [revision.slice(0, ampersand), revision.slice(ampersand + 1)]
}

function placeOf(text: string, authority: string, protocol: GitPlace['protocol']): Pick<GitPlace, 'host' | 'port'> {
  if (protocol === 'file') {
    if (authority === '' || authority === 'localhost') return {}
    throw refused(text, `names the host ${authority} of a file`, 'Write git+file:///PATH: three slashes.')
  }
  const user = authority.includes('@') ? authority.slice(0, authority.lastIndexOf('@')) : ''
  if (user.includes(':') || (user !== '' && protocol !== 'ssh'))
    throw refused(
      text,
      'holds a user name or password, which would be stored with the job',
      'Remove it; git asks its credential helpers and ssh its keys for the user that runs the server.',
    )
  const [, bracketed, plain, port] =
    /^(?:\[([0-9a-f:.]+)\]|([a-z0-9][a-z0-9._-]*))(?::(\d{1,5}))?$/i.exec(
      authority.slice(user === '' ? 0 : user.length + 1),
    ) ?? []
  const host = bracketed ?? plain
  if (host === undefined || !/^[\w.-]*$/.test(user) || user.startsWith('-')) throw refused(text, 'names no host', forms)
  return { host, ...(port !== undefined && { port: Number(port) }) }
}

/** Git's own rules for the names of branches and tags (git-check-ref-format), and nothing that looks like an option. */
function checkRevision(text: string, revision: string | undefined): string | undefined {
  if (revision === undefined) return undefined
  const isName = /^[^\s~^:?*[\\\-/.@][^\s~^:?*[\\]*$/.test(revision)
  if (isName && !/\.\.|@\{|\/\/|\/$|\.$/.test(revision)) return revision
  throw refused(text, `names the revision "${revision}", which git does not allow`, 'Name a branch, a tag or a commit.')
}

function readFragment(text: string, fragment: string): { readonly revision?: string; readonly path: string } {
  if (fragment === '') return { path: '' }
  if (!fragment.includes('=')) return { revision: fragment, path: '' }
  let path = ''
  for (const pair of fragment.split('&')) {
    const equals = pair.indexOf('=')
    const [key, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
    // pip's name of the package says nothing here.
    if (key === 'egg') continue
    if (key !== 'subdirectory')
      throw refused(text, `says ${key === '' ? pair : key} after #`, 'After # only subdirectory=FOLDER has a meaning.')
    path = value.replace(/^(\.?\/)+/, '').replace(/\/+$/, '')
    if (path.split('/').includes('..'))
      throw refused(text, 'leaves its repository', 'Name a folder without ".." in it.')
  }
  return { path: path === '.' ? '' : path }
}

/** Like a mistake of any reference, but without what may be a password. */
function refused(text: string, problem: string, hint: string): SluiceError {
  return new SluiceError('invalid-reference', `the reference "${withoutCredentials(text)}" ${problem}`, { hint })
}

/** Text with addresses, fit for messages and logs: what stands before their @ is left out. */
export function withoutCredentials(text: string): string {
  return text.replace(/(\w:\/\/)[^/\s@]*:[^/\s@]*@/g, '$1***@')
}
