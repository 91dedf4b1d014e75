import type { ReactNode } from 'react'
import { useConnection } from '../api/live-events.ts'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './connection-mark.css'

/** How fresh the page is: told as things happen, asked every few seconds, or without a server. */
export function ConnectionMark(): ReactNode {
  const texts = useMessages(shellMessages).live
  const connection = useConnection()
  return (
    <span className={`connection connection-${connection}`} role="status">
      <span aria-hidden="true">{{ live: '●', polling: '◐', lost: '✕' }[connection]}</span>
      {texts[connection]}
    </span>
  )
}
