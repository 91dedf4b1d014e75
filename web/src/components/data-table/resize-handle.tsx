import type { PointerEvent, ReactNode } from 'react'

interface ResizeHandleProps {
  readonly width: number
  /** While it is dragged, with the width it would have. */
  readonly onDrag: (width: number) => void
  readonly onDone: (width: number) => void
}

/** The right edge of a column's head, to be dragged; by keys the table widens its active column. */
export function ResizeHandle({ width, onDrag, onDone }: ResizeHandleProps): ReactNode {
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>): void => {
    const handle = event.currentTarget
    const startX = event.clientX
    let last = width
    event.preventDefault()
    handle.setPointerCapture(event.pointerId)
    const move = ({ clientX }: globalThis.PointerEvent): void => {
      last = width + clientX - startX
      onDrag(last)
    }
    const done = (): void => {
      handle.removeEventListener('pointermove', move)
      onDone(last)
    }
    handle.addEventListener('pointermove', move)
    handle.addEventListener('lostpointercapture', done, { once: true })
  }
  return (
    <span
      className="data-table-resize"
      aria-hidden="true"
      onPointerDown={onPointerDown}
      // The head around it can be dragged; its edge does not take it along.
      onMouseDown={(event) => event.preventDefault()}
    />
  )
}
