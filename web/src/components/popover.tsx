import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import type { IconName } from './icon.tsx'
import './popover.css'

interface PopoverProps {
  /** On the button that opens it. */
  readonly label: string
  readonly icon?: IconName
  readonly children: ReactNode
}

/** A button that opens a small panel under it; Escape, or the focus or a click elsewhere, closes it. */
export function Popover({ label, icon, children }: PopoverProps): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isOpen) return
    const onOutside = (event: Event): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) setOpen(false)
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      setOpen(false)
      opener.current?.querySelector('button')?.focus()
    }
    document.addEventListener('pointerdown', onOutside)
    document.addEventListener('focusin', onOutside)
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('pointerdown', onOutside)
      document.removeEventListener('focusin', onOutside)
      document.removeEventListener('keydown', onKey)
    }
  }, [isOpen])
  return (
    <div className="popover" ref={box}>
      <div ref={opener}>
        <Button isSmall {...(icon !== undefined && { icon })} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {label}
        </Button>
      </div>
      {isOpen && (
        <div className="popover-panel" role="group" aria-label={label}>
          {children}
        </div>
      )}
    </div>
  )
}
