/** A conda dependency (a "match spec") in PEP 440 terms. */
export interface CondaSpec {
  readonly name: string
  /** PEP 440 clauses joined by commas, e.g. `==1.5.*` or `>=1.5,<2`; empty for any version. */
  readonly specifier: string
  /** What PEP 440 cannot say and was left out, in words. */
  readonly note?: string
}

const bracketPattern = /^([^\s[\]]+)\s*\[(.*)\]$/
const versionPattern = /^[0-9A-Za-z][0-9A-Za-z._+!]*$/

/**
 * Reads `numpy`, `numpy=1.21`, `numpy==1.21.6`, `numpy=1.21=py38_0`, `numpy >=1.20,<2`, `numpy 1.21.*`,
 * `conda-forge::numpy` and `numpy[version='>=1.20']`. Undefined when the text is none of these.
 */
export function parseCondaSpec(text: string): CondaSpec | undefined {
  const withoutChannel = text.trim().replace(/^[A-Za-z0-9_./:-]+?::/, '')
  const bracket = bracketPattern.exec(withoutChannel)
  if (bracket !== null) {
    const version = /(?:^|,)\s*version\s*=\s*(?:'([^']*)'|"([^"]*)"|([^,]*))/.exec(bracket[2]!)
    return specOf(bracket[1]!, (version?.[1] ?? version?.[2] ?? version?.[3] ?? '').trim(), true)
  }
  const [, name, rest = ''] = /^([A-Za-z0-9_][A-Za-z0-9_.-]*)\s*(.*)$/.exec(withoutChannel) ?? []
  if (name === undefined) return undefined
  const [version = '', build] = splitBuild(rest.trim())
  // After a space a bare version means exactly that one; after `=` it means a prefix.
  const spec = specOf(name, version, rest.startsWith('='))
  if (spec === undefined || build === undefined || build === '*') return spec
  return { ...spec, note: [spec.note, `the build ${build} of ${name} is left out`].filter(Boolean).join('; ') }
}

/** Separates `=1.21=py38_0` and `1.21 py38_0` into version and build. */
function splitBuild(rest: string): readonly [version?: string | undefined, build?: string | undefined] {
  const byEquals = /^(==?[^=<>!~,|\s]+)(?:=|\s+)([A-Za-z0-9_.*+]+)$/.exec(rest)
  if (byEquals !== null) return [byEquals[1], byEquals[2]]
  const bySpace = /^([0-9][^\s,|<>=]*)(?:=|\s+)([A-Za-z0-9_.*+]+)$/.exec(rest)
  return bySpace === null ? [rest] : [bySpace[1], bySpace[2]]
}

function specOf(name: string, version: string, bareIsPrefix: boolean): CondaSpec | undefined {
  const alternatives = version.split('|').map((alternative) => alternative.trim())
  // PEP 440 has no "or"; authors list the newest last.
  const chosen = alternatives.at(-1)!
  const clauses: string[] = []
  for (const part of chosen.split(',')) {
    const clause = pep440Clause(part.trim(), bareIsPrefix)
    if (clause === undefined) return undefined
    if (clause !== '') clauses.push(clause)
  }
  const specifier = clauses.join(',')
  if (alternatives.length === 1) return { name, specifier }
  return { name, specifier, note: `of the versions ${version} of ${name}, ${chosen} is used` }
}

function pep440Clause(clause: string, bareIsPrefix: boolean): string | undefined {
  const [, operator = '', rest = ''] = /^(==|>=|<=|!=|~=|=|>|<)?\s*(.*)$/.exec(clause) ?? []
  if (rest === '' || rest === '*') return operator === '' || rest === '*' ? '' : undefined
  const isPrefix = /\.?\*$/.test(rest)
  const version = rest.replace(/\.?\*$/, '')
  if (!versionPattern.test(version)) return undefined
  switch (operator) {
    case '=':
      return `==${version}.*`
    case '==':
    case '!=':
      return `${operator}${version}${isPrefix ? '.*' : ''}`
    case '':
      return isPrefix || bareIsPrefix ? `==${version}.*` : `==${version}`
    default:
      return `${operator}${version}` // A star after `>=` says nothing.
  }
}
