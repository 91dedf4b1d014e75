import { assertNever, SluiceError } from '../../../base/errors.ts'
import { mapLimit } from '../../../base/map-limit.ts'
import type { WantedPackages } from '../../wanted-packages.ts'
import type { Interpreter } from '../interpreters.ts'
import { loosened, withPin } from './pins.ts'
import { runChild } from './run-child.ts'
import type { ChildEnd } from './run-child.ts'
import { hintFor, isNetworkFailure, wordsOf } from './tool-words.ts'
import type { UvTool, Workshop } from './uv-tool.ts'

export interface Resolution {
  /** requirements.txt text: allowed index lines, then exact versions, sorted. */
  readonly requirements: string
  readonly notes: readonly string[]
}

export interface ResolutionRequest {
  readonly uv: UvTool
  readonly workshop: Workshop
  readonly wanted: WantedPackages
  readonly interpreter: Interpreter
  /** Versions may give way: the Python is not the one the versions were made for, or the versions are ours. */
  readonly mayLoosen: boolean
}

/**
 * What may be built from source distributions, which run code of their authors and may need a compiler: nothing, what the
 * named packages need (an old pure Python package often has no wheel), or anything.
 */
type Building = 'nothing' | 'needed' | 'anything'

interface Compilation {
  readonly lines: readonly string[]
  readonly building?: Building
  readonly nearestOnly?: boolean
}

/**
 * Resolves requirements to exact versions with `uv pip compile`, in this order, until one succeeds: as written, from
 * wheels, or with what they need built from source; where versions may give way, each version without a wheel replaced by
 * the nearest later one that has it, then lower bounds instead of as few versions as possible; as written, everything
 * built that has no wheel. Throws `environment-failed` with uv's words.
 */
export async function resolvePackages(request: ResolutionRequest): Promise<Resolution> {
  const { wanted, interpreter, mayLoosen } = request
  if (wanted.requirements.length === 0) return { requirements: '', notes: [] }
  const first = await compile({ lines: wanted.requirements }, request)
  if (first.text !== undefined) return { requirements: first.text, notes: first.notes }
  if (!isNetworkFailure(first.end)) {
    const later =
      (await built('needed', first.end, request)) ??
      (mayLoosen ? await loosen(request) : undefined) ??
      (await built('anything', first.end, request))
    if (later !== undefined) return later
  }
  throw new SluiceError(
    'environment-failed',
    `Cannot resolve the packages of ${wanted.label} for Python ${interpreter.version}: ${wordsOf(first.end)}`,
    { hint: hintFor(first.end) },
  )
}

/** As written, with builds; undefined where wheels were not the trouble, since building takes minutes. */
async function built(building: Building, first: ChildEnd, request: ResolutionRequest): Promise<Resolution | undefined> {
  if (!/wheel|building from source|no-build/i.test(first.errors)) return undefined
  const compiled = await compile({ lines: request.wanted.requirements, building }, request)
  if (compiled.text === undefined) return undefined
  return { requirements: compiled.text, notes: [...compiled.notes, builtNote] }
}

const builtNote = 'some packages have no wheel and are built from source'

async function loosen(request: ResolutionRequest): Promise<Resolution | undefined> {
  const { wanted, interpreter, workshop } = request
  const python = `Python 3.${interpreter.minor}`
  workshop.log(`Not all versions of ${wanted.label} are there for ${python}: looking for the nearest ones.`)
  const changes = await mapLimit(wanted.requirements, 4, (line) => nearestWithWheel(line, request))
  const nearest = wanted.requirements.map((line, index) => changes[index] ?? line)
  const found = (await together(nearest, request)) ?? (await loosest(request))
  if (found === undefined) return undefined
  const { compiled, lines, building } = await tightened(found, nearest, request)
  const later = lines.filter((line, index) => line !== nearest[index])
  const instead = wanted.requirements.flatMap((line, index) =>
    nearest[index] === line || lines[index] !== nearest[index]
      ? []
      : [`${line} has no wheel for ${python}: ${nearest[index]} is used`],
  )
  return {
    requirements: compiled.text!,
    notes: [
      ...compiled.notes,
      ...instead,
      ...(later.length === 0 ? [] : [`for the versions to go together on ${python}, used are ${later.join(', ')}`]),
      ...(building === 'nothing' ? [] : [builtNote]),
    ],
  }
}

async function together(lines: readonly string[], request: ResolutionRequest): Promise<Loose | undefined> {
  for (const building of ['nothing', 'needed'] as const) {
    // Sequential: building is tried only when it must be.
    const compiled = await compile({ lines, building }, request)
    if (compiled.text !== undefined) return { compiled, lines, building }
  }
  return undefined
}

