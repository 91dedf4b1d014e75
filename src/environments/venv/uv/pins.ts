/**
 * A requirement line in the normal form of package-line.ts, taken apart: `name[extras]`, clauses, marker. Undefined for
 * options and URLs.
 */
function parts(line: string): { name: string; clauses: readonly string[]; marker: string } | undefined {
  const [, name, specifier = '', marker = ''] = /^([A-Za-z0-9._-]+(?:\[[^\]]*\])?)([^;@]*?)(\s*;.*)?$/.exec(line) ?? []
  if (name === undefined || line.startsWith('-')) return undefined
  const clauses = specifier
    .split(',')
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '')
  return { name, clauses, marker }
}

/** The version that a line holds fast or may not exceed, e.g. `1.0.2` of `==1.0.2` and `1.1` of `<1.1`. */
function boundOf(clauses: readonly string[]): string | undefined {
  for (const pattern of [/^={2,3}(.+?)(?:\.\*)?$/, /^~=(.+)$/, /^<=?(.+)$/]) {
    for (const clause of clauses) {
      const version = pattern.exec(clause)?.[1]
      if (version !== undefined) return version
    }
  }
  return undefined
}

/**
 * The line with its upper bound turned into a lower one, e.g. `numpy>=1.21.6` of `numpy==1.21.6`; `withinMajor` keeps the
 * first number, e.g. `numpy>=1.21.6,<2`. Undefined when it has no upper bound, or when there is no first number.
 */
export function loosened(line: string, reach: 'withinMajor' | 'any' = 'any'): string | undefined {
  const found = parts(line)
  const bound = found && boundOf(found.clauses)
  if (bound === undefined) return undefined
  const major = /^\d+/.exec(bound)?.[0]
  if (reach === 'withinMajor' && major === undefined) return undefined
  const limit = reach === 'any' ? '' : `,<${Number(major) + 1}`
  return `${found!.name}>=${bound}${limit}${found!.marker}`
}

/** The line held to one version. */
export function withPin(line: string, version: string): string {
  const { name, marker } = parts(line)!
  return `${name}==${version}${marker}`
}
