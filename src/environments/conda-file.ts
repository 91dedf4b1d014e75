import type { Diagnostic } from '../base/errors.ts'
import { isJsonObject } from '../base/json.ts'
import type { JsonObject, JsonValue } from '../base/json.ts'
import { pypiTwin } from './conda-names.ts'
import { parseCondaSpec } from './conda-spec.ts'
import { normalName } from './package-line.ts'
import { parsePythonWish } from './python-wish.ts'
import { readRequirementLines, refuseMistakes } from './requirement-lines.ts'
import type { LineSources } from './requirement-lines.ts'

/** A conda file as PyPI requirements. */
export interface CondaPackages {
  /** Which Python it asks for, e.g. `3.10` or `>=3.8,<3.11`. */
  readonly python?: string
  /** Requirement lines; lines that name an allowed index come first. */
  readonly requirements: readonly string[]
  /** What was mapped or left out, in words for the log. */
  readonly notes: readonly string[]
}

export interface CondaFileOptions extends LineSources {
  /** The file's name for messages. */
  readonly file?: string
}

interface Reading {
  python?: string
  readonly conda: { readonly name: string; readonly text: string }[]
  readonly pip: string[]
  readonly notes: string[]
  readonly mistakes: Diagnostic[]
}

/**
 * Maps the content of a conda file to requirements from PyPI. Channels, builds and packages that PyPI has no twin of are
 * left out with a note; where both lists name a package the `pip:` list wins, as it does in conda. Throws one
 * `environment-failed` naming every line that is refused or cannot be read.
 */
export function parseCondaFile(content: JsonObject, options: CondaFileOptions = {}): CondaPackages {
  const reading: Reading = { conda: [], pip: [], notes: [], mistakes: [] }
  noteIgnored(content, reading.notes)
  const dependencies = content['dependencies'] ?? []
  if (!Array.isArray(dependencies)) reading.mistakes.push(mistake({ dependencies }, 'is not a list'))
  else for (const entry of dependencies as readonly JsonValue[]) readEntry(entry, reading)
  // Conda puts pip beside every Python; without it `pip install` in a step would change the machine's own Python.
  if (!reading.conda.some(({ name }) => name === 'pip')) reading.conda.push({ name: 'pip', text: 'pip' })
  const pip = readRequirementLines(reading.pip, options)
  refuseMistakes([...reading.mistakes, ...pip.mistakes], options.file ?? 'The conda file')
  const pipNames = new Set(pip.requirements.map(({ name }) => name))
  const overruled = reading.conda.filter(({ name }) => pipNames.has(name))
  return {
    ...(reading.python !== undefined && { python: reading.python }),
    requirements: [
      ...pip.options,
      ...reading.conda.filter(({ name }) => !pipNames.has(name)).map(({ text }) => text),
      ...pip.requirements.map(({ text }) => text),
    ],
    notes: [
      ...reading.notes,
      ...pip.notes,
      ...overruled.map(({ text }) => `left out: ${text} (the pip list names that package too, and is installed last)`),
    ],
  }
}

function noteIgnored(content: JsonObject, notes: string[]): void {
  const channels = content['channels']
  if (Array.isArray(channels) && channels.length > 0) {
    notes.push(`conda channels (${channels.map(String).join(', ')}) are not used: packages come from PyPI`)
  }
  if (isJsonObject(content['variables'])) {
    notes.push(
      `left out: variables (${Object.keys(content['variables']).join(', ')}); set environment_variables instead`,
    )
  }
}

function readEntry(entry: JsonValue, reading: Reading): void {
  if (typeof entry === 'string') return readCondaEntry(entry, reading)
  if (!isJsonObject(entry)) return void reading.mistakes.push(mistake(entry, 'is neither text nor a pip list'))
  for (const [key, list] of Object.entries(entry)) {
    if (key !== 'pip') reading.mistakes.push(mistake({ [key]: list }, 'is not known: only "pip:" may hold a list'))
    else if (list === null || list === undefined) continue
    else if (!Array.isArray(list)) reading.mistakes.push(mistake({ pip: list }, 'is not a list'))
    else for (const line of list as readonly JsonValue[]) readPipEntry(line, reading)
  }
}

function readPipEntry(line: JsonValue, reading: Reading): void {
  if (typeof line === 'string') reading.pip.push(line)
  else if (line !== null) reading.mistakes.push(mistake(line, 'is not text'))
}

function readCondaEntry(entry: string, reading: Reading): void {
  const text = entry.replace(/\s#.*$/, '').trim()
  // A pip line that slipped into the conda list (`- -r requirements.txt`) is meant as one.
  if (text.startsWith('-')) return void reading.pip.push(text)
  const spec = /[\r\n]/.test(entry) ? undefined : parseCondaSpec(text)
  if (spec === undefined) return void reading.mistakes.push(mistake(entry, 'is not a conda package'))
  const { name, specifier } = spec
  if (spec.note !== undefined) reading.notes.push(spec.note)
  if (name === 'python') return readPython(specifier, reading)
  if (name === 'pip') {
    if (specifier !== '') reading.notes.push(`left out: the version of pip (${text}), as uv installs the packages`)
    return void reading.conda.push({ name: 'pip', text: 'pip' })
  }
  const twin = pypiTwin(name)
  if (twin.kind === 'none') return void reading.notes.push(`left out: ${text} (${twin.why})`)
  if (twin.kind === 'renamed') reading.notes.push(`conda's ${name} is ${twin.name} on PyPI`)
  const pypiName = twin.kind === 'renamed' ? twin.name : name
  reading.conda.push({ name: normalName(pypiName), text: pypiName + specifier })
}

function readPython(specifier: string, reading: Reading): void {
  if (specifier === '') return
  if (parsePythonWish(specifier) === undefined) {
    return void reading.mistakes.push(mistake(`python${specifier}`, 'is no version of Python 3'))
  }
  reading.python = specifier.replace(/^==(3(?:\.\d+)?)(?:\.\d+)*(?:\.\*)?$/, '$1')
}

function mistake(value: JsonValue, why: string): Diagnostic {
  return {
    message: `The entry ${JSON.stringify(value)} ${why}.`,
    hint: 'A conda file lists "name=version" and one "pip:" list under "dependencies".',
  }
}
