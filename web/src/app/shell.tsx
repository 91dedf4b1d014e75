import { Outlet } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Palette } from './palette.tsx'
import { ShortcutSheet } from './shortcut-sheet.tsx'
import { Sidebar } from './sidebar.tsx'
import { TopBar } from './top-bar.tsx'
import { ConfirmDialog } from '../components/confirm.tsx'
import { Toasts } from '../components/toasts.tsx'
import { useShortcut } from '../keyboard/shortcuts.ts'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './shell.css'

/** What stands around every page: the navigation, the bar above, and what opens over a page. */
export function Shell(): ReactNode {
  const texts = useMessages(shellMessages)
  const [open, setOpen] = useState<'palette' | 'shortcuts' | undefined>()
  useShortcut({ keys: 'mod+k', label: texts.shortcuts.palette, group: 'everywhere' }, () => setOpen('palette'))
  useShortcut({ keys: '?', label: texts.shortcuts.open, group: 'everywhere' }, () => setOpen('shortcuts'))
  const close = (): void => setOpen(undefined)
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {texts.skipToContent}
      </a>
      <Sidebar />
      <div className="shell-main">
        <TopBar onSearch={() => setOpen('palette')} onShortcuts={() => setOpen('shortcuts')} />
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      {open === 'palette' && <Palette onClose={close} />}
      {open === 'shortcuts' && <ShortcutSheet onClose={close} />}
      <ConfirmDialog />
      <Toasts />
    </div>
  )
}
