import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { monitorsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { startPublished } from '../../api/start-published.ts'
import { Button } from '../../components/button.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Monitor = components['schemas']['Monitor']
type Pipeline = components['schemas']['PublishedPipeline']

interface RetrainButtonProps {
  readonly monitor: Monitor
  readonly isSmall?: boolean
}

/** Starts the training that a monitor names, or a published pipeline where it names none, after saying what would run. */
export function RetrainButton({ monitor, isSmall = false }: RetrainButtonProps): ReactNode {
  const texts = useMessages(monitorsMessages).retrain
  const [isOpen, setOpen] = useState(false)
  const close = (): void => setOpen(false)
  return (
    <>
      <Button isSmall={isSmall} onClick={() => setOpen(true)}>
        {texts.button}
      </Button>
      {isOpen &&
        (monitor.on_breach === undefined ? (
          <ChosenDialog monitor={monitor} onClose={close} />
        ) : (
          <NamedDialog monitor={monitor} onClose={close} />
        ))}
    </>
  )
}

interface DialogProps {
  readonly monitor: Monitor
  readonly onClose: () => void
}

/** What `on_breach` names, with the values of the newest breach. */
function NamedDialog({ monitor: { name }, onClose }: DialogProps): ReactNode {
  const texts = useMessages(monitorsMessages).retrain
  const started = useStarted()
  const params = { params: { path: { name } } }
  const found = useQuery({ ...restQuery('/api/v1/monitors/{name}/retraining', params), staleTime: 0 })
  const start = async (): Promise<void> => {
    const { job, detail, status } = await answerOf(rest.POST('/api/v1/monitors/{name}/retrain', params))
    await started(job, detail ?? status)
  }
  return (
    <FormDialog
      title={texts.title(name)}
      action={texts.start}
      isReady={found.data !== undefined}
      onSubmit={start}
      onClose={onClose}
    >
      <p>{texts.body}</p>
      <Loaded query={found}>
        {({ run, inputs }) => (
          <KeyValues
            entries={[
              [texts.runs, <code key="run">{run}</code>],
              ...Object.entries(inputs).map(([key, value]): readonly [string, ReactNode] => [
                key,
                <code key={key}>{value}</code>,
              ]),
            ]}
          />
        )}
      </Loaded>
    </FormDialog>
  )
}

/** A published pipeline, chosen by the person who looks. */
function ChosenDialog({ monitor: { name }, onClose }: DialogProps): ReactNode {
  const texts = useMessages(monitorsMessages).retrain
  const started = useStarted()
  const [chosen, setChosen] = useState<string>()
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const pipelines = useQuery(restQuery('/api/v1/published-pipelines'))
  const choices = newestOf(pipelines.data?.items ?? [])
  const pipeline = choices.find((each) => each.name === chosen) ?? choices[0]
  const parameters = pipeline?.parameters ?? []
  const given = parameters.flatMap(({ name: key }) => {
    const value = values[key] ?? ''
    return value === '' ? [] : [[key, value] as const]
  })
  const isMissing = parameters.some(
    ({ name: key, is_required: isRequired }) => isRequired && (values[key] ?? '') === '',
  )
  const start = async (): Promise<void> => {
    if (pipeline === undefined) return
    const inputs = Object.fromEntries(given)
    const job = await startPublished({ name: pipeline.name, inputs, tags: { 'sluice.monitor': name } })
    await started(job.name, '')
  }
  return (
    <FormDialog
      title={texts.title(name)}
      action={texts.start}
      isReady={pipeline !== undefined && !isMissing}
      onSubmit={start}
      onClose={onClose}
    >
      <p>{texts.choose}</p>
      <Loaded query={pipelines}>
        {() =>
          pipeline === undefined ? (
            <p className="quiet">{texts.nothing}</p>
          ) : (
            <>
              <label>
                {texts.pipeline}
                <select className="field" value={pipeline.name} onChange={({ target }) => setChosen(target.value)}>
                  {choices.map((each) => (
                    <option key={each.name}>{each.name}</option>
                  ))}
                </select>
              </label>
              {parameters.map(({ name: key, default: usual, is_required: isRequired }) => (
                <label key={key}>
                  {key}
                  <input
                    className="field"
                    required={isRequired}
                    placeholder={usual ?? ''}
                    value={values[key] ?? ''}
                    onChange={({ target }) => setValues({ ...values, [key]: target.value })}
                  />
                </label>
              ))}
            </>
          )
        }
      </Loaded>
    </FormDialog>
  )
}

/** The list has versions, the newest first; of each name the one that answers. */
function newestOf(items: readonly Pipeline[]): readonly Pipeline[] {
  const enabled = items.filter(({ status }) => status === 'enabled')
  return enabled.filter(({ name }, place) => enabled.findIndex((each) => each.name === name) === place)
}

/** Says what came of it, and shows the job. */
function useStarted(): (job: string | undefined, why: string) => Promise<void> {
  const texts = useMessages(monitorsMessages).retrain
  const navigate = useNavigate()
  return async (job, why) => {
    if (job === undefined) {
      toast(texts.refused(why), 'failed')
      return
    }
    toast(texts.started(job))
    await navigate({ to: '/jobs/$name', params: { name: job } })
  }
}
