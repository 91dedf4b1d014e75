import { Link, useMatches } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { IconButton } from '../components/button.tsx'
import { ConnectionMark } from '../components/connection-mark.tsx'
import { Icon } from '../components/icon.tsx'
import { LanguageSwitch, ThemeSwitch } from '../components/preference-switches.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { useLanguage } from '../messages/language.ts'
import { shellMessages } from '../messages/shell.ts'
import type {} from '../pages/page-title.ts'

interface TopBarProps {
  readonly onSearch: () => void
  readonly onShortcuts: () => void
}

/** Where the person is, the way to everywhere else, and how it all looks. */
export function TopBar({ onSearch, onShortcuts }: TopBarProps): ReactNode {
  const texts = useMessages(shellMessages)
  return (
    <header className="top-bar">
      <Breadcrumb />
      <ConnectionMark />
      <button type="button" className="search-button" onClick={onSearch}>
        <Icon name="search" />
        <span>{texts.search}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div className="row">
        <LanguageSwitch />
        <ThemeSwitch />
        <IconButton label={texts.shortcuts.open} icon="keyboard" onClick={onShortcuts} />
      </div>
    </header>
  )
}

function Breadcrumb(): ReactNode {
  const texts = useMessages(shellMessages)
  const language = useLanguage()
  const matches = useMatches()
  const crumbs = matches.flatMap(({ staticData: { title }, params, pathname, id }) =>
    title === undefined ? [] : [{ id, pathname, text: title({ language, params: params as Record<string, string> }) }],
  )
  const own = crumbs.at(-1)?.text
  useEffect(() => {
    document.title = own === undefined ? 'Sluiceworks' : `${own} · Sluiceworks`
  }, [own])
  return (
    <nav className="breadcrumb" aria-label={texts.breadcrumb}>
      <ol>
        {crumbs.map(({ id, pathname, text }, index) => (
          <li key={id}>
            {index === crumbs.length - 1 ? (
              <span aria-current="page">{text}</span>
            ) : (
              <Link to={pathname as '/'}>{text}</Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}
