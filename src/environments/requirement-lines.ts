import { SluiceError } from '../base/errors.ts'
import type { Diagnostic } from '../base/errors.ts'
import { parsePackageLine } from './package-line.ts'
import type { PackageLine } from './package-line.ts'

/** What lines of requirements may refer to beyond names and versions. */
export interface LineSources {
  /** URL prefixes that a line may name; nothing by default. */
  readonly allowedSources?: readonly string[]
  /** Text of a file that a `-r` line names, relative to the file the line is in; undefined when it cannot be read. */
  readonly readIncluded?: (relativePath: string) => string | undefined
}

/** Accepted lines of a requirements file or `pip:` list, `-r` lines replaced by what they name. */
export interface RequirementLines {
  readonly requirements: readonly { readonly name: string; readonly text: string }[]
  readonly options: readonly string[]
  readonly notes: readonly string[]
  readonly mistakes: readonly Diagnostic[]
}

/** Deeper `-r` chains than this are a circle. */
const maximumDepth = 8

/** Judges every line and gathers all mistakes instead of stopping at the first. */
export function readRequirementLines(lines: readonly string[], sources: LineSources): RequirementLines {
  const reading = { requirements: [], options: [], notes: [], mistakes: [], sources }
  readLines(lines, { folder: '', depth: 0 }, reading)
  return reading
}

/** Throws one `environment-failed` that names every refused line; does nothing when there is none. */
export function refuseMistakes(mistakes: readonly Diagnostic[], where: string): void {
  const [first, ...others] = mistakes
  if (first === undefined) return
  const count =
    others.length === 0 ? '' : ` ${others.length} more ${others.length === 1 ? 'line is' : 'lines are'} refused.`
  throw new SluiceError('environment-failed', `${where}: ${first.message}${count}`, {
    ...(first.hint !== undefined && { hint: first.hint }),
    diagnostics: mistakes,
  })
}

interface Reading {
  readonly requirements: { name: string; text: string }[]
  readonly options: string[]
  readonly notes: string[]
  readonly mistakes: Diagnostic[]
  readonly sources: LineSources
}

/** Which file lines come from: its folder as seen from the first file's, and how many `-r` led to it. */
interface Origin {
  readonly folder: string
  readonly depth: number
}

function readLines(lines: readonly string[], origin: Origin, reading: Reading): void {
  for (const line of continued(lines)) {
    const parsed = parsePackageLine(line, reading.sources.allowedSources ?? [])
    if (parsed.kind === 'include') include({ line, path: parsed.path }, origin, reading)
    else keep(parsed, line, reading)
  }
}

/** A line that ends in a backslash goes on in the next, as in pip. */
function continued(lines: readonly string[]): readonly string[] {
  const whole: string[] = []
  let begun = ''
  for (const line of lines) {
    if (line.endsWith('\\')) {
      begun += `${line.slice(0, -1)} `
    } else {
      whole.push(begun + line)
      begun = ''
    }
  }
  return begun === '' ? whole : [...whole, begun]
}

function keep(parsed: Exclude<PackageLine, { kind: 'include' }>, line: string, reading: Reading): void {
  switch (parsed.kind) {
    case 'requirement':
      reading.requirements.push({ name: parsed.name, text: parsed.text })
      break
    case 'option':
      reading.options.push(parsed.text)
      break
    case 'nothing':
      if (parsed.note !== undefined) reading.notes.push(parsed.note)
      break
    case 'refused':
      reading.mistakes.push({ message: `The line ${JSON.stringify(masked(line))} ${parsed.why}.`, hint: parsed.hint })
  }
}

function include(
  { line, path }: { readonly line: string; readonly path: string },
  { folder, depth }: Origin,
  reading: Reading,
): void {
  const refuse = (why: string, hint: string): void => {
    reading.mistakes.push({ message: `The line ${JSON.stringify(masked(line))} ${why}.`, hint })
  }
  const inside = pathInside(folder, path)
  if (inside === undefined) {
    return refuse('reads a file outside its own folder', 'Move that file beside this one and name it without "..".')
  }
  if (depth >= maximumDepth) return refuse('is part of a circle of files', 'Let no file include itself.')
  const text = reading.sources.readIncluded?.(inside)
  if (text === undefined)
    return refuse('names a file that cannot be read', `Put ${inside} beside the file, or copy its lines.`)
  const folderOfFile = inside.includes('/') ? inside.slice(0, inside.lastIndexOf('/')) : ''
  readLines(text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/), { folder: folderOfFile, depth: depth + 1 }, reading)
}

/** `path` as seen from the first file's folder; undefined when it is absolute or leaves that folder. */
function pathInside(folder: string, path: string): string | undefined {
  if (path === '' || /^([/\\~]|[A-Za-z]:)/.test(path) || path.includes('\\')) return undefined
  const segments = folder === '' ? [] : folder.split('/')
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..' && segments.pop() === undefined) return undefined
    if (segment !== '..') segments.push(segment)
  }
  return segments.length === 0 ? undefined : segments.join('/')
}

/** A line as a message may show it: without the password of a URL. */
function masked(line: string): string {
  return line.replace(/\/\/[^/@\s]*@/g, '//***@').slice(0, 300)
}
