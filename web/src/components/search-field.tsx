import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { TypedField, type TypedFieldProps } from './typed-field.tsx'
import './search-field.css'

/** Letters that narrow a list down as they are typed. */
export function SearchField(props: TypedFieldProps): ReactNode {
  return (
    <div className="row search-field" role="search">
      <Icon name="search" />
      <TypedField {...props} />
    </div>
  )
}