interface Loose {
  readonly compiled: Compiled
  readonly lines: readonly string[]
  readonly building: Building
}

/** Every version a lower bound, in the way that is closest to what was asked for. */
async function loosest(request: ResolutionRequest): Promise<Loose | undefined> {
  for (const { reach, building } of [
    { reach: 'withinMajor', building: 'nothing' },
    { reach: 'withinMajor', building: 'needed' },
    { reach: 'any', building: 'nothing' },
    { reach: 'any', building: 'anything' },
  ] as const) {
    const lines = request.wanted.requirements.map((line) => loosened(line, reach) ?? line)
    // Sequential: each is tried only when the one before fails.
    const compiled = await compile({ lines, building }, request)
    if (compiled.text !== undefined) return { compiled, lines, building }
  }
  return undefined
}

/**
 * As many exact versions put back as go together: a model that was pickled by scikit-learn 1.2 needs that version, also
 * when some other package has to give way. By halves, since most of them do go together.
 */
async function tightened(loose: Loose, pins: readonly string[], request: ResolutionRequest): Promise<Loose> {
  let best = loose
  const putBack = async (indices: readonly number[]): Promise<void> => {
    if (indices.length === 0) return
    const lines = best.lines.map((line, index) => (indices.includes(index) ? pins[index]! : line))
    const compiled = await compile({ lines, building: loose.building }, request)
    if (compiled.text !== undefined) {
      best = { compiled, lines, building: loose.building }
    } else if (indices.length > 1) {
      const middle = Math.ceil(indices.length / 2)
      await putBack(indices.slice(0, middle))
      await putBack(indices.slice(middle))
    }
  }
  await putBack(pins.flatMap((pin, index) => (pin === loose.lines[index] ? [] : [index])))
  return best
}

/** The line with the nearest later version that has a wheel; undefined when it has one itself, or none has. */
async function nearestWithWheel(line: string, request: ResolutionRequest): Promise<string | undefined> {
  const search = loosened(line)
  if (search === undefined) return undefined
  const options = request.wanted.requirements.filter((other) => other.startsWith('-'))
  const asWritten = await compile({ lines: [...options, line], nearestOnly: true }, request)
  if (asWritten.text !== undefined) return undefined
  const nearest = await compile({ lines: [...options, search], nearestOnly: true }, request)
  const version = /^[A-Za-z0-9._-]+==(\S+)/m.exec(nearest.text ?? '')?.[1]
  return version === undefined ? undefined : withPin(line, version)
}

interface Compiled {
  readonly text?: string
  readonly end: ChildEnd
  readonly notes: readonly string[]
}

async function compile(compilation: Compilation, request: ResolutionRequest): Promise<Compiled> {
  const online = await runCompile(compilation, request, [])
  if (online.exitCode === 0) return { text: lockText(online.output, compilation.lines), end: online, notes: [] }
  if (!isNetworkFailure(online)) return { end: online, notes: [] }
  const offline = await runCompile(compilation, request, ['--offline'])
  if (offline.exitCode !== 0) return { end: online, notes: [] }
  const notes = ['the package index cannot be reached: versions were chosen from the local cache']
  return { text: lockText(offline.output, compilation.lines), end: offline, notes }
}

function runCompile(
  { lines, building = 'nothing', nearestOnly = false }: Compilation,
  { uv, workshop, interpreter }: ResolutionRequest,
  more: readonly string[],
): Promise<ChildEnd> {
  return runChild({
    ...workshop,
    environment: uv.environment,
    command: uv.path,
    arguments: [
      ...['pip', 'compile', '-', '--python', interpreter.path, '--no-header', '--no-annotate', '--quiet'],
      ...onlyBinary(building, lines),
      ...(nearestOnly ? ['--no-deps', '--resolution', 'lowest'] : []),
      ...more,
    ],
    input: `${lines.join('\n')}\n`,
  })
}

function onlyBinary(building: Building, lines: readonly string[]): readonly string[] {
  switch (building) {
    case 'nothing':
      return ['--only-binary', ':all:']
    case 'needed':
      return lines.flatMap((line) => {
        const name = /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(line)?.[0]
        return name === undefined ? [] : ['--only-binary', name]
      })
    case 'anything':
      return []
    default:
      return assertNever(building)
  }
}

/** uv's output with the allowed index lines it was given, sorted: the same packages are the same bytes. */
function lockText(output: string, lines: readonly string[]): string {
  const options = lines.filter((line) => line.startsWith('-'))
  const exact = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#-]/.test(line))
  return [...new Set([...options, ...exact.sort()])].map((line) => `${line}\n`).join('')
}
