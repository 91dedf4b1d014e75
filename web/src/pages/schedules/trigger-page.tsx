import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { BackfillPanel } from './backfill-panel.tsx'
import { DocumentPanel } from './document-panel.tsx'
import { FiringsPanel } from './firings-panel.tsx'
import { schedulesMessages } from './messages.ts'
import { NextTimes } from './next-times.tsx'
import { RunDialog } from './run-dialog.tsx'
import { TriggerFacts } from './trigger-facts.tsx'
import { type TriggerTab, triggerTabs } from './trigger-search.ts'
import { TriggerState } from './trigger-state.tsx'
import { baseOf, type Family, type Trigger } from './trigger-types.ts'
import { useTriggerCalls } from './use-trigger-calls.ts'
import { WebhookPanel } from './webhook-panel.tsx'
import { restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useShortcut } from '../../keyboard/shortcuts.ts'
import { useMessages } from '../../messages/catalogue.ts'
import './schedules.css'

/** A schedule: when it fires, what became of it so far, and the times that a backfill would make up for. */
export function SchedulePage(): ReactNode {
  return <OfFamily family="schedule" name={useParams({ from: '/schedules/$name' }).name} />
}

/** A trigger: upon what it fires, and what fired it so far. */
export function TriggerPage(): ReactNode {
  return <OfFamily family="trigger" name={useParams({ from: '/triggers/$name' }).name} />
}

function OfFamily({ family, name }: { readonly family: Family; readonly name: string }): ReactNode {
  const trigger = useQuery(restQuery(`${baseOf(family)}/{name}`, { params: { path: { name } } }))
  return (
    <Page
      title={name}
      aside={trigger.data !== undefined && <TriggerState status={trigger.data.status} />}
      actions={trigger.data !== undefined && <Actions trigger={trigger.data} />}
    >
      <Loaded query={trigger} lines={8}>
        {(found) => <Content trigger={found} />}
      </Loaded>
    </Page>
  )
}

function Actions({ trigger }: { readonly trigger: Trigger }): ReactNode {
  const texts = useMessages(schedulesMessages)
  const calls = useTriggerCalls(trigger)
  const [isAsking, setAsking] = useState(false)
  useShortcut({ keys: 'r', label: texts.run.button, group: 'here' }, () => setAsking(true))
  return (
    <>
      <Button look="primary" onClick={() => setAsking(true)}>
        {texts.run.button}
      </Button>
      {trigger.status === 'paused' ? (
        <Button onClick={() => void calls.resume()}>{texts.resume.button}</Button>
      ) : (
        <Button onClick={() => void calls.pause()}>{texts.pause.button}</Button>
      )}
      <Button look="danger" onClick={() => void calls.remove()}>
        {texts.remove.button}
      </Button>
      {isAsking && <RunDialog trigger={trigger} onClose={() => setAsking(false)} />}
    </>
  )
}

function Content({ trigger }: { readonly trigger: Trigger }): ReactNode {
  const texts = useMessages(schedulesMessages)
  const navigate = useNavigate()
  const tabs = triggerTabs.filter((tab) => isThere[tab](trigger))
  const { tab: wanted } = useSearch({ strict: false })
  const tab = tabs.find((each) => each === wanted) ?? tabs[0]!
  const to = trigger.kind === 'schedule' ? '/schedules/$name' : '/triggers/$name'
  return (
    <>
      {trigger.description !== undefined && <p>{trigger.description}</p>}
      <TriggerFacts trigger={trigger} />
      <Tabs
        tabs={tabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={tab}
        onSelect={(id) => void navigate({ to, params: { name: trigger.name }, search: { tab: id } })}
      >
        {panels[tab](trigger)}
      </Tabs>
    </>
  )
}

const isThere: Readonly<Record<TriggerTab, (trigger: Trigger) => boolean>> = {
  next: ({ kind }) => kind === 'schedule',
  history: () => true,
  backfill: ({ kind }) => kind === 'schedule',
  webhook: ({ webhook_url: url }) => url !== undefined,
  document: () => true,
}

const panels: Readonly<Record<TriggerTab, (trigger: Trigger) => ReactNode>> = {
  next: ({ name }) => <NextTimes name={name} />,
  history: (trigger) => <FiringsPanel trigger={trigger} />,
  backfill: (trigger) => <BackfillPanel trigger={trigger} />,
  webhook: (trigger) => <WebhookPanel trigger={trigger} />,
  document: (trigger) => <DocumentPanel trigger={trigger} />,
}
