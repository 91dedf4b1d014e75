/** One message of a conversation with a model. */
export interface ChatMessage {
  /** As it came: `user`, `assistant`, `system`, `tool` ... */
  readonly role: string
  readonly text: string
  /** Of a tool's answer. */
  readonly name?: string
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[]
}

type Json = Readonly<Record<string, unknown>>

const otherRoles: Readonly<Record<string, string>> = { human: 'user', ai: 'assistant', model: 'assistant' }

/**
 * The messages that a value holds, as OpenAI's, Anthropic's, Gemini's or LangChain's interfaces write them; undefined
 * where it is none: then it is shown as it is.
 */
export function chatOf(value: unknown): readonly ChatMessage[] | undefined {
  const given = listOf(value)
  if (given === undefined || given.length === 0) return undefined
  const messages = given.map(messageOf)
  return messages.every((message) => message !== undefined) ? messages : undefined
}

function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) {
    // LangChain asks about several conversations at once.
    const list = value as readonly unknown[]
    return list.length === 1 && Array.isArray(list[0]) ? (list[0] as readonly unknown[]) : list
  }
  if (!isRecord(value)) return undefined
  if (isMessage(value)) return [value]
  const { messages, input, choices, contents, output } = value
  if (Array.isArray(choices))
    return (choices as readonly unknown[]).map((each) => (isRecord(each) ? each['message'] : each))
  const list = [messages, input, contents, output].find((each) => Array.isArray(each))
  return list === undefined ? undefined : listOf(list)
}

function messageOf(value: unknown): ChatMessage | undefined {
  if (!isRecord(value) || !isMessage(value)) return undefined
  const { content, parts, name } = value
  const role = String(value['role'] ?? value['type'])
  return {
    role: otherRoles[role] ?? role,
    text: textOf(content ?? parts),
    calls: callsOf(value),
    ...(typeof name === 'string' && { name }),
  }
}

function isMessage(value: Json): boolean {
  const { role, type, content, parts, tool_calls: calls } = value
  const hasContent = content !== undefined || Array.isArray(parts) || Array.isArray(calls)
  return hasContent && (typeof role === 'string' || (typeof type === 'string' && /^(human|ai|system|tool)$/.test(type)))
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (content === null || content === undefined) return ''
  if (!Array.isArray(content)) return JSON.stringify(content, undefined, 2)
  return (content as readonly unknown[])
    .flatMap((part) => {
      if (typeof part === 'string') return [part]
      if (!isRecord(part) || part['type'] === 'tool_use') return []
      const { text, type } = part
      return typeof text === 'string' ? [text] : [`[${typeof type === 'string' ? type : 'part'}]`]
    })
    .join('\n')
}

function callsOf({ tool_calls: calls, content }: Json): ChatMessage['calls'] {
  const used = Array.isArray(content)
    ? (content as readonly unknown[]).filter((part) => isRecord(part) && part['type'] === 'tool_use')
    : []
  return [...(Array.isArray(calls) ? (calls as readonly unknown[]) : []), ...used].filter(isRecord).map((call) => {
    const called = isRecord(call['function']) ? call['function'] : call
    const given = called['arguments'] ?? called['args'] ?? called['input']
    return { name: String(called['name'] ?? ''), arguments: parsed(given) }
  })
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
