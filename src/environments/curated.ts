import { SluiceError } from '../base/errors.ts'
import shipped from './curated.json' with { type: 'json' }
import { normalName } from './package-line.ts'

/** What a registry environment's name stands for here. */
interface CuratedEnvironment {
  /** Which Python it is made for, e.g. `3.10` or `>=3.10,<3.12`; any when absent. */
  readonly python?: string
  /** Another name of the table whose Python and requirements it starts from; a requirement here replaces the one of the same package there. */
  readonly basedOn?: string
  readonly requirements?: readonly string[]
}

/** Names to environments, from the configuration; these win over the shipped table. */
export type CuratedTable = Readonly<Record<string, CuratedEnvironment>>

export interface ResolvedCurated {
  /** The name of the table that was found, e.g. `sklearn-1.0` for `AzureML-sklearn-1.0-ubuntu20.04-py38-cpu`. */
  readonly name: string
  readonly python?: string
  readonly requirements: readonly string[]
}

/** What Azure writes into names beside what the environment holds: the base image, the Python, the GPU libraries. */
const decoration = /^(azureml|ubuntu[\d.]*|debian[\d.]*|py[\d.]+|cuda[\d.]*|cudnn[\d.]*|openmpi[\d.]*|cpu|gpu)$/

/**
 * Looks up a registry environment: exactly, or without the decoration of Azure's names (`AzureML-` in front,
 * `-ubuntu20.04-py38-cpu` behind; `py38` then says which Python). Throws `environment-failed` naming the nearest name.
 */
export function curatedEnvironment(name: string, own: CuratedTable = {}): ResolvedCurated {
  const table = new Map<string, CuratedEnvironment>([...Object.entries(shipped), ...Object.entries(own)])
  const found = findCurated(name, table)
  if (found === undefined) throw unknownName(name, [...table.keys()])
  const resolved = resolve(found, table, new Set())
  const python = pythonInName(name)
  return { name: found, ...resolved, ...(python !== undefined && found !== name && { python }) }
}

/** True when the name stands for something, by the rules of `curatedEnvironment`. */
export function isCurated(name: string, own: CuratedTable = {}): boolean {
  return (
    findCurated(name, new Map<string, CuratedEnvironment>([...Object.entries(shipped), ...Object.entries(own)])) !==
    undefined
  )
}

function findCurated(name: string, table: ReadonlyMap<string, CuratedEnvironment>): string | undefined {
  if (table.has(name)) return name
  const plain = withoutDecoration(name)
  const candidates = [plain, plain.replace(/-inference$/, '')]
  for (const candidate of candidates) {
    for (const key of table.keys()) if (withoutDecoration(key) === candidate) return key
  }
  return undefined
}

function withoutDecoration(name: string): string {
  return name
    .toLowerCase()
    .split('-')
    .filter((segment) => !decoration.test(segment))
    .join('-')
}

/** `py38`, `py3.10` or `py310` in a name. */
function pythonInName(name: string): string | undefined {
  const [, minor] = /(?:^|-)py3\.?(\d{1,2})(?=-|$)/i.exec(name) ?? []
  return minor === undefined ? undefined : `3.${minor}`
}

function resolve(
  name: string,
  table: ReadonlyMap<string, CuratedEnvironment>,
  seen: Set<string>,
): Omit<ResolvedCurated, 'name'> {
  const entry = table.get(name)
  if (entry === undefined) throw unknownName(name, [...table.keys()])
  const own = entry.requirements ?? []
  if (entry.basedOn === undefined)
    return { ...(entry.python !== undefined && { python: entry.python }), requirements: own }
  if (seen.has(name)) {
    throw new SluiceError('environment-failed', `The environment alias "${name}" is based on itself.`, {
      hint: `Aliases in the circle: ${[...seen].join(', ')}.`,
    })
  }
  const base = resolve(entry.basedOn, table, seen.add(name))
  const python = entry.python ?? base.python
  const replaced = new Set(own.map(packageName))
  return {
    ...(python !== undefined && { python }),
    requirements: [...own, ...base.requirements.filter((line) => !replaced.has(packageName(line)))],
  }
}

function packageName(requirement: string): string {
  return normalName(/^[A-Za-z0-9._-]*/.exec(requirement.trim())![0])
}

function unknownName(name: string, known: readonly string[]): SluiceError {
  const plain = withoutDecoration(name)
  const nearest = known
    .map((key) => ({ key, distance: editDistance(plain, withoutDecoration(key)) }))
    .sort((a, b) => a.distance - b.distance || (a.key < b.key ? -1 : 1))[0]
  return new SluiceError(
    'environment-failed',
    `The registry environment "${name}" is not in the alias table; the nearest name is "${nearest?.key}".`,
    {
      hint:
        `Use that name, give the step an environment with a conda_file, or add "${name}" with its requirements to the ` +
        'environment aliases of the configuration.',
    },
  )
}

/** Levenshtein distance: insertions, deletions and replacements of one character. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[to.length]!
}

/** Every name of the table, for telling what somebody may have meant. */
export function curatedNames(own: CuratedTable = {}): readonly string[] {
  return [...new Set([...Object.keys(own), ...Object.keys(shipped)])]
}
