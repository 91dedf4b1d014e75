import type { ReactNode } from 'react'
import { homeMessages } from './messages.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** The ways into an empty store, each with the command to copy. */
export function FirstSteps(): ReactNode {
  const texts = useMessages(homeMessages)
  const { track, import: bring } = texts.steps
  const steps = [
    { ...track, command: `export MLFLOW_TRACKING_URI=${location.origin}` },
    { ...bring, command: 'sluice import mlflow --from http://127.0.0.1:5000' },
  ]
  return (
    <>
      <EmptyState
        title={texts.empty}
        body={texts.emptyBody}
        command="sluice init diabetes && sluice run diabetes/pipeline.yml"
      />
      <ul className="home-steps">
        {steps.map(({ title, body, command }) => (
          <li key={title} className="panel panel-body">
            <h2>{title}</h2>
            <p className="quiet">{body}</p>
            <p className="home-command">
              <code>{command}</code>
              <CopyButton text={command} />
            </p>
          </li>
        ))}
      </ul>
    </>
  )
}
