import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { navigation, type NavigationEntry } from './navigation.ts'
import { Icon } from '../components/icon.tsx'
import { useShortcut } from '../keyboard/shortcuts.ts'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'

/** The pages, in groups. */
export function Sidebar(): ReactNode {
  const texts = useMessages(shellMessages)
  return (
    <nav className="sidebar" aria-label={texts.navigation}>
      <Link to="/" className="brand">
        <Brand />
        <span>Sluiceworks</span>
      </Link>
      {shownGroups.map(({ group, entries }) => (
        <div key={group ?? 'top'} className="sidebar-group">
          {group !== undefined && <h2>{texts.groups[group]}</h2>}
          <ul>
            {entries.map((entry) => (
              <li key={entry.to}>
                <SidebarEntry entry={entry} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}

const shownGroups = navigation.filter(({ entries }) => entries.length > 0)

function SidebarEntry({ entry: { to, page, icon, keys, also } }: { readonly entry: NavigationEntry }): ReactNode {
  const texts = useMessages(shellMessages)
  const navigate = useNavigate()
  const name = texts.pages[page]
  useShortcut({ keys: keys ?? `page ${page}`, label: texts.shortcuts.goTo(name), group: 'everywhere' }, () => {
    void navigate({ to })
  })
  const isAlso = useLocation({ select: ({ pathname }) => also !== undefined && pathname.startsWith(also) })
  return (
    <Link
      to={to}
      className={isAlso ? 'sidebar-entry active' : 'sidebar-entry'}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      title={name}
      {...(isAlso && { 'aria-current': 'page' })}
    >
      <Icon name={icon} />
      <span>{name}</span>
    </Link>
  )
}

function Brand(): ReactNode {
  return (
    <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--accent)" />
      <path d="M9 6v20M23 6v20" stroke="var(--on-accent)" strokeWidth="2.6" strokeLinecap="round" />
      <path d="M9 11h14v6H9z" fill="var(--on-accent)" />
      <path
        d="M9 22.5c2.3-1.8 4.7-1.8 7 0s4.7 1.8 7 0"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  )
}
