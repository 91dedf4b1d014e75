import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import type { Span } from './trace.ts'

/**
 * What a span's attributes mean. MLflow's clients have words for it (`mlflow.spanInputs`); other instrumentations of
 * OpenTelemetry have theirs, which MLflow's server translates: OpenTelemetry's semantic conventions for generative AI,
 * OpenInference, OpenLLMetry (Traceloop), the Vercel AI SDK, Google's ADK, VoltAgent, LiveKit, Laminar, Langfuse,
 * Spring AI and Claude Code. Spans are stored as they came; the words are looked up when somebody reads.
 */
interface Convention {
  /** The attribute that says what kind of span it is, and MLflow's type of each of its values in lower case. */
  readonly kind?: readonly [key: string, types: Readonly<Record<string, string>>]
  readonly inputs?: readonly (string | RegExp)[]
  readonly outputs?: readonly (string | RegExp)[]
  readonly model?: readonly string[]
  readonly provider?: string
  readonly tools?: string
  /** Attributes with numbers of tokens, by MLflow's name of the number. */
  readonly tokens?: Readonly<Record<string, readonly string[]>>
}

const agentTypes = { agent: 'AGENT', llm: 'LLM', tool: 'TOOL', memory: 'MEMORY' }
const vercelText = ['ai.generatetext', 'ai.streamtext', 'ai.generateobject', 'ai.streamobject']
const vercelTypes = Object.fromEntries([
  ...vercelText.map((name) => [name, 'LLM']),
  ...['ai.generatetext', 'ai.generateobject'].map((name) => [`${name}.dogenerate`, 'LLM']),
  ...['ai.streamtext', 'ai.streamobject'].map((name) => [`${name}.dostream`, 'LLM']),
  ...['ai.embed', 'ai.embed.doembed', 'ai.embedmany'].map((name) => [name, 'EMBEDDING']),
  ['ai.toolcall', 'TOOL'],
]) as Readonly<Record<string, string>>

const openInferenceKinds = [
  'TOOL',
  'CHAIN',
  'LLM',
  'RETRIEVER',
  'EMBEDDING',
  'AGENT',
  'RERANKER',
  'GUARDRAIL',
  'EVALUATOR',
]

