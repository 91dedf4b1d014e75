import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { AlertActions, useMonitorCall } from './alert-actions.tsx'
import { monitorsMessages } from './messages.ts'
import { RetrainButton } from './retrain-dialog.tsx'
import { rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'

type Monitor = components['schemas']['Monitor']
type Alert = components['schemas']['Alert']
type Texts = Translation<typeof monitorsMessages.en>

/** Findings of an alert that are shown; the heat map has them all. */
const mostFindings = 6

/** What is wrong now, above everything: each alert, what to do about it, and what is muted. */
export function OpenAlerts({ monitor }: { readonly monitor: Monitor }): ReactNode {
  const texts = useMessages(monitorsMessages).alerts
  const { alerts, name } = monitor
  return (
    <>
      <Mutes monitor={monitor} />
      {alerts.length > 0 && (
        <Panel title={texts.open} actions={<RetrainButton monitor={monitor} isSmall />}>
          <ul className="alerts">
            {alerts.map((alert) => (
              <li key={alert.id}>
                <div className="row alert-head">
                  <AlertState alert={alert} />
                  <strong>{alert.signal}</strong>
                  <span className="quiet">
                    {texts.since} <TimeAgo at={alert.since} />
                    {alert.acknowledged_by !== undefined && ` · ${texts.seenBy(alert.acknowledged_by)}`}
                    {alert.note !== undefined && ` · ${alert.note}`}
                  </span>
                  <span className="alert-actions row">
                    <AlertActions monitor={monitor} alert={alert} />
                  </span>
                </div>
                <Findings monitor={name} alert={alert} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  )
}

function Findings({ monitor, alert }: { readonly monitor: string; readonly alert: Alert }): ReactNode {
  const texts = useMessages(monitorsMessages).alerts
  const format = useFormat()
  const { findings, signal, run } = alert
  return (
    <ul className="findings">
      {findings.slice(0, mostFindings).map(({ feature, metric, sentence }) => (
        <li key={`${feature} ${metric}`}>
          <ObjectLink kind="monitor" name={monitor} search={{ tab: 'features', signal, feature, metric, run }}>
            {sentence}
          </ObjectLink>
        </li>
      ))}
      {findings.length > mostFindings && (
        <li className="quiet">{texts.more(format.count(findings.length - mostFindings))}</li>
      )}
    </ul>
  )
}

function AlertState({ alert: { status } }: { readonly alert: Alert }): ReactNode {
  const texts = useMessages(monitorsMessages).alerts
  if (status === 'open') return <Badge tone="bad">{texts.openWord}</Badge>
  if (status === 'acknowledged') return <Badge tone="warn">{texts.acknowledged}</Badge>
  return <Badge tone="good">{texts.resolved}</Badge>
}

function Mutes({ monitor: { name, mutes } }: { readonly monitor: Monitor }): ReactNode {
  const texts = useMessages(monitorsMessages).alerts
  const format = useFormat()
  const call = useMonitorCall()
  if (mutes.length === 0) return null
  return (
    <ul className="mutes">
      {mutes.map(({ signal, until, muted_by: who }) => (
        <li key={signal ?? ''} className="row">
          <Badge tone="warn" glyph="⊘">
            {texts.muted}
          </Badge>
          {until === undefined
            ? texts.mutedForGood(signal ?? texts.every, who)
            : texts.mutedUntil(signal ?? texts.every, format.time(until), who)}
          <Button
            isSmall
            onClick={() =>
              void call(
                rest.POST('/api/v1/monitors/{name}/unmute', {
                  params: { path: { name } },
                  body: { ...(signal !== undefined && { signal }) },
                }),
                texts.unmuteDone(signal ?? texts.every),
              )
            }
          >
            {texts.unmute}
          </Button>
        </li>
      ))}
    </ul>
  )
}

/** Every alert there was, and whom it was told to. */
export function AlertsPanel({ monitor: { name } }: { readonly monitor: Monitor }): ReactNode {
  const texts = useMessages(monitorsMessages)
  const format = useFormat()
  const params = { path: { name }, query: { limit: 500 } }
  const alerts = useQuery(restQuery('/api/v1/monitors/{name}/alerts', { params }))
  const deliveries = useQuery(restQuery('/api/v1/monitors/{name}/deliveries', { params }))
  return (
    <div className="stack">
      <Loaded query={alerts} lines={5}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={texts.alerts.none} body={texts.alerts.noneBody} />
          ) : (
            <DataTable label={texts.tabs.alerts} columns={alertColumns(texts, format)} rows={items} rowId={idOf} />
          )
        }
      </Loaded>
      {(deliveries.data?.items.length ?? 0) > 0 && (
        <Panel title={texts.alerts.deliveries}>
          <DataTable
            label={texts.alerts.deliveries}
            columns={deliveryColumns(texts, format)}
            rows={deliveries.data?.items ?? []}
            rowId={idOf}
          />
        </Panel>
      )}
    </div>
  )
}

const idOf = ({ id }: { readonly id: string }): string => id

function alertColumns({ alerts: texts }: Texts, format: Format): readonly Column<Alert>[] {
  return [
    { id: 'signal', label: texts.signal, width: 140, isPinned: true, cell: ({ signal }) => signal },
    { id: 'state', label: texts.state, width: 110, cell: (alert) => <AlertState alert={alert} /> },
    { id: 'since', label: texts.since, width: 170, cell: ({ since }) => format.time(since) },
    { id: 'raised', label: texts.raised, width: 170, cell: ({ raised_at: at }) => format.time(at) },
    {
      id: 'ended',
      label: texts.ended,
      width: 170,
      cell: ({ resolved_at: at }) => at !== undefined && format.time(at),
    },
    {
      id: 'findings',
      label: texts.findings,
      width: 480,
      cell: ({ findings }) => findings.map(({ sentence }) => sentence).join('; '),
    },
    { id: 'note', label: texts.note, width: 220, cell: ({ note }) => note },
  ]
}

function deliveryColumns(
  { alerts: texts }: Texts,
  format: Format,
): readonly Column<components['schemas']['AlertDelivery']>[] {
  return [
    { id: 'to', label: texts.to, width: 240, cell: ({ target }) => target },
    {
      id: 'state',
      label: texts.state,
      width: 120,
      cell: ({ state, error }) => (
        <span title={error}>
          <Badge tone={state === 'delivered' ? 'good' : state === 'failed' ? 'bad' : 'busy'}>
            {texts.delivery[state]}
          </Badge>
        </span>
      ),
    },
    { id: 'subject', label: texts.subject, width: 420, cell: ({ subject }) => subject },
    {
      id: 'attempts',
      label: texts.attempts,
      width: 90,
      align: 'end',
      cell: ({ attempts }) => format.count(attempts),
    },
  ]
}
