import { isMap, isNode } from 'yaml'
import type { Pair } from 'yaml'
import { markOf, pairsOf } from './check-tree.ts'
import { nearestName } from './nearest-name.ts'
import type { Mark } from './source-text.ts'
import { quoted } from './source-text.ts'
import type { Reader, Value } from './values.ts'
import { emptyRecord, isEmpty, isReadable, keyOf, wrongType } from './values.ts'
import type { YamlDocument } from './yaml-document.ts'

/** The keys a mapping may have: those we read, and those of Azure that we accept and leave aside. */
export interface Keys {
  readonly known: ReadonlySet<string>
  readonly ignored: ReadonlySet<string>
  /** Those that mean something in Azure and nothing here, with the reason: worth a warning. */
  readonly aside: ReadonlyMap<string, string>
  /** Azure keeps unknown keys here: what looks like a slip of a known one is worth a warning, no more. */
  readonly isOpen: boolean
}

/** A table of keys from words separated by spaces. */
export function keyTable(
  known: string,
  ignored = '',
  { aside = {}, isOpen = false }: { readonly aside?: Readonly<Record<string, string>>; readonly isOpen?: boolean } = {},
): Keys {
  return { known: words(known), ignored: words(ignored), aside: new Map(Object.entries(aside)), isOpen }
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ''))
}

/** A mapping whose keys are checked. */
export interface Mapping {
  readonly document: YamlDocument
  /** As messages say it: `step "train"`. */
  readonly title: string
  /** Where messages about what is missing point. */
  readonly mark: Mark
  readonly pairs: ReadonlyMap<string, Pair>
}

/**
 * A mapping with its keys checked: an unknown key is reported with the nearest valid one, and if that one is absent the
 * value is read as if it had been spelt right, so that one typo is one message. With `judge: 'later'` nothing is reported
 * of keys: what they say decides first which keys there may be.
 */
export function readMapping(value: Value, keys: Keys, judge: 'now' | 'later' = 'now'): Mapping | undefined {
  const { node, document, title, key } = value
  if (!isMap(node)) return wrongType(value, 'a mapping')
  const given = pairsOf(node)
  let pairs = given
  for (const [name, pair] of given) {
    if (keys.known.has(name) || keys.ignored.has(name)) continue
    const reason = keys.aside.get(name)
    if (reason !== undefined) {
      if (judge === 'later' || (isNode(pair.value) && isEmpty(pair.value))) continue
      document.warn(markOf(keyOf(pair)), `${quoted(name)} of ${title} has no effect here`, reason)
      continue
    }
    const meant = meantKey(name, keys)
    if (meant === undefined && keys.isOpen) continue
    const advice = meant === undefined ? '' : `, did you mean ${quoted(meant)}?`
    const message = `unknown key ${quoted(name)} in ${title}${advice}`
    if (judge === 'later') {
      if (meant !== undefined && !given.has(meant)) pairs = new Map(pairs).set(meant, pair)
      continue
    }
    if (keys.isOpen) document.warn(markOf(keyOf(pair)), message, 'It is left aside.')
    else document.report(markOf(keyOf(pair)), message, hintFor(name, meant, keys))
    if (meant === undefined || given.has(meant) || keys.isOpen) continue
    pairs = new Map(pairs).set(meant, pair)
  }
  return { document, title, pairs, mark: markOf(key ?? node) }
}

/** The value of a key; undefined where the key is absent or says nothing. */
export function given(mapping: Mapping, key: string): Value | undefined {
  const pair = mapping.pairs.get(key)
  if (pair === undefined || !isNode(pair.value) || isEmpty(pair.value) || !isReadable(pair.value)) return undefined
  return { document: mapping.document, node: pair.value, title: quoted(key), key: keyOf(pair) }
}

/** What a reader makes of a key's value; undefined where there is none. */
export function optional<Result>(mapping: Mapping, key: string, read: Reader<Result>): Result | undefined {
  const value = given(mapping, key)
  return value === undefined ? undefined : read(value)
}

/** As `optional`, but an absent or empty key is reported. */
export function required<Result>(mapping: Mapping, key: string, read: Reader<Result>): Result | undefined {
  if (!requireKey(mapping, key)) return undefined
  return optional(mapping, key, read)
}

