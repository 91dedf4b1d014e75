import type { Sha256 } from '../base/hash.ts'
import type { Digest } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import { canonicalJson } from '../base/json.ts'

/**
 * What a step's result depends on (design.md 4 and 11.5), and nothing else: no names, times, paths or compute. Its
 * canonical JSON's SHA-256 is the reuse key; two of them are compared field by field to say why a step runs.
 */
export interface ReuseFields {
  readonly formatVersion: 1
  /** `PlannedCommand.command`: `${{inputs.x}}` stays, so that another alpha changes `literals` and not this too. */
  readonly command: string
  /** By YAML key: what the result of a parallel step depends on. */
  readonly hosted?: Readonly<Record<string, string>>
  /** Rendered literal by input name. */
  readonly literals: Readonly<Record<string, string>>
  /** By input name: type, content digest and base name (programs read meaning into extensions), and the mode. */
  readonly data: Readonly<
    Record<string, { readonly type: string; readonly mode: string; readonly digest: string; readonly baseName: string }>
  >
  /** Digest of the code snapshot; empty without code. */
  readonly code: string
  /** Digest of the environment's lock, which holds Python and platform. */
  readonly environment: string
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, { readonly type: string; readonly mode: string }>>
  readonly distribution: JsonObject
  readonly instanceCount: number
}

/** One field that differs, in words (`input alpha`, `code`), with its old and new value; absent: there was none. */
export interface FieldChange {
  readonly field: string
  readonly old?: string
  readonly now?: string
}

/** The identity of a step's result: equal for equal fields, different for different ones. */
export function reuseKey(fields: ReuseFields, sha256: Sha256): Digest {
  return sha256(canonicalJson({ ...fields }))
}

/** Every field in which `now` differs from `old`, each once; empty exactly if their reuse keys are equal. */
export function compareReuse(old: ReuseFields, now: ReuseFields): readonly FieldChange[] {
  const changes: FieldChange[] = []
  const compare = (field: string, was: string | undefined, is: string | undefined): void => {
    if (was !== is)
      changes.push({ field, ...(was !== undefined && { old: was }), ...(is !== undefined && { now: is }) })
  }
  compare('reuse key format', String(old.formatVersion), String(now.formatVersion))
  compare('command', old.command, now.command)
  for (const [name, was, is] of pairs(old.hosted ?? {}, now.hosted ?? {})) compare(name, was, is)
  compareInputs(old, now, compare)
  compare('code', nonEmpty(old.code), nonEmpty(now.code))
  compare('environment', nonEmpty(old.environment), nonEmpty(now.environment))
  for (const [name, was, is] of pairs(old.environmentVariables, now.environmentVariables)) {
    compare(`environment variable ${name}`, was, is)
  }
  for (const [name, was, is] of pairs(old.outputs, now.outputs)) {
    if (was === undefined || is === undefined) compare(`output ${name}`, outputWords(was), outputWords(is))
    else {
      compare(`output ${name} type`, was.type, is.type)
      compare(`output ${name} mode`, was.mode, is.mode)
    }
  }
  compare('distribution', distributionWords(old), distributionWords(now))
  compare('instance count', String(old.instanceCount), String(now.instanceCount))
  return changes
}

/** `input alpha: 0.4 -> 0.5`: digests cut short, long texts around their first difference, on one line. */
export function changeText({ field, old, now }: FieldChange): string {
  if (old !== undefined && now !== undefined && isDigest(old) && isDigest(now)) {
    const [was, is] = shortDigests(old, now)
    return `${field}: ${was} -> ${is}`
  }
  const [was, is] = excerpts(oneLine(old), oneLine(now))
  return `${field}: ${was} -> ${is}`
}

type Compare = (field: string, was: string | undefined, is: string | undefined) => void

function compareInputs(old: ReuseFields, now: ReuseFields, compare: Compare): void {
  const literals = new Map(pairs(old.literals, now.literals).map(([name, ...both]) => [name, both]))
  const data = new Map(pairs(old.data, now.data).map(([name, ...both]) => [name, both]))
  for (const name of new Set([...literals.keys(), ...data.keys()])) {
    const [wasText, isText] = literals.get(name) ?? []
    const [wasData, isData] = data.get(name) ?? []
    // A literal that became data, or the other way round, is one change.
    if (wasData === undefined) compare(`input ${name}`, wasText, isText ?? dataWords(isData))
    else if (isData === undefined) compare(`input ${name}`, dataWords(wasData), isText)
    if (wasData === undefined || isData === undefined) continue
    compare(`input ${name} (content)`, wasData.digest, isData.digest)
    compare(`input ${name} (type)`, wasData.type, isData.type)
    compare(`input ${name} (mode)`, wasData.mode, isData.mode)
    compare(`input ${name} (base name)`, wasData.baseName, isData.baseName)
  }
}

type Fields<Value> = Readonly<Record<string, Value>>

/** Name, old and new value of everything in either record, the old one's names first. */
function pairs<Value>(
  old: Fields<Value>,
  now: Fields<Value>,
): readonly (readonly [string, Value | undefined, Value | undefined])[] {
  const own = (record: Fields<Value>, name: string): Value | undefined =>
    Object.hasOwn(record, name) ? record[name] : undefined
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].map((name) => [name, own(old, name), own(now, name)])
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text
}

/** Only for an input that is not data on the other side, so nothing is lost by the short digest. */
function dataWords(data: ReuseFields['data'][string] | undefined): string | undefined {
  return data && `${data.type} "${data.baseName}" ${data.digest.slice(0, 8)}.. (${data.mode})`
}

function outputWords(output: ReuseFields['outputs'][string] | undefined): string | undefined {
  return output && `${output.type} (${output.mode})`
}

function distributionWords({ distribution }: ReuseFields): string | undefined {
  const text = canonicalJson(distribution)
  return text === '{}' ? undefined : text
}

function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

function shortDigests(old: string, now: string): readonly [string, string] {
  const length = Math.max(8, commonStart(old, now) + 1)
  return [`${old.slice(0, length)}..`, `${now.slice(0, length)}..`]
}

const shownAround = 24
const shownAtMost = 80

/** Two texts cut to where they differ, `...` standing for what was cut. */
function excerpts(old: string, now: string): readonly [string, string] {
  if (old.length <= shownAtMost && now.length <= shownAtMost) return [old, now]
  const start = Math.max(0, commonStart(old, now) - shownAround)
  const cut = (text: string): string => {
    const shown = text.slice(start, start + shownAtMost)
    return `${start > 0 ? '...' : ''}${shown}${start + shownAtMost < text.length ? '...' : ''}`
  }
  return [cut(old), cut(now)]
}

function commonStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}

function oneLine(text: string | undefined): string {
  if (text === undefined) return '(none)'
  if (isDigest(text)) return `${text.slice(0, 8)}..`
  return text === '' ? '""' : text.replaceAll('\n', '\\n')
}
