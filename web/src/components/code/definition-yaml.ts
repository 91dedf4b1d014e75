import { type YamlValue, yamlText } from './yaml-text.ts'

/** What the server tells of a version of a component or environment. */
export interface StoredDefinition {
  readonly name: string
  readonly version?: string
  readonly type: string
  readonly description?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly definition?: Readonly<Record<string, unknown>>
}

type Fields = Readonly<Record<string, unknown>>

/** The YAML of a stored component or environment, which makes the same again: Azure ML's spelling, defaults left out. */
export function definitionYaml({
  name,
  version,
  type,
  description,
  tags = {},
  definition = {},
}: StoredDefinition): string {
  const { kind, ...rest } = definition
  const identity = {
    name,
    version,
    // What an environment is made of is its type, which YAML does not say.
    ...(kind !== undefined && { type }),
    description,
    tags: Object.keys(tags).length > 0 ? tags : undefined,
  }
  return yamlText({ ...identity, ...fieldsOf(rest) })
}

/** The reference that a member of a definition holds, as YAML writes it; undefined for anything else. */
export function referenceOfStored(member: unknown): string | undefined {
  const text = member === undefined ? undefined : valueOf(member)
  return typeof text === 'string' ? text : undefined
}

/** Keys under which names are the author's, which keep their spelling. */
const named = new Set(['inputs', 'outputs', 'steps', 'environmentVariables', 'searchSpace', 'tags', 'properties'])
const otherNames: Readonly<Record<string, string>> = { steps: 'jobs', conda: 'conda_file', timeoutSeconds: 'timeout' }

function fieldsOf(fields: Fields): Record<string, YamlValue> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => {
      if (isUsual(key, value)) return []
      if (key === 'optional' && value === false) return []
      return [[otherNames[key] ?? snakeCase(key), named.has(key) && isRecord(value) ? namedOf(value) : valueOf(value)]]
    }),
  )
}

function namedOf(value: Fields): Record<string, YamlValue> {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, valueOf(member)]))
}

function valueOf(value: unknown): YamlValue {
  if (Array.isArray(value)) return value.map(valueOf)
  if (!isRecord(value)) return value as YamlValue
  const { kind } = value
  if (typeof kind !== 'string') return 'content' in value ? (value['content'] as YamlValue) : fieldsOf(value)
  return (kinds[kind] ?? ofOtherKind)(value)
}

const kinds: Readonly<Record<string, (value: Fields) => YamlValue>> = {
  asset: ({ name, version, label }) => `azureml:${String(name)}${selector({ version, label }, ':', '@')}`,
  registry: ({ registry, assetType, name, version, label }) =>
    `azureml://registries/${String(registry)}/${String(assetType)}/${String(name)}${selector({ version, label }, '/versions/', '/labels/')}`,
  uri: ({ uri }) => String(uri),
  local: ({ path }) => String(path),
  reference: ({ reference }) => valueOf(reference),
  inline: ({ environment }) => valueOf(environment),
  text: ({ text, type, mode }) =>
    (type === undefined && mode === undefined ? String(text) : { type, mode, value: text }) as YamlValue,
  data: ({ source, type, mode }) => ({ type: type as string, path: valueOf(source), mode: mode as YamlValue }),
  component: ({ kind: _, ...step }) => fieldsOf(step),
}

/** Steps of control flow say what they are, and components what runs them. */
function ofOtherKind({ kind, ...rest }: Fields): YamlValue {
  return { type: String(kind).replace(/-component$/, ''), ...fieldsOf(rest) }
}

function selector({ version, label }: Fields, beforeVersion: string, beforeLabel: string): string {
  if (version !== undefined) return `${beforeVersion}${String(version)}`
  return label === undefined || label === 'default' ? '' : `${beforeLabel}${String(label)}`
}

/** What a document means without saying it. */
const usual: Readonly<Record<string, unknown>> = {
  isDeterministic: true,
  runIf: 'succeeded',
  resources: { instanceCount: 1 },
  settings: { continueOnStepFailure: false, forceRerun: false },
}

function isUsual(key: string, value: unknown): boolean {
  if (value === undefined || JSON.stringify(value) === '{}' || JSON.stringify(value) === '[]') return true
  return key in usual && JSON.stringify(usual[key]) === JSON.stringify(value)
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
