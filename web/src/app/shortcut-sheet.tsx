import { Fragment } from 'react'
import type { ReactNode } from 'react'
import { Modal } from '../components/modal.tsx'
import { type Shortcut, useShortcuts } from '../keyboard/shortcuts.ts'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import { characterShortcuts } from '../preferences/character-shortcuts.ts'
import { useChoice } from '../preferences/stored-choice.ts'

type Row = Pick<Shortcut, 'keys' | 'label'>

/** Every key that acts here and now. */
export function ShortcutSheet({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { shortcuts: texts } = useMessages(shellMessages)
  const all = useShortcuts().filter(({ keys }) => !keys.startsWith('page '))
  const isOff = useChoice(characterShortcuts) === 'off'
  const inTables: readonly Row[] = [
    { keys: 'j k', label: texts.tableMove },
    { keys: 'Home End', label: texts.tableEnds },
    { keys: '← →', label: texts.tableColumns },
    { keys: '→ ←', label: texts.tableTree },
    { keys: 'Shift+← Shift+→', label: texts.tableWidth },
    { keys: '< >', label: texts.tableShift },
    { keys: 'Enter', label: texts.tableOpen },
    { keys: 'x', label: texts.tableSelect },
    { keys: 'Shift+↓', label: texts.tableRange },
  ]
  const groups: readonly (readonly [string, readonly Row[]])[] = [
    [texts.here, all.filter(({ group }) => group === 'here')],
    [texts.table, inTables],
    [texts.everywhere, all.filter(({ group }) => group === 'everywhere')],
  ]
  return (
    <Modal title={texts.title} onClose={onClose} size="wide">
      {isOff && <p className="quiet">{texts.off}</p>}
      <div className="shortcut-sheet">
        {groups.map(([title, rows]) =>
          rows.length === 0 ? null : (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {rows.map(({ keys, label }) => (
                  <Fragment key={keys}>
                    <dt>
                      {keys.split(' ').map((key) => (
                        <kbd key={key}>
                          {key.replace('mod+', 'Ctrl ').replace(/ (\w)$/, (letter) => letter.toUpperCase())}
                        </kbd>
                      ))}
                    </dt>
                    <dd>{label}</dd>
                  </Fragment>
                ))}
              </dl>
            </section>
          ),
        )}
      </div>
    </Modal>
  )
}
