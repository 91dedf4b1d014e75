import { SluiceError } from '../base/errors.ts'
import { checkLength, checkName, invalidValue, isLongerThan, missingValue, normalPath } from '../tracking/limits.ts'
import { modelStages, type ModelStage, type Tags } from './registered-model.ts'

/** The rules of MLflow 3.17 for names in the registry, in its words (mlflow/utils/validation.py): clients match on them. */

const maxNameLength = 256
const maxAliasLength = 255
const maxTagValueLength = 100_000
/** Python's `[\w\-]`. */
const aliasPattern = /^[\p{L}\p{N}_-]*$/u

/** Throws `invalid-request` unless a model may get this name; `parameter` is what a request calls it. */
export function checkNewModelName(name: string, parameter: 'name' | 'new_name' = 'name'): void {
  checkModelName(name, parameter)
  checkLength(name, parameter, maxNameLength)
}

/** Throws `invalid-request` unless the text has the form of a model's name; a longer one names no model. */
export function checkModelName(name: string, parameter: 'name' | 'new_name' = 'name'): void {
  if (name.trim() === '') throw missingValue(parameter)
  if (/[/:]/.test(name)) throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`)
  // Names no model either, and PostgreSQL would not even be asked.
  if (name.includes('\0')) throw invalidValue(parameter, name, 'A name cannot hold the character U+0000.')
  const normal = normalPath(name)
  // Without a slash only these resolve to something else.
  if (normal === '.' || normal.startsWith('..')) {
    throw invalidValue(
      'name',
      name,
      'Names may be treated as files in certain cases, and must not resolve to other names when treated as such. ' +
        `This name would resolve to '${normal}'`,
    )
  }
}

/** Throws `invalid-request` unless the text has the form of an alias; for reading, where reserved names are fine. */
export function checkAlias(alias: string): void {
  if (alias === '') throw invalid('Registered model alias name cannot be empty.')
  if (!aliasPattern.test(alias)) {
    throw invalid(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    )
  }
  checkLength(alias, 'Registered model alias name', maxAliasLength)
}

/** Throws `invalid-request` unless the alias may be set: `latest` and `v1` always mean what they say. */
export function checkNewAlias(alias: string): void {
  checkAlias(alias)
  if (isLatest(alias)) throw invalid("'latest' alias name (case insensitive) is reserved.")
  if (/^[vV]\p{Nd}+$/u.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`)
}

/** True for `latest` in any case, which is the newest version and never an alias of its own. */
export function isLatest(alias: string): boolean {
  return alias.toLowerCase() === 'latest'
}

/** Throws `invalid-request` at the first key or value that cannot be stored. */
export function checkTags(tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    checkName(key, 'key')
    // Whoever writes a prompt never sees that its text is a tag. The words are MLflow's.
    if (key === 'mlflow.prompt.text' && isLongerThan(value, maxTagValueLength)) {
      throw new SluiceError('limit-exceeded', `Prompt text exceeds max length of ${maxTagValueLength} characters.`)
    }
    checkLength(value, 'value', maxTagValueLength)
  }
}

/** The version number in a text such as `3`; throws `invalid-request` for anything that is not a whole number. */
export function parseVersion(text: string): number {
  const found = /^\s*([-+]?\d{1,19})\s*$/.exec(text)?.[1]
  // A number beyond 2^53 is a number, of no version.
  if (found !== undefined) return Math.max(-1, Math.min(Number(found), Number.MAX_SAFE_INTEGER))
  throw invalid(`Parameter 'version' must be an integer, got '${text}'.`)
}

/** The stage in any case; throws `invalid-request` for another word. */
export function parseStage(text: string): ModelStage {
  const stage = modelStages.find((known) => known.toLowerCase() === text.toLowerCase())
  if (stage !== undefined) return stage
  throw invalid(`Invalid Model Version stage: ${text}. Value must be one of ${modelStages.join(', ')}.`)
}

function invalid(message: string): SluiceError {
  return new SluiceError('invalid-request', message)
}
