import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { useMonitorCall } from './alert-actions.tsx'
import { AlertsPanel, OpenAlerts } from './alerts-panel.tsx'
import { FeaturesPanel } from './features-panel.tsx'
import { monitorsMessages } from './messages.ts'
import { MonitorState } from './monitor-state.tsx'
import { type MonitorTab, monitorTabs } from './monitor-tabs.ts'
import { RetrainButton } from './retrain-dialog.tsx'
import { BreachesPanel } from './breaches-panel.tsx'
import { RunsPanel } from './runs-panel.tsx'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import './monitors.css'

type Monitor = components['schemas']['Monitor']

/** One monitor: what is wrong now, which feature moved and since when, and what was done about it. */
export function MonitorPage(): ReactNode {
  const { name } = useParams({ from: '/monitors/$name' })
  const monitor = useQuery({
    ...restQuery('/api/v1/monitors/{name}', { params: { path: { name } } }),
    refetchInterval: ({ state: { data } }) => data?.last_run?.status === 'pending' && 2000,
  })
  return (
    <Page
      title={name}
      aside={monitor.data !== undefined && <MonitorState monitor={monitor.data} />}
      actions={monitor.data !== undefined && <Actions monitor={monitor.data} />}
    >
      <Loaded query={monitor} lines={8}>
        {(loaded) => <Content monitor={loaded} />}
      </Loaded>
    </Page>
  )
}

function Actions({ monitor }: { readonly monitor: Monitor }): ReactNode {
  const texts = useMessages(monitorsMessages)
  const navigate = useNavigate()
  const client = useQueryClient()
  const call = useMonitorCall()
  const [isBusy, setBusy] = useState(false)
  const { name, status } = monitor
  const path = { params: { path: { name } } }
  const run = async (): Promise<void> => {
    setBusy(true)
    await call(rest.POST('/api/v1/monitors/{name}/run', { ...path, body: {} }), texts.run.started)
    setBusy(false)
  }
  const remove = async (): Promise<void> => {
    const { button, title, body, done } = texts.remove
    if (!(await confirm({ title: title(name), body, action: button, isDangerous: true }))) return
    // Away first: this page would go on asking for what is no more.
    await navigate({ to: '/monitors' })
    await told(answerOf(rest.DELETE('/api/v1/monitors/{name}', path)), done(name))
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/monitors'] })
  }
  return (
    <>
      <RetrainButton monitor={monitor} />
      <Button look="primary" icon="refresh" disabled={isBusy} onClick={() => void run()}>
        {texts.run.button}
      </Button>
      {status === 'enabled' && (
        <Button onClick={() => void call(rest.POST('/api/v1/monitors/{name}/pause', path), texts.pause.done(name))}>
          {texts.pause.button}
        </Button>
      )}
      {status === 'paused' && (
        <Button onClick={() => void call(rest.POST('/api/v1/monitors/{name}/resume', path), texts.resume.done(name))}>
          {texts.resume.button}
        </Button>
      )}
      <Button look="danger" onClick={() => void remove()}>
        {texts.remove.button}
      </Button>
    </>
  )
}

function Content({ monitor }: { readonly monitor: Monitor }): ReactNode {
  const texts = useMessages(monitorsMessages)
  const { tab = 'features' } = useSearch({ from: '/monitors/$name' })
  const navigate = useNavigate({ from: '/monitors/$name' })
  return (
    <>
      {monitor.description !== undefined && <p className="quiet">{monitor.description}</p>}
      <Facts monitor={monitor} />
      <OpenAlerts monitor={monitor} />
      <Tabs
        tabs={monitorTabs.map((id) => ({ id, label: texts.tabs[id] }))}
        current={tab}
        onSelect={(id) => void navigate({ search: { tab: id } })}
      >
        {panels[tab](monitor)}
      </Tabs>
    </>
  )
}

function Facts({ monitor }: { readonly monitor: Monitor }): ReactNode {
  const { columns, facts } = useMessages(monitorsMessages)
  const format = useFormat()
  const { when, next, last_run: last, endpoint, deployment, model, on_breach: onBreach, emails, webhooks } = monitor
  const targets = [...emails, ...webhooks]
  return (
    <>
      {!monitor.runs_by_itself && <p className="quiet">{facts.notByItself}</p>}
      <KeyValues
        entries={[
          [columns.when, when],
          [columns.next, next[0] !== undefined && monitor.status === 'enabled' ? <TimeAgo at={next[0]} /> : undefined],
          [columns.last, last && <TimeAgo at={last.ended_at ?? last.noted_at} />],
          [
            facts.endpoint,
            endpoint === undefined ? undefined : (
              <span key="endpoint">
                <ObjectLink kind="endpoint" name={endpoint} />
                {deployment !== undefined && ` / ${deployment}`}
              </span>
            ),
          ],
          [facts.model, model],
          [
            facts.onBreach,
            onBreach && (
              <span key="breach">
                <code>{onBreach.run}</code>
                {onBreach.max_per_day !== undefined && (
                  <span className="quiet"> ({facts.atMost(format.count(onBreach.max_per_day))})</span>
                )}
              </span>
            ),
          ],
          [facts.told, targets.length === 0 ? undefined : targets.join(', ')],
        ]}
      />
    </>
  )
}

const panels: Readonly<Record<MonitorTab, (monitor: Monitor) => ReactNode>> = {
  features: (monitor) => <FeaturesPanel monitor={monitor} />,
  alerts: (monitor) => <AlertsPanel monitor={monitor} />,
  runs: ({ name }) => <RunsPanel name={name} />,
  breaches: ({ name }) => <BreachesPanel name={name} />,
}
