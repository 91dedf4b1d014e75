import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { toast } from './toasts.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }): ReactNode {
  const texts = useMessages(shellMessages)
  const copy = (): void => {
    copyText(text).then(
      () => toast(texts.copied),
      () => toast(texts.copyFailed, 'failed'),
    )
  }
  return <IconButton label={label ?? texts.copy} icon="copy" isSmall onClick={copy} />
}

// Without TLS beyond this machine there is no clipboard interface, but the old command still works.
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  field.value = text
  document.body.append(field)
  field.select()
  const isCopied = document.execCommand('copy')
  field.remove()
  if (!isCopied) throw new DOMException('not copied', 'NotAllowedError')
}
