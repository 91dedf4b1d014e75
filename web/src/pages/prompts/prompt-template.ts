import type { MlflowKeyValue, MlflowModelVersion, MlflowRegisteredModel } from '../../api/mlflow-messages.ts'

/*
 * A prompt is a registered model by MLflow's protocol, its text a tag of a version. The names of the tags are MLflow's
 * own (mlflow 3.17, mlflow/prompt/constants.py).
 */
export const promptTags = {
  isPrompt: 'mlflow.prompt.is_prompt',
  text: 'mlflow.prompt.text',
  kind: '_mlflow_prompt_type',
  config: '_mlflow_prompt_model_config',
  format: '_mlflow_prompt_response_format',
} as const

export interface PromptMessage {
  readonly role: string
  readonly content: string
}

export type PromptTemplate =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'chat'; readonly messages: readonly PromptMessage[] }

/** A version of a prompt as pages speak of it. */
export interface PromptVersion {
  readonly version: string
  readonly template: PromptTemplate
  /** What changed, in the words of who made it. */
  readonly message: string
  readonly createdMs: number | undefined
  readonly aliases: readonly string[]
  /** People's own. */
  readonly tags: readonly MlflowKeyValue[]
  readonly config: unknown
  readonly format: unknown
}

export function promptVersionOf(version: MlflowModelVersion, aliases: MlflowRegisteredModel['aliases']): PromptVersion {
  const { tags = [] } = version
  const tagOf = (key: string): string | undefined => tags.find((tag) => tag.key === key)?.value
  return {
    version: version.version,
    template: templateOf(tagOf(promptTags.kind), tagOf(promptTags.text) ?? ''),
    message: version.description ?? '',
    createdMs: version.creation_timestamp,
    aliases: (aliases ?? []).filter((each) => each.version === version.version).map(({ alias }) => alias),
    tags: ownTags(tags),
    config: jsonOf(tagOf(promptTags.config)),
    format: jsonOf(tagOf(promptTags.format)),
  }
}

/** Without what MLflow keeps for itself. */
export function ownTags(tags: readonly MlflowKeyValue[]): readonly MlflowKeyValue[] {
  return tags.filter(({ key }) => !key.startsWith('mlflow.') && !key.startsWith('_mlflow'))
}

/** Clients before MLflow 3 do not say which kind it is. */
function templateOf(kind: string | undefined, text: string): PromptTemplate {
  const parsed = kind === 'chat' ? jsonOf(text) : undefined
  if (!Array.isArray(parsed)) return { kind: 'text', text }
  return {
    kind: 'chat',
    messages: (parsed as readonly Readonly<Record<string, unknown>>[]).map(({ role, content }) => ({
      role: String(role),
      content: typeof content === 'string' ? content : JSON.stringify(content),
    })),
  }
}

function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** The tag's text for a template. */
export function textOfTemplate(template: PromptTemplate): string {
  return template.kind === 'text' ? template.text : JSON.stringify(template.messages)
}

/** A template as lines for people and comparisons. */
export function linesOfTemplate(template: PromptTemplate): string {
  if (template.kind === 'text') return template.text
  return template.messages.map(({ role, content }) => `[${role}]\n${content}`).join('\n\n')
}

const variable = /\{\{\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\}\}/g

/** Its variables, each once, in the order they appear. */
export function variablesOf(template: PromptTemplate): readonly string[] {
  return [...new Set([...linesOfTemplate(template).matchAll(variable)].map(([, name]) => name!))]
}

/** A text in parts: what stands in double braces, and what is between. */
export function partsOf(text: string): readonly { readonly text: string; readonly isVariable: boolean }[] {
  const parts: { text: string; isVariable: boolean }[] = []
  let at = 0
  for (const found of text.matchAll(variable)) {
    if (found.index > at) parts.push({ text: text.slice(at, found.index), isVariable: false })
    parts.push({ text: found[0], isVariable: true })
    at = found.index + found[0].length
  }
  if (at < text.length) parts.push({ text: text.slice(at), isVariable: false })
  return parts
}

/** What a program writes to use a version: by its alias where it has one, so that moving the alias moves the program. */
export function pythonOf(name: string, { version, aliases, template }: PromptVersion): string {
  const address = aliases[0] === undefined ? `prompts:/${name}/${version}` : `prompts:/${name}@${aliases[0]}`
  const given = variablesOf(template)
    .map((each) => `${each.replaceAll('.', '_')}=...`)
    .join(', ')
  return [
    'import mlflow',
    '',
    `mlflow.set_tracking_uri("${location.origin}")`,
    `prompt = mlflow.genai.load_prompt("${address}")`,
    `${template.kind === 'chat' ? 'messages' : 'text'} = prompt.format(${given})`,
    '',
  ].join('\n')
}
