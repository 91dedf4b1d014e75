import { useBlocker } from '@tanstack/react-router'
import { useRef } from 'react'
import { schedulesMessages } from './messages.ts'
import { confirm } from '../../components/confirm.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface Unsaved {
  /** Asks whether what was written may be lost; at once true where nothing was. */
  readonly mayBeLost: () => Promise<boolean>
  /** It is saved: the page may be left without a question. */
  readonly settle: () => void
}

/** Asks before a text that was changed and not saved is left by a link, the back button or a closed tab. */
export function useUnsaved(isChanged: boolean): Unsaved {
  const { title, body, action } = useMessages(schedulesMessages).unsaved
  const isSettled = useRef(false)
  const mayBeLost = async (): Promise<boolean> =>
    !isChanged || isSettled.current || confirm({ title, body, action, isDangerous: true })
  useBlocker({
    shouldBlockFn: async () => !(await mayBeLost()),
    enableBeforeUnload: isChanged,
    disabled: !isChanged,
  })
  return {
    mayBeLost,
    settle: () => {
      isSettled.current = true
    },
  }
}
