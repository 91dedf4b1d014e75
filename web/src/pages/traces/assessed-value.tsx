import type { ReactNode } from 'react'
import { tracesMessages } from './messages.ts'
import { Badge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

/** Words that MLflow's judges answer with, and what they mean. */
const words: Readonly<Record<string, boolean>> = { yes: true, no: false, true: true, false: false }

/** A value in a few letters: yes or no as a sign, a number as this person writes it, anything else as its beginning. */
export function AssessedValue({ name, value }: { readonly name?: string; readonly value: unknown }): ReactNode {
  const texts = useMessages(tracesMessages).assessments
  const format = useFormat()
  const truth = typeof value === 'boolean' ? value : words[String(value).toLowerCase()]
  const text =
    truth !== undefined
      ? truth
        ? texts.yes
        : texts.no
      : typeof value === 'number'
        ? format.number(value)
        : shortText(value)
  const said = name === undefined ? text : `${name}: ${text}`
  if (truth === undefined) return <span className="badge badge-quiet">{said}</span>
  return <Badge tone={truth ? 'good' : 'bad'}>{said}</Badge>
}

const mostLetters = 60

function shortText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text
}
