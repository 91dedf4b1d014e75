import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { settingsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** What `sluice doctor` asks a server about its store; only when asked for, since it reads all of the database. */
export function StoreChecks(): ReactNode {
  const texts = useMessages(settingsMessages)
  const asked = useQuery({
    ...restQuery('/api/v1/status', { params: { query: { check: true } } }),
    enabled: false,
    gcTime: 0,
  })
  return (
    <div className="panel-body stack">
      <div className="row">
        <Button icon="refresh" disabled={asked.isFetching} onClick={() => void asked.refetch()}>
          {texts.checkNow}
        </Button>
      </div>
      {asked.isError && <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.data?.checks === undefined ? (
        <p className="quiet">{texts.checkHint}</p>
      ) : (
        <ul className="settings-checks" aria-live="polite">
          {asked.data.checks.map(({ name, is_ok: isOk, detail }) => (
            <li key={name} className="row">
              <Badge tone={isOk ? 'good' : 'bad'}>{isOk ? texts.ok : texts.notOk}</Badge>
              <strong>{name}</strong>
              <span className="quiet">{detail}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
