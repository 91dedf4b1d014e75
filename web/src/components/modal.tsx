import { useEffect, useId, useRef } from 'react'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './modal.css'

interface ModalProps {
  readonly title: string
  readonly onClose: () => void
  /** `wide`: for forms with code or tables. */
  readonly size?: 'usual' | 'wide'
  /** Buttons at the foot. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A native modal dialog: Escape and a click beside it close it, focus stays inside and returns afterwards. */
export function Modal({ title, onClose, size = 'usual', actions, children }: ModalProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  const texts = useMessages(shellMessages)
  useEffect(() => {
    const opener = document.activeElement
    const opened = dialog.current
    opened?.showModal()
    // What the dialog is for, rather than the cross that closes it.
    opened?.querySelector<HTMLElement>('.modal-body :is(input, select, textarea), .modal-actions button')?.focus()
    return () => {
      opened?.close()
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  return (
    // The click beside the dialog is for the mouse; the keyboard has Escape and the close button.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- see above
    <dialog
      ref={dialog}
      className={`modal modal-${size}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="modal-box">
        <header className="panel-head">
          <h2 id={titleId}>{title}</h2>
          <IconButton label={texts.close} icon="close" isSmall onClick={onClose} />
        </header>
        <div className="modal-body">{children}</div>
        {actions !== undefined && <footer className="modal-actions">{actions}</footer>}
      </div>
    </dialog>
  )
}
