import type { ReactNode } from 'react'
import './scrolled.css'

/** Text of several lines, such as a stack or a mistake with its caret; lines that are too long scroll. */
export function ScrolledText({
  text,
  className = '',
}: {
  readonly text: string
  readonly className?: string
}): ReactNode {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by the keyboard
    <pre className={`scrolled-text ${className}`} tabIndex={0}>
      {text}
    </pre>
  )
}

interface ScrolledRegionProps {
  /** What it shows, for screen readers. */
  readonly label: string
  readonly className?: string
  readonly children: ReactNode
}

/** Something as wide as it has to be, which scrolls where the page is narrower. */
export function ScrolledRegion({ label, className = '', children }: ScrolledRegionProps): ReactNode {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by the keyboard
    <div className={`scrolled-region ${className}`} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
