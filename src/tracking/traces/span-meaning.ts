import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import { inputsOf, modelOf, outputsOf, parsed, tokensOf, typeOf } from './span-conventions.ts'
import { traceKeys, type Span } from './trace.ts'

const sessionWords = ['session.id', 'gen_ai.conversation.id', 'mlflow.trace.session']
const userWords = ['user.id', 'mlflow.trace.user']

/** MLflow shows this much of a request or a response in lists. */
const previewLength = 1000
const traceTagPrefix = 'mlflow.traceTag.'

/** Sums by name, e.g. `input_tokens`, or `input_cost` in US dollars. */
export type Amounts = Readonly<Record<string, number>>

export function spanType(span: Span): string {
  return typeOf(span) ?? 'UNKNOWN'
}

/** What a span was given and what it gave, as the values they are; `model` as the client names it. */
export function dealingsOf(span: Span): {
  readonly inputs?: JsonValue
  readonly outputs?: JsonValue
  readonly model?: string
} {
  const [inputs, outputs, model] = [inputsOf(span), outputsOf(span), modelOf(span)]
  return {
    ...(inputs !== undefined && { inputs }),
    ...(outputs !== undefined && { outputs }),
    ...(model !== undefined && { model }),
  }
}

export function sessionOf(span: Span): string | undefined {
  return textOf(firstOf(span, sessionWords))
}

export function userOf(span: Span): string | undefined {
  return textOf(firstOf(span, userWords))
}

/** The request and the response that a root span tells of, as texts short enough for a list. */
export function previewsOf(root: Span): { readonly request?: string; readonly response?: string } {
  const request = previewOf(inputsOf(root), 'user')
  const response = previewOf(outputsOf(root), 'assistant')
  return { ...(request !== undefined && { request }), ...(response !== undefined && { response }) }
}

/** Tags of the trace that a client put into its root span's attributes. */
export function traceTagsOf(root: Span): Readonly<Record<string, string>> {
  const tags: [string, string][] = []
  for (const [key, value] of Object.entries(root.attributes)) {
    const name = key.slice(traceTagPrefix.length)
    if (key.startsWith(traceTagPrefix) && name !== '' && name.length <= 250) {
      tags.push([name, typeof value === 'string' ? value : JSON.stringify(value)])
    }
  }
  return Object.fromEntries(tags)
}

/** Tags of the trace that tell of the program: its resource, without what the SDK says of itself or MLflow keeps. */
export function resourceTagsOf(spans: readonly Span[]): Readonly<Record<string, string>> {
  const resource = spans.find((span) => span.resource !== undefined)?.resource ?? {}
  const told = Object.entries(resource).filter(
    ([key]) => key !== '' && key.length <= 250 && !/^(telemetry\.sdk|mlflow)\./.test(key),
  )
  return Object.fromEntries(
    told.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

/** The tokens that a span says it used. */
export function tokenUsageOf(span: Span): Amounts | undefined {
  return amountsOf(span.attributes['mlflow.chat.tokenUsage']) ?? tokensOf(span)
}

/** What a span says it cost. */
export function costOf(span: Span): Amounts | undefined {
  return amountsOf(span.attributes['mlflow.llm.cost'])
}

export interface AmountNode {
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly amounts: Amounts | undefined
}

/** The sum over a tree of spans. A span above others often repeats their sum, so what lies below one that counts does not. */
export function sumOfTree(nodes: readonly AmountNode[]): Amounts | undefined {
  const byId = new Map(nodes.map((node) => [node.spanId, node]))
  const isCovered = new Map<string, boolean>()
  const total: Record<string, number> = {}
  for (const node of nodes) {
    if (node.amounts === undefined || hasCountedAncestor(node, byId, isCovered)) continue
    for (const [name, amount] of Object.entries(node.amounts)) total[name] = (total[name] ?? 0) + amount
  }
  return Object.keys(total).length === 0 ? undefined : total
}

function hasCountedAncestor(
  node: AmountNode,
  byId: ReadonlyMap<string, AmountNode>,
  isCovered: Map<string, boolean>,
): boolean {
  const path: string[] = []
  let result = false
  const seen = new Set<string>()
  for (let at = node.parentSpanId; at !== undefined && !seen.has(at); at = byId.get(at)?.parentSpanId) {
    seen.add(at)
    const known = isCovered.get(at)
    const counts = byId.get(at)?.amounts !== undefined
    if (known === true || counts) {
      result = true
      break
    }
    if (known === false) break
    path.push(at)
  }
  for (const id of path) isCovered.set(id, result)
  return result
}

function firstOf(span: Span, names: readonly string[]): JsonValue | undefined {
  for (const name of names) {
    const value = span.attributes[name]
    if (value !== undefined && value !== null) return value
  }
  return undefined
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function amountsOf(value: JsonValue | undefined): Amounts | undefined {
  const given = parsed(value)
  if (!isJsonObject(given)) return undefined
  const amounts = Object.entries(given).filter((entry): entry is [string, number] => numberOf(entry[1]) !== undefined)
  return amounts.length === 0 ? undefined : Object.fromEntries(amounts)
}

function previewOf(value: JsonValue | undefined, role: string): string | undefined {
  if (value === undefined) return undefined
  const text = lastMessage(value, role) ?? JSON.stringify(value)
  return text.length <= previewLength ? text : `${text.slice(0, previewLength - 3)}...`
}

/** The text of the last message of that role, in a chat request or response as OpenAI's interface has them. */
function lastMessage(value: JsonValue | undefined, role: string): string | undefined {
  if (!isJsonObject(value)) return undefined
  const messages = messagesOf(value)
  const last = messages.findLast((message) => message['role'] === role) ?? messages.at(-1)
  const content = last?.['content']
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const texts = (content as readonly JsonValue[]).flatMap((part) =>
    isJsonObject(part) && typeof part['text'] === 'string' ? [part['text']] : [],
  )
  return texts.length === 0 ? undefined : texts.join(' ')
}

function messagesOf(value: JsonObject): readonly JsonObject[] {
  const isMessage = (item: unknown): item is JsonObject => isJsonObject(item) && 'content' in item
  const messages = value['messages'] ?? value['input']
  if (Array.isArray(messages)) return (messages as readonly unknown[]).filter(isMessage)
  const choices = value['choices']
  if (!Array.isArray(choices)) return []
  return (choices as readonly unknown[]).flatMap((choice) =>
    isJsonObject(choice) && isMessage(choice['message']) ? [choice['message']] : [],
  )
}

/** Metadata that is the JSON of amounts. */
export const amountKeys = { usage: traceKeys.tokenUsage, cost: traceKeys.cost } as const
