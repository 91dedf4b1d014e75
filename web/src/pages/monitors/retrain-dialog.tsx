import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { monitorsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { startPublished } from '../../api/start-published.ts'
import { Button } from '../../components/button.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Modal } from '../../components/modal.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

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
  const started = useStarted(onClose)
  const params = { params: { path: { name } } }
  const found = useQuery({ ...restQuery('/api/v1/monitors/{name}/retraining', params), staleTime: 0 })
  const start = useMutation({
    mutationFn: () => answerOf(rest.POST('/api/v1/monitors/{name}/retrain', params)),
    onSuccess: ({ job, detail, status }) => started(job, detail ?? status),
  })
  return (
    <RetrainForm
      title={texts.title(name)}
      error={start.error}
      isReady={found.data !== undefined && !start.isPending}
      onSubmit={() => start.mutate()}
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
    </RetrainForm>
  )
}

/** A published pipeline, chosen by the person who looks. */
function ChosenDialog({ monitor: { name }, onClose }: DialogProps): ReactNode {
  const texts = useMessages(monitorsMessages).retrain
  const started = useStarted(onClose)
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
  const start = useMutation({
    mutationFn: (wanted: string) =>
      startPublished({ name: wanted, inputs: Object.fromEntries(given), tags: { 'sluice.monitor': name } }),
    onSuccess: (job) => started(job.name, ''),
  })
  return (
    <RetrainForm
      title={texts.title(name)}
      error={start.error}
      isReady={pipeline !== undefined && !isMissing && !start.isPending}
      onSubmit={() => pipeline !== undefined && start.mutate(pipeline.name)}
      onClose={onClose}
    >
      <p>{texts.choose}</p>
      <Loaded query={pipelines}>
        {() =>
          pipeline === undefined ? (
            <p className="quiet">{texts.nothing}</p>
          ) : (
            <>
              <label className="labelled">
                {texts.pipeline}
                <select className="field" value={pipeline.name} onChange={({ target }) => setChosen(target.value)}>
                  {choices.map((each) => (
                    <option key={each.name}>{each.name}</option>
                  ))}
                </select>
              </label>
              {parameters.map(({ name: key, default: usual, is_required: isRequired }) => (
                <label key={key} className="labelled">
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
    </RetrainForm>
  )
}

/** The list has versions, the newest first; of each name the one that answers. */
function newestOf(items: readonly Pipeline[]): readonly Pipeline[] {
  const enabled = items.filter(({ status }) => status === 'enabled')
  return enabled.filter(({ name }, place) => enabled.findIndex((each) => each.name === name) === place)
}

/** Says what came of it, and shows the job. */
function useStarted(onClose: () => void): (job: string | undefined, why: string) => Promise<void> {
  const texts = useMessages(monitorsMessages).retrain
  const navigate = useNavigate()
  return async (job, why) => {
    onClose()
    if (job === undefined) {
      toast(texts.refused(why), 'failed')
      return
    }
    toast(texts.started(job))
    await navigate({ to: '/jobs/$name', params: { name: job } })
  }
}

interface RetrainFormProps {
  readonly title: string
  readonly error: unknown
  readonly isReady: boolean
  readonly onSubmit: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}

function RetrainForm({ title, error, isReady, onSubmit, onClose, children }: RetrainFormProps): ReactNode {
  const texts = useMessages(monitorsMessages).retrain
  const shell = useMessages(shellMessages)
  const id = useId()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <Modal
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell.cancel}</Button>
          <Button look="primary" type="submit" form={id} disabled={!isReady}>
            {texts.start}
          </Button>
        </>
      }
    >
      <form id={id} className="stack" onSubmit={submit}>
        {children}
        {error !== null && error !== undefined && <ErrorState error={error} />}
      </form>
    </Modal>
  )
}