/** The first that knows an answer gives it. */
const conventions: readonly Convention[] = [
  {
    kind: ['openinference.span.kind', Object.fromEntries(openInferenceKinds.map((kind) => [kind.toLowerCase(), kind]))],
    inputs: ['input.value'],
    outputs: ['output.value'],
    model: ['llm.response.model_name', 'llm.model_name', 'llm.request.model_name', 'embedding.model_name'],
    provider: 'llm.provider',
    tokens: {
      input_tokens: ['llm.token_count.prompt'],
      output_tokens: ['llm.token_count.completion'],
      total_tokens: ['llm.token_count.total'],
      cache_read_input_tokens: ['llm.token_count.prompt_details.cache_read'],
      cache_creation_input_tokens: ['llm.token_count.prompt_details.cache_write'],
    },
  },
  {
    kind: [
      'span.type',
      { 'claude_code.interaction': 'AGENT', 'claude_code.llm_request': 'LLM', 'claude_code.tool': 'TOOL' },
    ],
  },
  {
    kind: [
      'gen_ai.operation.name',
      {
        chat: 'CHAT_MODEL',
        create_agent: 'AGENT',
        embeddings: 'EMBEDDING',
        execute_tool: 'TOOL',
        generate_content: 'LLM',
        invoke_agent: 'AGENT',
        text_completion: 'LLM',
        response: 'LLM',
      },
    ],
    inputs: ['gen_ai.input.messages', 'gen_ai.tool.call.arguments', 'gen_ai.prompt'],
    outputs: ['gen_ai.output.messages', 'gen_ai.tool.call.result', 'gen_ai.completion'],
    model: ['gen_ai.response.model', 'gen_ai.request.model'],
    provider: 'gen_ai.provider.name',
    tools: 'gen_ai.tool.definitions',
    tokens: {
      input_tokens: ['gen_ai.usage.input_tokens'],
      output_tokens: ['gen_ai.usage.output_tokens'],
      cache_read_input_tokens: ['gen_ai.usage.cache_read.input_tokens'],
      cache_creation_input_tokens: [
        'gen_ai.usage.cache_write.input_tokens',
        'gen_ai.usage.cache_creation.input_tokens',
      ],
    },
  },
  {
    kind: ['traceloop.span.kind', { workflow: 'WORKFLOW', task: 'TASK', agent: 'AGENT', tool: 'TOOL' }],
    inputs: [
      'traceloop.entity.input',
      /^gen_ai\.prompt\.\d+\.content$/,
      /^gen_ai\.completion\.\d+\.tool_calls\.\d+\.arguments$/,
    ],
    outputs: ['traceloop.entity.output', /^gen_ai\.completion\.\d+\.content$/],
    provider: 'gen_ai.system',
    tokens: {
      input_tokens: ['gen_ai.usage.prompt_tokens'],
      output_tokens: ['gen_ai.usage.completion_tokens'],
      total_tokens: ['llm.usage.total_tokens'],
    },
  },
  {
    inputs: ['gcp.vertex.agent.llm_request', 'gcp.vertex.agent.tool_call_args'],
    outputs: ['gcp.vertex.agent.llm_response', 'gcp.vertex.agent.tool_response'],
  },
  {
    kind: ['ai.operationId', vercelTypes],
    inputs: ['ai.prompt', 'ai.toolCall.args', 'ai.value', 'ai.values', 'ai.prompt.messages'],
    outputs: ['ai.response.text', 'ai.toolCall.result', 'ai.response.object', 'ai.embedding', 'ai.embeddings'],
  },
  // A span below an agent's says its own type in the first, its agent's in the second.
  { kind: ['span.type', agentTypes] },
  {
    kind: ['entity.type', agentTypes],
    inputs: ['agent.messages', 'llm.messages', 'input'],
    outputs: ['output'],
    tokens: {
      input_tokens: ['usage.prompt_tokens', 'llm.usage.prompt_tokens'],
      output_tokens: ['usage.completion_tokens', 'llm.usage.completion_tokens'],
      total_tokens: ['usage.total_tokens', 'llm.usage.total_tokens'],
    },
  },
  {
    inputs: ['lk.user_input', 'lk.user_transcript', 'lk.chat_ctx', 'lk.input_text'],
    outputs: ['lk.response.text', 'lk.response.function_calls'],
  },
  {
    kind: [
      'lmnr.span.type',
      {
        llm: 'LLM',
        cached: 'LLM',
        tool: 'TOOL',
        default: 'CHAIN',
        pipeline: 'CHAIN',
        executor: 'AGENT',
        evaluator: 'EVALUATOR',
        human_evaluator: 'EVALUATOR',
        evaluation: 'EVALUATOR',
      },
    ],
    inputs: ['lmnr.span.input'],
    outputs: ['lmnr.span.output'],
  },
  {
    kind: [
      'langfuse.observation.type',
      {
        generation: 'LLM',
        embedding: 'EMBEDDING',
        tool: 'TOOL',
        retriever: 'RETRIEVER',
        agent: 'AGENT',
        chain: 'CHAIN',
        evaluator: 'EVALUATOR',
        guardrail: 'GUARDRAIL',
      },
    ],
    inputs: ['langfuse.observation.input'],
    outputs: ['langfuse.observation.output'],
  },
]

const keys = {
  inputs: conventions.flatMap(({ inputs }) => inputs ?? []),
  outputs: conventions.flatMap(({ outputs }) => outputs ?? []),
  tools: conventions.flatMap(({ tools }) => tools ?? []),
}

/** Attributes that name the model, and who runs it; the first that there is counts. */
export const modelKeys = ['mlflow.llm.model', ...conventions.flatMap(({ model }) => model ?? [])]
export const providerKeys = ['mlflow.llm.provider', ...conventions.flatMap(({ provider }) => provider ?? [])]

/** Events that hold what was asked and answered, where attributes do not. */
const promptEvent = ['gen_ai.content.prompt', 'gen_ai.prompt'] as const
const completionEvent = ['gen_ai.content.completion', 'gen_ai.completion'] as const

