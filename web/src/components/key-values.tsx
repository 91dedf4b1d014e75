import { Fragment } from 'react'
import type { ReactNode } from 'react'
import './key-values.css'

/** Names and values, one under the other; entries whose value is `undefined` are left out. */
export function KeyValues({
  entries,
}: {
  readonly entries: readonly (readonly [name: string, value: ReactNode])[]
}): ReactNode {
  return (
    <dl className="key-values">
      {entries
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  )
}
