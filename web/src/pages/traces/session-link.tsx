import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { tracesMessages } from './messages.ts'
import { useMessages } from '../../messages/catalogue.ts'

/** Leads to the traces of the same session. */
export function SessionLink({ session }: { readonly session: string }): ReactNode {
  const texts = useMessages(tracesMessages)
  // MLflow's filters know no escape, but both quotes.
  const quote = session.includes("'") ? '"' : "'"
  return (
    <Link
      to="/traces"
      search={{ filter: `metadata.\`mlflow.trace.session\` = ${quote}${session}${quote}` }}
      title={texts.ofSession(session)}
    >
      {session}
    </Link>
  )
}
