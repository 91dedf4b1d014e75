import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { settingsMessages } from './messages.ts'
import { StoreChecks } from './store-checks.tsx'
import { restQuery } from '../../api/rest-client.ts'
import { CopiedCode } from '../../components/copied-code.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { LanguageSwitch, ThemeSwitch } from '../../components/preference-switches.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import { shellMessages } from '../../messages/shell.ts'
import { characterShortcuts } from '../../preferences/character-shortcuts.ts'
import { useChoice } from '../../preferences/stored-choice.ts'
import './settings.css'

/** How it looks and acts for this person; what the server is, and how to reach it from elsewhere. */
export function SettingsPage(): ReactNode {
  const texts = useMessages(settingsMessages)
  return (
    <Page title={texts.title}>
      <div className="settings">
        <Panel title={texts.you}>
          <Preferences />
        </Panel>
        <Panel title={texts.connect}>
          <Connect />
        </Panel>
        <Panel title={texts.server}>
          <ServerFacts />
        </Panel>
        <Panel title={texts.checks}>
          <StoreChecks />
        </Panel>
      </div>
    </Page>
  )
}

function Preferences(): ReactNode {
  const texts = useMessages(settingsMessages)
  const shell = useMessages(shellMessages)
  const chosen = useChoice(characterShortcuts)
  return (
    <div className="panel-body stack">
      <KeyValues
        entries={[
          [shell.theme.label, <ThemeSwitch key="theme" />],
          [shell.language, <LanguageSwitch key="language" />],
          [
            texts.shortcuts,
            <select
              key="shortcuts"
              className="field"
              aria-label={texts.shortcuts}
              value={chosen}
              onChange={(event) => characterShortcuts.set(event.target.value === 'off' ? 'off' : 'on')}
            >
              <option value="on">{texts.on}</option>
              <option value="off">{texts.off}</option>
            </select>,
          ],
        ]}
      />
      <p className="quiet">{texts.shortcutsHint}</p>
    </div>
  )
}

function Connect(): ReactNode {
  const texts = useMessages(settingsMessages)
  const lines = [
    [texts.mlflow, `export MLFLOW_TRACKING_URI=${location.origin}`],
    [texts.cli, `export SLUICE_URL=${location.origin}`],
  ] as const
  return (
    <div className="panel-body">
      <KeyValues
        entries={[
          ...lines.map(([name, command]) => [name, <CopiedCode key={name} text={command} />] as const),
          [
            texts.openapi,
            <a key="openapi" href="/api/v1/openapi.json">
              /api/v1/openapi.json
            </a>,
          ],
        ]}
      />
    </div>
  )
}

function ServerFacts(): ReactNode {
  const texts = useMessages(settingsMessages)
  const format = useFormat()
  const status = useQuery({ ...restQuery('/api/v1/status'), refetchInterval: 10_000 })
  return (
    <Loaded query={status} lines={5}>
      {(state) => (
        <div className="panel-body stack">
          <KeyValues
            entries={[
              [texts.address, state.url],
              [texts.version, state.version],
              [texts.process, String(state.pid)],
              [texts.started, <TimeAgo key="started" at={state.started_at} />],
              [texts.memory, format.bytes(state.memory_bytes)],
              [texts.database, state.database],
              [texts.folder, <code key="folder">{state.data_folder}</code>],
              [texts.jobs, texts.jobCounts(format.count(state.jobs.running), format.count(state.jobs.queued))],
            ]}
          />
          <p className="quiet">{texts.serverHint}</p>
        </div>
      )}
    </Loaded>
  )
}
