import type { ReactNode } from 'react'

interface PageProps {
  readonly title: ReactNode
  /** Beside the title: a badge, a count. */
  readonly aside?: ReactNode
  /** On the right of the title: buttons. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** The frame of a page: its one level-one heading, what can be done, and the content in a column. */
export function Page({ title, aside, actions, children }: PageProps): ReactNode {
  return (
    <div className="page">
      <header className="page-head">
        <div className="row">
          <h1>{title}</h1>
          {aside}
        </div>
        {actions !== undefined && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** A box with a heading. */
export function Panel({
  title,
  actions,
  children,
}: {
  readonly title: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}): ReactNode {
  return (
    <section className="panel">
      <header className="panel-head">
        <h2>{title}</h2>
        {actions !== undefined && <div className="row">{actions}</div>}
      </header>
      {children}
    </section>
  )
}
