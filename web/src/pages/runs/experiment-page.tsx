import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { descriptionOf, ExperimentActions } from './experiment-actions.tsx'
import { runsMessages } from './messages.ts'
import { RunsTable } from './runs-table.tsx'
import { mlflowQuery } from '../../api/mlflow-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import './runs.css'

const route = getRouteApi('/experiments/$name')

/** An experiment: what it is for, and a table of its runs that holds however many there are. */
export function ExperimentPage(): ReactNode {
  const texts = useMessages(runsMessages)
  const { name: id } = route.useParams()
  const experiment = useQuery(mlflowQuery('experiments/get', { experiment_id: id }))
  return (
    <Loaded query={experiment} lines={8} heading={id}>
      {({ experiment: found }) => {
        const isDeleted = found.lifecycle_stage === 'deleted'
        const description = descriptionOf(found)
        return (
          <Page
            title={found.name}
            {...(isDeleted && { aside: <Badge tone="quiet">{texts.experiments.deleted}</Badge> })}
            actions={<ExperimentActions experiment={found} />}
          >
            {description !== '' && <p className="quiet runs-about">{description}</p>}
            <RunsTable experimentId={id} />
          </Page>
        )
      }}
    </Loaded>
  )
}
