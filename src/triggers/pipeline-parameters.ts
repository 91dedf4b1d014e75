import { type Diagnostic, SluiceError } from '../base/errors.ts'
import type { JobParameter } from '../jobs/job-template.ts'
import { isPrimitive } from '../plan/bindings/data-types.ts'
import { checkLiteral } from '../plan/bindings/literal.ts'
import type { PrimitiveType } from '../spec/document-parts.ts'
import { parseReference } from '../spec/reference.ts'
import { nearestName } from '../spec/yaml/nearest-name.ts'

/**
 * Who holds a pipeline's key may start that pipeline and nothing else, but values become part of commands that a shell
 * reads, and paths are read with the server's rights. So text is held to characters that no shell gives a meaning, no
 * word of it may look like an option, and data are named by references, never by paths or web addresses.
 */
const plainText = /^[\p{L}\p{N}_.,:/@+=% -]*$/u
const optionWord = /(^| )-(?![\d.])/
const dataScheme = /^(azureml|runs|models):/

/**
 * The values of one submission as texts, by name. Throws one `invalid-request` that names everything wrong: unknown
 * names, missing ones, and values that do not fit.
 */
export function checkParameters(
  parameters: readonly JobParameter[],
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const problems: Diagnostic[] = []
  const names = parameters.map(({ name }) => name)
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    const nearest = nearestName(name, names)
    problems.push({
      message: `There is no parameter "${name}".`,
      hint: nearest === undefined ? parameterList(names) : `Did you mean ${nearest}?`,
    })
  }
  const values: [string, string][] = []
  for (const parameter of parameters) {
    const { name, type, isRequired } = parameter
    if (!Object.hasOwn(given, name)) {
      if (isRequired) problems.push({ message: `Parameter "${name}" (${type}) has no default and was not given.` })
      continue
    }
    const checked = isPrimitive(type)
      ? checkText({ ...parameter, type }, given[name])
      : checkData({ ...parameter, type }, given[name])
    if ('problem' in checked) problems.push({ message: `Parameter "${name}" ${checked.problem}.`, ...hintOf(checked) })
    else values.push([name, checked.value])
  }
  if (problems.length > 0) throw invalidParameters(problems)
  return Object.fromEntries(values)
}

/** One error of all that is wrong with the parameters of a submission. */
export function invalidParameters(problems: readonly Diagnostic[]): SluiceError {
  const hint = problems.find((problem) => problem.hint !== undefined)?.hint
  return new SluiceError('invalid-request', problems.map(({ message }) => message).join('\n'), {
    ...(hint !== undefined && { hint }),
    diagnostics: problems,
  })
}

type Checked = { readonly value: string } | { readonly problem: string; readonly hint?: string }

function checkText(parameter: JobParameter & { readonly type: PrimitiveType }, value: unknown): Checked {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return { problem: `must be a ${parameter.type}, but is ${shown(value)}` }
  const text = typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
  const checked = checkLiteral(text, parameter)
  if (!checked.isValid) return checked
  if (parameter.type !== 'string' || parameter.enum !== undefined) return checked
  const problem = shellProblem(text)
  if (problem === undefined) return checked
  return plainText.test(text)
    ? { problem }
    : {
        problem,
        hint: 'Letters, digits, spaces and _ . , : / @ + = % - are accepted; longer texts belong into a data asset.',
      }
}

/** Why text from outside may not become part of a command, after "which"; undefined where it may. */
export function shellProblem(text: string): string | undefined {
  if (!plainText.test(text)) return `holds a character that a shell could read as more than text: ${shown(text)}`
  if (optionWord.test(text))
    return `has a word that begins with "-", which a program would take for an option: ${shown(text)}`
  return undefined
}

/** A reference as text, or `{path, type}` as in YAML. */
function checkData({ type }: JobParameter, value: unknown): Checked {
  const path = isRecord(value) ? (value['path'] ?? value['uri']) : value
  const given = isRecord(value) ? value['type'] : undefined
  if (typeof path !== 'string') return { problem: `takes data (${type}), but is ${shown(value)}` }
  if (given !== undefined && given !== type) return { problem: `takes ${type}, but gets ${shown(given)}` }
  const hint = 'Name registered data (azureml:NAME:VERSION), an output of a job, or a model.'
  if (!dataScheme.test(path)) return { problem: `must be a reference of this store, but is ${shown(path)}`, hint }
  try {
    parseReference(path, '/')
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return { problem: `cannot be used: ${error.message}`, hint }
  }
  return { value: path }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hintOf({ hint }: { readonly hint?: string }): { readonly hint?: string } {
  return hint === undefined ? {} : { hint }
}

function parameterList(names: readonly string[]): string {
  return names.length === 0 ? 'This pipeline takes no parameters.' : `Its parameters are ${names.join(', ')}.`
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 120 ? `${text.slice(0, 120)}...` : text
}
