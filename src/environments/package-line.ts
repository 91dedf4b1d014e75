/**
 * One line of a requirements file or of a conda file's `pip:` list, judged before any tool sees it: a line can name an
 * index, run a build script of its own choosing or read a file, so only plain PEP 508 requirements pass. What names a
 * source (an index, a URL) passes only when an allowed source is a prefix of it; nothing is allowed by default.
 */
export type PackageLine =
  /** A requirement in normal form, e.g. `pandas[excel]>=1.5,<2 ; python_version < "3.12"`. */
  | { readonly kind: 'requirement'; readonly name: string; readonly text: string }
  /** An allowed index, e.g. `--extra-index-url https://...`. */
  | { readonly kind: 'option'; readonly text: string }
  /** `-r file`: more lines, in a file beside this one. */
  | { readonly kind: 'include'; readonly path: string }
  /** Nothing to install; `note` says what was left out. */
  | { readonly kind: 'nothing'; readonly note?: string }
  | { readonly kind: 'refused'; readonly why: string; readonly hint: string }

const namePattern = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([A-Za-z0-9._,\s-]*)\])?\s*(.*)$/
const clausePattern = /^(===|==|~=|!=|<=|>=|<|>)\s*([A-Za-z0-9][A-Za-z0-9.*+!_-]*)$/
const markerPattern = /^[A-Za-z0-9_.\s'"<>=!~()*+,-]+$/
// Space and the printable characters; a new line inside a value would start a requirement or an option of its own.
const printablePattern = /^[\x20-\x7e\u00a0-\u2027\u202a-\uffff]*$/
const harmlessFlags = new Set(['--prefer-binary', '--no-cache-dir', '--upgrade', '-U', '--no-input', '-q', '--quiet'])

/** Judges one line; `allowedSources` are URL prefixes, e.g. `https://wheels.example/whl/`. Never throws. */
export function parsePackageLine(line: string, allowedSources: readonly string[]): PackageLine {
  if (!printablePattern.test(line.replaceAll('\t', ' '))) {
    return refused('holds a line break or a control character', 'Write one requirement per entry.')
  }
  const text = line.replace(/(^|\s)#.*$/, '').trim()
  if (text === '') return { kind: 'nothing' }
  if (text.startsWith('-')) return parseOption(text, allowedSources)
  return parseRequirement(text, allowedSources)
}

/** PEP 503: the one spelling of a package name, e.g. `Ruamel_Yaml` and `ruamel.yaml` are `ruamel-yaml`. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}

function parseOption(text: string, allowedSources: readonly string[]): PackageLine {
  const [, flag = '', rest = ''] = /^(-[A-Za-z]|--[a-z-]+)(?:\s*=\s*|\s+)?(.*)$/.exec(text) ?? []
  const value = rest.trim()
  if (harmlessFlags.has(text))
    return { kind: 'nothing', note: `left out: ${text} (it says nothing about what to install)` }
  switch (flag) {
    case '-i':
    case '--index-url':
      return indexLine('--index-url', value, allowedSources)
    case '--extra-index-url':
      return indexLine('--extra-index-url', value, allowedSources)
    case '-f':
    case '--find-links':
      return indexLine('--find-links', value, allowedSources)
    case '-e':
    case '--editable':
      return parseRequirement(value, allowedSources)
    case '-r':
    case '--requirement':
      if (isUrl(value)) return refused(`reads requirements from ${value}`, 'Copy the lines of that file into this one.')
      return { kind: 'include', path: value }
    case '-c':
    case '--constraint':
      return refused('reads constraints from another file', 'Write the versions beside the requirements.')
    default:
      return refused(
        `is an option (${flag || text}) that is not accepted here`,
        'Remove it, or set it for pip or uv on this machine.',
      )
  }
}

function indexLine(flag: string, url: string, allowedSources: readonly string[]): PackageLine {
  return refusedUrl(url, allowedSources) ?? { kind: 'option', text: `${flag} ${new URL(url).href}` }
}

function parseRequirement(text: string, allowedSources: readonly string[]): PackageLine {
  const bare = /^(?:git\+|hg\+|svn\+|bzr\+)?[a-z]+:/i.test(text)
  if (bare) return urlRequirement(undefined, text, allowedSources)
  if (/^[.~/\\]/.test(text) || /^[^\s@;[]*[/\\]/.test(text)) {
    return refused(`names the local path ${text}`, 'Put the package into the code folder, or publish it to an index.')
  }
  const [, name, extras, rest = ''] = namePattern.exec(text) ?? []
  if (name === undefined) return refused('is not a requirement', 'Write it as NAME or NAME==VERSION.')
  const fullName = extras === undefined ? name : `${name}[${extras.replace(/\s/g, '')}]`
  if (rest.startsWith('@')) return urlRequirement(fullName, rest.slice(1).trim(), allowedSources)
  const withoutHashes = rest.replace(/\s+--hash[=\s]\S+/g, '')
  const semicolon = withoutHashes.indexOf(';')
  const specifier = (semicolon < 0 ? withoutHashes : withoutHashes.slice(0, semicolon)).trim()
  const marker = semicolon < 0 ? '' : withoutHashes.slice(semicolon + 1).trim()
  const clauses = specifierClauses(specifier)
  if (typeof clauses === 'string') return refusedSpecifier(name, clauses)
  if (marker !== '' && !markerPattern.test(marker)) {
    return refused(`has the marker "${marker}", which cannot be read`, `Write e.g. ${name} ; python_version < "3.12".`)
  }
  return {
    kind: 'requirement',
    name: normalName(name),
    text: fullName + clauses.join(',') + (marker && ` ; ${marker}`),
  }
}

/** The clauses of a version specifier in normal form, or the clause that cannot be read. */
function specifierClauses(specifier: string): readonly string[] | string {
  const inner = /^\((.*)\)$/.exec(specifier)?.[1] ?? specifier
  if (inner.trim() === '') return []
  const clauses: string[] = []
  for (const part of inner.replace(/,\s*$/, '').split(',')) {
    const [, operator, version] = clausePattern.exec(part.trim()) ?? []
    if (operator === undefined) return part.trim()
    clauses.push(operator + version)
  }
  return clauses
}

function refusedSpecifier(name: string, clause: string): PackageLine {
  const version = /^=\s*([^=\s]+)$/.exec(clause)?.[1]
  if (version !== undefined) return refused('has one "=", which only conda reads', `Write ${name}==${version}.`)
  return refused(`has the version "${clause}", which cannot be read`, `Write e.g. ${name}==1.2 or ${name}>=1.2,<2.`)
}

function urlRequirement(name: string | undefined, url: string, allowedSources: readonly string[]): PackageLine {
  const [address = '', marker] = url.split(/\s+;\s*/, 2)
  const problem = refusedUrl(address, allowedSources)
  if (problem !== undefined) return problem
  if (marker !== undefined && !markerPattern.test(marker)) return refused(`has the marker "${marker}"`, 'Remove it.')
  const egg = name ?? /[#&]egg=([A-Za-z0-9._-]+)/.exec(address)?.[1]
  const suffix = marker === undefined ? '' : ` ; ${marker}`
  if (egg === undefined) return { kind: 'requirement', name: address, text: address + suffix }
  return { kind: 'requirement', name: normalName(egg.replace(/\[.*/, '')), text: `${egg} @ ${address}${suffix}` }
}

function refusedUrl(url: string, allowedSources: readonly string[]): PackageLine | undefined {
  const parsed = URL.parse(url.replace(/^(git|hg|svn|bzr)\+/, ''))
  // `${NAME}` is replaced from the environment by pip and uv; quotes and white space end a value early.
  if (parsed === null || /[\s$"'`\\<>]/.test(url))
    return refused(`names ${url}, which is not a URL`, 'Name the full URL.')
  if (parsed.username !== '' || parsed.password !== '') {
    return refused(
      'carries a password in a URL',
      'Keep it out of the file: set UV_INDEX for the server, or use ~/.netrc.',
    )
  }
  if (allowedSources.some((source) => isUnder(parsed, source))) return undefined
  const origin = parsed.protocol === 'file:' ? parsed.href : `${parsed.origin}/`
  return refused(
    `takes packages from ${parsed.href}, which is not an allowed source`,
    `Name the package by its PyPI name, or have ${origin} added to the allowed package sources.`,
  )
}

function isUnder(url: URL, source: string): boolean {
  const prefix = URL.parse(source)
  if (prefix === null || prefix.protocol !== url.protocol || prefix.host !== url.host) return false
  const folder = prefix.pathname.endsWith('/') ? prefix.pathname : `${prefix.pathname}/`
  return `${url.pathname}/`.startsWith(folder) && !/%2e|%2f|%5c/i.test(url.pathname)
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text)
}

function refused(why: string, hint: string): PackageLine {
  return { kind: 'refused', why, hint }
}
