/** A line of a lock. */
export interface Package {
  readonly name: string
  /** Exact, or where it is from. */
  readonly version: string
  /** On which machines, if not everywhere. */
  readonly marker?: string
}

/** The packages of a lock, by name; lines that name an index are none. */
export function packagesOf(requirements: readonly string[]): readonly Package[] {
  return requirements.flatMap((line) => {
    const [, name, rest = ''] = /^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(.*)$/.exec(line.trim()) ?? []
    if (name === undefined) return []
    const [wanted = '', marker] = rest.split(/\s*;\s*/, 2)
    return [{ name, version: wanted.replace(/^(===?|@)\s*/, ''), ...(marker !== undefined && { marker }) }]
  })
}

/** A package that two locks do not have alike. */
export interface PackageChange {
  readonly name: string
  readonly before?: string
  readonly after?: string
}

/** What changed from one lock to another, by name, and how many packages are the same. */
export function packageChanges(
  before: readonly Package[],
  after: readonly Package[],
): { readonly changes: readonly PackageChange[]; readonly same: number } {
  const [old, fresh] = [byName(before), byName(after)]
  const names = [...new Set([...old.keys(), ...fresh.keys()])].sort()
  const changes = names.flatMap((name): PackageChange[] => {
    const [was, is] = [old.get(name), fresh.get(name)]
    if (was?.version === is?.version) return []
    const shown = (is ?? was)!.name
    return [{ name: shown, ...(was && { before: was.version }), ...(is && { after: is.version }) }]
  })
  return { changes, same: names.length - changes.length }
}

// `Scikit_Learn` and `scikit-learn` are one package (PEP 503).
function byName(packages: readonly Package[]): ReadonlyMap<string, Package> {
  return new Map(packages.map((each) => [each.name.toLowerCase().replace(/[-_.]+/g, '-'), each]))
}