/** Reports a key that is absent or empty; false if it is. */
export function requireKey(mapping: Mapping, key: string, hint?: string): boolean {
  const pair = mapping.pairs.get(key)
  if (pair === undefined) {
    mapping.document.report(mapping.mark, `${mapping.title} has no ${quoted(key)}`, hint ?? `Add: ${key}: ...`)
    return false
  }
  if (isNode(pair.value) && !isEmpty(pair.value)) return true
  mapping.document.report(
    markOf(keyOf(pair)),
    `${quoted(key)} of ${mapping.title} is empty`,
    hint ?? 'Give it a value.',
  )
  return false
}

/** The entries of a mapping of names that users choose, e.g. `inputs:`; the value is undefined where it is null. */
export interface Entry {
  readonly name: string
  readonly value: Value | undefined
  readonly mark: Mark
}

/** Reads a mapping of names; names that break `pattern` are reported with `rule` and left out. */
export function readEntries(
  value: Value,
  names: { readonly noun: string; readonly pattern: RegExp; readonly rule: string },
): readonly Entry[] {
  const { node, document } = value
  if (!isMap(node)) {
    wrongType(value, `a mapping of ${names.noun} names`)
    return []
  }
  const entries: Entry[] = []
  for (const [name, pair] of pairsOf(node)) {
    const mark = markOf(keyOf(pair))
    if (!names.pattern.test(name)) {
      document.report(mark, `${quoted(name)} is not a valid ${names.noun} name`, names.rule)
      continue
    }
    const item = pair.value
    const title = `${names.noun} ${quoted(name)}`
    if (!isNode(item) || isEmpty(item)) entries.push({ name, mark, value: undefined })
    else if (isReadable(item)) entries.push({ name, mark, value: { document, node: item, title, key: keyOf(pair) } })
  }
  return entries
}

/** A record of entries by name; what is undefined is left out. */
export function recordOf<Item>(entries: Iterable<readonly [string, Item | undefined]>): Readonly<Record<string, Item>> {
  const record = emptyRecord<Item>()
  for (const [name, item] of entries) if (item !== undefined) record[name] = item
  return record
}

type Defined<Fields> = { [Key in keyof Fields as undefined extends Fields[Key] ? never : Key]: Fields[Key] } & {
  [Key in keyof Fields as undefined extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], undefined>
}

/** The same fields without those that are undefined: absent is how our documents say "not given". */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined)) as Defined<Fields>
}

/** What people write who come from other tools, and what it is called here. */
const otherWords: Readonly<Record<string, string>> = {
  steps: 'jobs',
  stages: 'jobs',
  env: 'environment_variables',
  envs: 'environment_variables',
  needs: 'depends_on',
  after: 'depends_on',
  retries: 'retry',
  cmd: 'command',
  script: 'command',
  run: 'command',
  params: 'inputs',
  parameters: 'inputs',
  args: 'inputs',
  dockerfile: 'build',
  conda: 'conda_file',
  desc: 'description',
}

/** Keys that belong somewhere else, and where. */
const otherPlaces: Readonly<Record<string, string>> = {
  timeout: 'A time limit is written as: limits: {timeout: SECONDS}',
  image: 'An image is part of the environment: environment: {image: ...}',
  conda_file: 'A conda file is part of the environment: environment: {conda_file: ...}',
  instance_count: 'Instances are resources: resources: {instance_count: ...}',
  instance_type: 'The kind of machine is a resource: resources: {instance_type: ...}',
  default_compute: 'Defaults of a pipeline are settings: settings: {default_compute: ...}',
  continue_on_step_failure: 'This is a setting of the pipeline: settings: {continue_on_step_failure: ...}',
  force_rerun: 'This is a setting of the pipeline: settings: {force_rerun: ...}',
}

/** The key that `name` most likely stands for: a slip, another style, or another tool's word. */
export function meantKey(name: string, keys: Keys): string | undefined {
  const other = Object.hasOwn(otherWords, name) ? otherWords[name] : undefined
  if (other !== undefined && keys.known.has(other)) return other
  return nearestName(name, keys.known) ?? nearestName(name, [...keys.ignored, ...keys.aside.keys()])
}

function hintFor(name: string, meant: string | undefined, keys: Keys): string | undefined {
  if (meant !== undefined) return undefined
  if (Object.hasOwn(otherPlaces, name)) return otherPlaces[name]
  return `Valid keys: ${[...keys.known].join(', ')}.`
}
