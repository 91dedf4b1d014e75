import { Link, useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'

/** Where each kind of thing has its page. A page that is not there (yet) is not linked to. */
const addresses = {
  job: '/jobs/$name',
  run: '/runs/$name',
  experiment: '/experiments/$name',
  data: '/data/$name',
  component: '/components/$name',
  environment: '/environments/$name',
  model: '/models/$name',
  endpoint: '/endpoints/$name',
  'batch endpoint': '/batch-endpoints/$name',
  schedule: '/schedules/$name',
  trigger: '/triggers/$name',
  'published pipeline': '/published/$name',
  monitor: '/monitors/$name',
  trace: '/traces/$name',
  prompt: '/prompts/$name',
} as const

export type ObjectKind = keyof typeof addresses

interface ObjectLinkProps {
  readonly kind: ObjectKind
  /** Name or id. */
  readonly name: string
  readonly search?: Readonly<Record<string, string>>
  /** What is shown; the name when absent. */
  readonly children?: ReactNode
}

/** A link to the page of a thing; its name alone where there is no such page. */
export function ObjectLink({ kind, name, search, children = name }: ObjectLinkProps): ReactNode {
  const isThere = useHasPage(kind)
  if (!isThere) return <span>{children}</span>
  // Which of the addresses exist is known when the application runs, not to the types here.
  return (
    <Link
      to={addresses[kind] as '/'}
      params={{ name } as never}
      {...(search !== undefined && { search: search as never })}
    >
      {children}
    </Link>
  )
}

/** Opens the page of a thing, as `ObjectLink` would; undefined where there is none. */
export function useOpenObject(): (kind: ObjectKind, name: string) => (() => void) | undefined {
  const router = useRouter()
  return (kind, name) =>
    addresses[kind] in router.routesByPath
      ? () => void router.navigate({ to: addresses[kind] as '/', params: { name } as never })
      : undefined
}

function useHasPage(kind: ObjectKind): boolean {
  return addresses[kind] in useRouter().routesByPath
}