/** MLflow's type of the span; undefined where no convention tells. */
export function typeOf({ attributes }: Span): string | undefined {
  const own = attributes['mlflow.spanType']
  if (typeof own === 'string' && own !== '' && own !== 'UNKNOWN') return own
  for (const { kind } of conventions) {
    const value = kind === undefined ? undefined : attributes[kind[0]]
    const type = typeof value === 'string' ? kind![1][value.toLowerCase()] : undefined
    if (type !== undefined) return type
  }
  return undefined
}

export function inputsOf(span: Span): JsonValue | undefined {
  return dealing(span, 'mlflow.spanInputs', 'inputs') ?? eventValue(span, promptEvent)
}

export function outputsOf(span: Span): JsonValue | undefined {
  return dealing(span, 'mlflow.spanOutputs', 'outputs') ?? eventValue(span, completionEvent)
}

/** The model by the name that it answered under, else the one that was asked for. */
export function modelOf(span: Span): string | undefined {
  return firstText(span, modelKeys)
}

/** Numbers of tokens by MLflow's names, all of one convention. */
export function tokensOf({ attributes }: Span): Readonly<Record<string, number>> | undefined {
  for (const { tokens } of conventions) {
    const found = Object.entries(tokens ?? {}).flatMap(([name, wanted]) => {
      const number = wanted.map((key) => wholeNumber(attributes[key])).find((value) => value !== undefined)
      return number === undefined ? [] : [[name, number] as const]
    })
    const amounts: Readonly<Record<string, number>> = Object.fromEntries(found)
    const { input_tokens: input, output_tokens: output, total_tokens: total } = amounts
    if (input === undefined && output === undefined && total === undefined) continue
    const sum = (input ?? 0) + (output ?? 0)
    return { ...amounts, input_tokens: input ?? 0, output_tokens: output ?? 0, total_tokens: total ?? sum }
  }
  return undefined
}

/** The span's attributes with those that MLflow's clients look for, as far as others say the same. */
export function inMlflowWords(span: Span): JsonObject {
  const found: Readonly<Record<string, () => JsonValue | undefined>> = {
    'mlflow.spanInputs': () => inputsOf(span),
    'mlflow.spanOutputs': () => outputsOf(span),
    'mlflow.chat.tokenUsage': () => tokensOf(span),
    'mlflow.chat.tools': () => valueOf(span, keys.tools),
    'mlflow.llm.model': () => modelOf(span),
    'mlflow.llm.provider': () => firstText(span, providerKeys),
  }
  const added = Object.entries(found).flatMap(([key, look]) => {
    const value = span.attributes[key] === undefined ? look() : undefined
    return value === undefined ? [] : [[key, value] as const]
  })
  const type = typeOf(span)
  return { ...span.attributes, ...Object.fromEntries(added), ...(type !== undefined && { 'mlflow.spanType': type }) }
}

/** The value that a text is the JSON of: attributes of other instrumentations hold lists and objects as text. */
export function parsed(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as JsonValue
  } catch {
    return value
  }
}

function dealing(span: Span, own: string, side: 'inputs' | 'outputs'): JsonValue | undefined {
  const value = span.attributes[own]
  if (value !== undefined && value !== null) return parsed(value)
  return valueOf(span, keys[side])
}

function valueOf({ attributes }: Span, wanted: readonly (string | RegExp)[]): JsonValue | undefined {
  for (const key of wanted) {
    const names = typeof key === 'string' ? [key] : Object.keys(attributes).filter((name) => key.test(name))
    for (const name of names) {
      const value = parsed(attributes[name])
      if (!isEmpty(value)) return value
    }
  }
  return undefined
}

function eventValue({ events }: Span, [name, key]: readonly [string, string]): JsonValue | undefined {
  const event = events.find((one) => one.name === name && !isEmpty(one.attributes[key]))
  return parsed(event?.attributes[key])
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return isJsonObject(value) && Object.keys(value).length === 0
}

function firstText({ attributes }: Span, wanted: readonly string[]): string | undefined {
  for (const key of wanted) {
    const value = attributes[key]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

/** Some instrumentations write numbers as texts. */
function wholeNumber(value: JsonValue | undefined): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
