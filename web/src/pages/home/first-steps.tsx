import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { homeMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { CopiedCode } from '../../components/copied-code.tsx'
import { ExampleList } from '../../components/example-list.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** The ways into an empty store: an example that is started from here, and for all else the command to copy. */
export function FirstSteps(): ReactNode {
  const texts = useMessages(homeMessages)
  const { own, track, import: bring } = texts.steps
  const steps = [
    { ...own, command: 'sluice init diabetes && sluice run diabetes/pipeline.yml' },
    { ...track, command: `export MLFLOW_TRACKING_URI=${location.origin}` },
    { ...bring, command: 'sluice import mlflow --from http://127.0.0.1:5000' },
  ]
  return (
    <>
      <Examples />
      <ul className="home-steps">
        {steps.map(({ title, body, command }) => (
          <li key={title} className="panel panel-body">
            <h2>{title}</h2>
            <p className="quiet">{body}</p>
            <CopiedCode text={command} look="line" />
          </li>
        ))}
      </ul>
    </>
  )
}

function Examples(): ReactNode {
  const texts = useMessages(homeMessages)
  const navigate = useNavigate()
  const examples = useQuery(restQuery('/api/v1/examples'))
  const start = useMutation({
    mutationFn: (name: string) => answerOf(rest.POST('/api/v1/examples/{name}/jobs', { params: { path: { name } } })),
    onSuccess: ({ name }) => navigate({ to: '/jobs/$name', params: { name } }),
  })
  return (
    <section className="stack" aria-label={texts.examples}>
      <div>
        <h2>{texts.empty}</h2>
        <p className="quiet">{texts.emptyBody}</p>
      </div>
      <Loaded query={examples} lines={4}>
        {({ items }) => (
          <ExampleList
            examples={items}
            {...(start.isPending && { starting: start.variables })}
            onStart={(name) => start.mutate(name)}
          />
        )}
      </Loaded>
      {start.isError && <ErrorState error={start.error} />}
    </section>
  )
}
