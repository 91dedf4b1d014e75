import type { ReactNode } from 'react'

/** What kind of step a span is, in MLflow's words, as a few letters or whole. */
const short: Readonly<Record<string, string>> = {
  AGENT: 'AG',
  CHAIN: 'CH',
  CHAT_MODEL: 'LM',
  LLM: 'LM',
  TOOL: 'TL',
  RETRIEVER: 'RT',
  EMBEDDING: 'EM',
  RERANKER: 'RR',
  PARSER: 'PA',
  MEMORY: 'ME',
  WORKFLOW: 'WF',
  TASK: 'TA',
  GUARDRAIL: 'GR',
  EVALUATOR: 'EV',
}

/** Kinds that people look for have a colour of their own, beside their letters. */
const series: Readonly<Record<string, number>> = {
  CHAT_MODEL: 3,
  LLM: 3,
  TOOL: 2,
  RETRIEVER: 4,
  EMBEDDING: 7,
  AGENT: 1,
  RERANKER: 8,
}

interface SpanTypeProps {
  readonly type: string
  /** Two letters, for rows. */
  readonly isShort?: boolean
}

export function SpanType({ type, isShort = false }: SpanTypeProps): ReactNode {
  if (type === 'UNKNOWN') return null
  const text = isShort ? (short[type] ?? type.slice(0, 2).toUpperCase()) : type.replaceAll('_', ' ').toLowerCase()
  return (
    <span className={`span-type span-type-${series[type] ?? 0}`} title={type} aria-hidden={isShort}>
      {text}
    </span>
  )
}
