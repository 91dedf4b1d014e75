import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { FirstSteps } from './first-steps.tsx'
import { homeMessages } from './messages.ts'
import { EndpointList, JobList, ServerState, UpcomingList } from './home-panels.tsx'
import { HomeFigures } from './home-figures.tsx'
import { OpenAlerts } from './open-alerts.tsx'
import { restQuery } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import './home.css'

/** What needs attention now, what comes next, and where to start when there is nothing. */
export function HomePage(): ReactNode {
  const texts = useMessages(homeMessages)
  const recent = useQuery(restQuery('/api/v1/jobs', { params: { query: { limit: 10 } } }))
  const failed = useQuery(restQuery('/api/v1/jobs', { params: { query: { limit: 6, status: ['Failed'] } } }))
  const endpoints = useQuery(restQuery('/api/v1/endpoints'))
  const schedules = useQuery({ ...restQuery('/api/v1/schedules'), refetchInterval: 60_000 })
  const alerts = useQuery(restQuery('/api/v1/alerts', { params: { query: { open: true, limit: 100 } } }))
  const openAlerts = alerts.data?.items ?? []
  const status = useQuery({ ...restQuery('/api/v1/status'), refetchInterval: 10_000 })
  return (
    <Page title={texts.title}>
      <Loaded query={recent} lines={6}>
        {({ items }) =>
          items.length === 0 && endpoints.data?.items.length === 0 && openAlerts.length === 0 ? (
            <FirstSteps />
          ) : (
            <>
              <HomeFigures
                status={status.data}
                failed={failed.data?.items}
                endpoints={endpoints.data?.items}
                schedules={schedules.data?.items}
                alerts={alerts.data?.items}
              />
              <div className="home-columns">
                <div className="stack">
                  {openAlerts.length > 0 && (
                    <Panel title={texts.alerts}>
                      <OpenAlerts alerts={openAlerts} />
                    </Panel>
                  )}
                  <Panel title={texts.recent}>
                    <JobList jobs={items} empty={texts.noJobs} />
                  </Panel>
                  <Panel title={texts.failed}>
                    <Loaded query={failed}>
                      {(list) => <JobList jobs={list.items} empty={texts.noFailed} hasReason />}
                    </Loaded>
                  </Panel>
                </div>
                <div className="stack">
                  <Panel title={texts.upcoming}>
                    <Loaded query={schedules}>{(list) => <UpcomingList schedules={list.items} />}</Loaded>
                  </Panel>
                  <Panel title={texts.endpoints}>
                    <Loaded query={endpoints}>{(list) => <EndpointList endpoints={list.items} />}</Loaded>
                  </Panel>
                  <Panel title={texts.server}>
                    <Loaded query={status}>{(state) => <ServerState status={state} />}</Loaded>
                  </Panel>
                </div>
              </div>
            </>
          )
        }
      </Loaded>
    </Page>
  )
}
