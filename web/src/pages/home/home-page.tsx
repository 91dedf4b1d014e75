import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { homeMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** What needs attention now, and where to start when there is nothing. */
export function HomePage(): ReactNode {
  const texts = useMessages(homeMessages)
  const jobs = useQuery(restQuery('/api/v1/jobs', { params: { query: { limit: 10 } } }))
  return (
    <Page title={texts.title}>
      <Loaded query={jobs} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title={texts.empty}
              body={texts.emptyBody}
              command="sluice init sklearn && sluice run pipeline.yml"
            />
          ) : (
            <ul>
              {items.map((job) => (
                <li key={job.name}>
                  {job.name} {job.status}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
