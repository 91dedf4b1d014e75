import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { definitionOf, type InputDeclaration, isPrimitive, useVersion } from './definition.ts'
import { componentsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { yamlText } from '../../components/code/yaml-text.ts'
import { Loaded } from '../../components/loaded.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import '../../components/form.css'

interface RunProps {
  readonly name: string
  readonly version: string
}

type Inputs = Readonly<Record<string, InputDeclaration>>
type Values = Readonly<Record<string, string>>

/** A form made from the inputs of one version; it submits a job of that version alone. */
export function RunForm({ name, version }: RunProps): ReactNode {
  const found = useVersion({ name, version })
  return (
    <Loaded query={found} lines={8}>
      {(loaded) => <Form name={name} version={version} inputs={definitionOf(loaded).inputs ?? {}} />}
    </Loaded>
  )
}

function Form({ name, version, inputs }: RunProps & { readonly inputs: Inputs }): ReactNode {
  const all = useMessages(componentsMessages)
  const texts = all.run
  const navigate = useNavigate()
  const [values, setValues] = useState<Values>({})
  const [experiment, setExperiment] = useState('')
  const given = givenOf(inputs, values)
  const run = useMutation({
    mutationFn: () =>
      answerOf(
        rest.POST('/api/v1/components/{name}/versions/{version}/jobs', {
          params: { path: { name, version } },
          body: { inputs: given, ...(experiment !== '' && { experiment_name: experiment }) },
        }),
      ),
    onSuccess: (job) => {
      toast(texts.started(job.name))
      void navigate({ to: '/jobs/$name', params: { name: job.name } })
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    run.mutate()
  }
  return (
    <div className="columns">
      <Panel title={texts.title}>
        <form className="panel-body form" onSubmit={submit}>
          {Object.keys(inputs).length === 0 && <p className="quiet">{all.ports.none}</p>}
          {Object.entries(inputs).map(([input, declaration]) => (
            <InputField
              key={input}
              name={input}
              input={declaration}
              value={values[input] ?? ''}
              onChange={(value) => setValues({ ...values, [input]: value })}
            />
          ))}
          <label>
            {texts.experiment}
            <input
              className="field"
              placeholder={texts.usual(name)}
              value={experiment}
              onChange={({ target }) => setExperiment(target.value.trim())}
            />
          </label>
          {run.isError && <ErrorState error={run.error} />}
          <div>
            <Button look="primary" type="submit" disabled={run.isPending}>
              {texts.send}
            </Button>
          </div>
        </form>
      </Panel>
      <Panel title={texts.yaml}>
        <div className="panel-body stack">
          <p className="quiet">{texts.yamlBody}</p>
          <CodeBlock label={texts.yaml} text={stepYaml({ name, version, inputs, values })} language="yaml" />
        </div>
      </Panel>
    </div>
  )
}

interface FieldProps {
  readonly name: string
  readonly input: InputDeclaration
  readonly value: string
  readonly onChange: (value: string) => void
}

function InputField({ name, input, value, onChange }: FieldProps): ReactNode {
  const texts = useMessages(componentsMessages)
  const id = useId()
  const { type, default: usual, description = '', optional, min, max, enum: allowed } = input
  const choices = allowed ?? (type === 'boolean' ? ['true', 'false'] : undefined)
  const isRequired = !optional && usual === undefined
  const isNumber = type === 'number' || type === 'integer'
  const hint = [type, isRequired ? texts.run.required : '', description].filter((part) => part !== '')
  const first = usual === undefined ? texts.run.nothing : texts.run.usual(usual)
  const props = { id, className: 'field', value, 'aria-describedby': `${id}-hint`, required: isRequired }
  return (
    <div className="form-field">
      <label htmlFor={id}>{name}</label>
      {choices !== undefined ? (
        <select {...props} onChange={({ target }) => onChange(target.value)}>
          <option value="">{first}</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : isPrimitive(type) ? (
        <input
          {...props}
          placeholder={isRequired ? '' : first}
          {...(isNumber && { type: 'number', step: type === 'integer' ? 1 : 'any', min, max })}
          onChange={({ target }) => onChange(target.value)}
        />
      ) : (
        <DataInput {...props} type={type} placeholder={texts.run.reference} onChange={onChange} />
      )}
      <span id={`${id}-hint`} className="quiet">
        {hint.join(' · ')}
      </span>
    </div>
  )
}

interface DataInputProps {
  readonly id: string
  readonly type: string
  readonly value: string
  readonly placeholder: string
  readonly required: boolean
  readonly onChange: (value: string) => void
}

/** A reference, with the data assets of its type to choose from. */
function DataInput({ type, onChange, id, ...props }: DataInputProps): ReactNode {
  const data = useQuery(restQuery('/api/v1/data', { params: { query: { limit: 1000 } } }))
  const fitting = (data.data?.items ?? []).filter((asset) => asset.type === type)
  return (
    <>
      <input
        {...props}
        id={id}
        className="field mono"
        aria-describedby={`${id}-hint`}
        list={`${id}-data`}
        pattern="(azureml|runs|models):.+"
        onChange={({ target }) => onChange(target.value.trim())}
      />
      <datalist id={`${id}-data`}>
        {fitting.map(({ name, latest_version: latest }) => (
          <option key={name} value={`azureml:${name}${latest === undefined ? '' : `:${latest}`}`} />
        ))}
      </datalist>
    </>
  )
}

/** What was filled in, as JSON has it. */
function givenOf(inputs: Inputs, values: Values): Readonly<Record<string, string | number | boolean>> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, { type }]): (readonly [string, string | number | boolean])[] => {
      const value = values[name] ?? ''
      if (value === '') return []
      if (type === 'boolean') return [[name, value === 'true']]
      const isNumber = (type === 'number' || type === 'integer') && Number.isFinite(Number(value))
      return [[name, isNumber ? Number(value) : value]]
    }),
  )
}

interface StepWish extends RunProps {
  readonly inputs: Inputs
  readonly values: Values
}

function stepYaml({ name, version, inputs, values }: StepWish): string {
  const given = Object.entries(givenOf(inputs, values)).map(([input, value]) => {
    const { type } = inputs[input]!
    return [input, isPrimitive(type) ? value : { type, path: value }] as const
  })
  const key = name.replace(/\W/g, '_')
  return yamlText({
    jobs: {
      [key]: {
        component: `azureml:${name}:${version}`,
        inputs: given.length === 0 ? undefined : Object.fromEntries(given),
      },
    },
  })
}
