import type { ReactNode } from 'react'
import { homeMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { ObjectLink } from '../../components/object-link.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Alert = components['schemas']['Alert']

const shownAlerts = 6
const shownFindings = 2

/** What monitors have found and nobody has resolved, what nobody has seen first; each leads to the feature that moved. */
export function OpenAlerts({ alerts }: { readonly alerts: readonly Alert[] }): ReactNode {
  const texts = useMessages(homeMessages)
  const format = useFormat()
  const sorted = [...alerts].sort((left, right) => Number(left.status !== 'open') - Number(right.status !== 'open'))
  return (
    <ul className="home-list">
      {sorted.slice(0, shownAlerts).map((alert) => (
        <li key={alert.id}>
          <div className="home-line">
            {alert.status === 'open' ? (
              <Badge tone="bad">{texts.alertOpen}</Badge>
            ) : (
              <Badge tone="warn">{texts.alertSeen}</Badge>
            )}
            <span className="home-name">
              <ObjectLink kind="monitor" name={alert.monitor} />
              <span className="quiet">{alert.signal}</span>
            </span>
            <span className="quiet home-time">
              <TimeAgo at={alert.since} />
            </span>
          </div>
          <Findings alert={alert} />
        </li>
      ))}
      {sorted.length > shownAlerts && (
        <li className="quiet">{texts.moreFirings(format.count(sorted.length - shownAlerts))}</li>
      )}
    </ul>
  )
}

function Findings({ alert: { monitor, findings, run, signal } }: { readonly alert: Alert }): ReactNode {
  const texts = useMessages(homeMessages)
  const format = useFormat()
  return (
    <>
      {findings.slice(0, shownFindings).map(({ feature, metric, sentence }) => (
        <p key={`${feature} ${metric}`} className="home-reason">
          <ObjectLink kind="monitor" name={monitor} search={{ tab: 'features', signal, feature, metric, run }}>
            {sentence}
          </ObjectLink>
        </p>
      ))}
      {findings.length > shownFindings && (
        <p className="quiet home-reason">{texts.moreFirings(format.count(findings.length - shownFindings))}</p>
      )}
    </>
  )
}
