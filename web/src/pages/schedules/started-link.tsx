import type { ReactNode } from 'react'
import type { Started } from './trigger-types.ts'
import { ObjectLink } from '../../components/object-link.tsx'

/** What is started, as a link where it has a page; of a file its name, with the whole path as a tooltip. */
export function StartedLink({ started }: { readonly started: Started }): ReactNode {
  if (started.kind === 'file') return <code title={started.text}>{started.text.split('/').at(-1)}</code>
  return (
    <ObjectLink kind={started.kind === 'pipeline' ? 'published pipeline' : 'job'} name={started.name}>
      {started.text}
    </ObjectLink>
  )
}
