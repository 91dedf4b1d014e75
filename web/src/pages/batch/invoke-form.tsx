import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { batchMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import '../../components/form.css'
import { Button } from '../../components/button.tsx'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

const inputTypes = ['uri_folder', 'uri_file', 'mltable'] as const
type InputType = (typeof inputTypes)[number]

/** Scores an input as a job. The server reads files of its machine only for who runs it, so those are not offered. */
export function InvokeForm({ endpoint }: { readonly endpoint: components['schemas']['BatchEndpoint'] }): ReactNode {
  const texts = useMessages(batchMessages).invoke
  const navigate = useNavigate()
  const id = useId()
  const { name } = endpoint
  const data = useQuery(restQuery('/api/v1/data', { params: { query: { limit: 1000 } } }))
  const deployments = useQuery(restQuery('/api/v1/batch-endpoints/{name}/deployments', { params: { path: { name } } }))
  const [input, setInput] = useState('')
  const [chosenType, setType] = useState<InputType>()
  const [deployment, setDeployment] = useState('')
  const [miniBatch, setMiniBatch] = useState('')
  const usual = endpoint.defaults.deployment_name
  const known = data.data?.items.find((each) => input.startsWith(`azureml:${each.name}:`))
  const type = chosenType ?? inputTypes.find((each) => each === known?.type) ?? 'uri_folder'
  const score = useMutation({
    mutationFn: () =>
      answerOf(
        rest.POST('/api/v1/batch-endpoints/{name}/invoke', {
          params: { path: { name } },
          body: {
            input: input.trim(),
            input_type: type,
            ...(deployment !== '' && { deployment }),
            ...(miniBatch !== '' && { settings: { mini_batch_size: miniBatch } }),
          },
        }),
      ),
    onSuccess: ({ job }) => {
      toast(texts.started(job.name))
      void navigate({ to: '/jobs/$name', params: { name: job.name } })
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    score.mutate()
  }
  const canScore = deployment !== '' || usual !== undefined
  return (
    <div className="columns">
      <Panel title={texts.title}>
        <form className="panel-body form" onSubmit={submit}>
          <label>
            {texts.input}
            <input
              className="field"
              list={`${id}-data`}
              value={input}
              placeholder="azureml:rows:1"
              aria-describedby={`${id}-hint`}
              onChange={({ target }) => setInput(target.value)}
            />
          </label>
          <datalist id={`${id}-data`}>
            {(data.data?.items ?? []).map(
              ({ name: asset, latest_version: latest }) =>
                latest !== undefined && <option key={asset}>{`azureml:${asset}:${latest}`}</option>,
            )}
          </datalist>
          <p id={`${id}-hint`} className="quiet">
            {texts.inputHint}
          </p>
          <label>
            {texts.type}
            <TypeChoice value={type} onChange={setType} />
          </label>
          <label>
            {texts.deployment}
            <DeploymentChoice
              names={(deployments.data?.items ?? []).map((each) => each.name)}
              usual={usual}
              value={deployment}
              onChange={setDeployment}
            />
          </label>
          <label>
            {texts.miniBatch}
            <input
              className="field"
              value={miniBatch}
              placeholder={texts.asDeployed}
              onChange={({ target }) => setMiniBatch(target.value.trim())}
            />
          </label>
          {deployments.data?.items.length === 0 && <p className="quiet">{texts.none}</p>}
          {score.isError && <ErrorState error={score.error} />}
          <div>
            <Button look="primary" type="submit" disabled={!canScore || input.trim() === '' || score.isPending}>
              {texts.send}
            </Button>
          </div>
        </form>
      </Panel>
      <CommandPanel endpoint={name} input={input} />
    </div>
  )
}

interface TypeChoiceProps {
  readonly value: InputType
  readonly onChange: (type: InputType) => void
}

function TypeChoice({ value, onChange }: TypeChoiceProps): ReactNode {
  const texts = useMessages(batchMessages).invoke.types
  return (
    <select className="field" value={value} onChange={({ target }) => onChange(target.value as InputType)}>
      {inputTypes.map((each) => (
        <option key={each} value={each}>
          {texts[each]}
        </option>
      ))}
    </select>
  )
}

interface DeploymentChoiceProps {
  readonly names: readonly string[]
  readonly usual: string | undefined
  /** Empty: the default. */
  readonly value: string
  readonly onChange: (deployment: string) => void
}

function DeploymentChoice({ names, usual, value, onChange }: DeploymentChoiceProps): ReactNode {
  const texts = useMessages(batchMessages).invoke
  return (
    <select className="field" value={value} onChange={({ target }) => onChange(target.value)}>
      <option value="">{usual === undefined ? '–' : texts.usual(usual)}</option>
      {names
        .filter((name) => name !== usual)
        .map((name) => (
          <option key={name}>{name}</option>
        ))}
    </select>
  )
}

interface CommandProps {
  readonly endpoint: string
  readonly input: string
}

function CommandPanel({ endpoint, input }: CommandProps): ReactNode {
  const texts = useMessages(batchMessages).invoke
  const command = `sluice batch invoke --name ${endpoint} --input ${input === '' ? 'data' : shellWord(input)}`
  return (
    <Panel title={texts.command}>
      <div className="panel-body">
        <CodeBlock label={texts.command} text={command} />
      </div>
    </Panel>
  )
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
