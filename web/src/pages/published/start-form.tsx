import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { publishedMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { startPublished } from '../../api/start-published.ts'
import '../../components/form.css'
import { Button } from '../../components/button.tsx'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Published = components['schemas']['PublishedPipelineWithVersions']
type Parameter = components['schemas']['PipelineParameter']
type Values = Readonly<Record<string, string>>

interface StartProps {
  readonly pipeline: Published
  /** Where the newest version answers. */
  readonly address: string
}

/** A form made from the inputs; beside it the same request for another program. */
export function StartForm({ pipeline, address }: StartProps): ReactNode {
  const texts = useMessages(publishedMessages).start
  const navigate = useNavigate()
  const [version, setVersion] = useState('')
  const [values, setValues] = useState<Values>({})
  const enabled = pipeline.versions.filter(({ status }) => status === 'enabled')
  const { parameters, submit_url: url } = enabled.find((each) => each.version === version) ?? enabled[0] ?? pipeline
  const inputs = inputsOf(parameters, values)
  const start = useMutation({
    mutationFn: () => startPublished({ name: pipeline.name, inputs, ...(version !== '' && { version }) }),
    onSuccess: ({ name }) => {
      toast(texts.started(name))
      void navigate({ to: '/jobs/$name', params: { name } })
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    start.mutate()
  }
  const isMissing = parameters.some(({ name, is_required: isRequired }) => isRequired && !(name in inputs))
  return (
    <div className="columns">
      <Panel title={texts.title}>
        <form className="panel-body form" onSubmit={submit}>
          {enabled.length > 1 && (
            <label>
              {texts.version}
              <select className="field" value={version} onChange={({ target }) => setVersion(target.value)}>
                <option value="">{texts.newest}</option>
                {enabled.map((each) => (
                  <option key={each.version}>{each.version}</option>
                ))}
              </select>
            </label>
          )}
          {parameters.length === 0 && <p className="quiet">{texts.none}</p>}
          {parameters.map((parameter) => (
            <ParameterField
              key={parameter.name}
              parameter={parameter}
              value={values[parameter.name] ?? ''}
              onChange={(value) => setValues({ ...values, [parameter.name]: value })}
            />
          ))}
          {enabled.length === 0 && <p className="quiet">{texts.refused}</p>}
          {start.isError && <ErrorState error={start.error} />}
          <div>
            <Button look="primary" type="submit" disabled={enabled.length === 0 || isMissing || start.isPending}>
              {texts.send}
            </Button>
          </div>
        </form>
      </Panel>
      <Panel title={texts.curl}>
        <div className="panel-body stack">
          <p className="quiet">{texts.curlBody}</p>
          <CodeBlock label="curl" text={curlText(version === '' ? address : url, inputs)} />
        </div>
      </Panel>
    </div>
  )
}

interface FieldProps {
  readonly parameter: Parameter
  readonly value: string
  readonly onChange: (value: string) => void
}

function ParameterField({ parameter, value, onChange }: FieldProps): ReactNode {
  const texts = useMessages(publishedMessages).start
  const id = useId()
  const { name, type, default: usual, description, min, max, enum: allowed, is_required: isRequired } = parameter
  const choices = allowed ?? (type === 'boolean' ? ['true', 'false'] : undefined)
  const bounds = [
    min === undefined ? '' : texts.fields.least(String(min)),
    max === undefined ? '' : texts.fields.most(String(max)),
  ]
  const hint = [type, isRequired ? texts.required : '', ...bounds, description ?? ''].filter((part) => part !== '')
  const first = usual === undefined ? '' : texts.usual(usual)
  const props = {
    id,
    className: 'field',
    value,
    'aria-describedby': `${id}-hint`,
    required: isRequired,
  }
  return (
    <div className="form-field">
      <label htmlFor={id}>{name}</label>
      {choices === undefined ? (
        <input
          {...props}
          placeholder={first}
          inputMode={isNumber(type) ? 'decimal' : 'text'}
          onChange={({ target }) => onChange(target.value)}
        />
      ) : (
        <select {...props} onChange={({ target }) => onChange(target.value)}>
          <option value="">{first}</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
      <span id={`${id}-hint`} className="quiet">
        {hint.join(' · ')}
      </span>
    </div>
  )
}

function isNumber(type: string): boolean {
  return type === 'number' || type === 'integer'
}

/** What was filled in, as JSON has it; a text that is no number is left for the server to refuse in its words. */
function inputsOf(parameters: readonly Parameter[], values: Values): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    parameters.flatMap(({ name, type }): (readonly [string, unknown])[] => {
      const value = values[name] ?? ''
      if (value === '') return []
      if (type === 'boolean') return [[name, value === 'true']]
      return [[name, isNumber(type) && Number.isFinite(Number(value)) ? Number(value) : value]]
    }),
  )
}

function curlText(url: string, inputs: Readonly<Record<string, unknown>>): string {
  const body = JSON.stringify({ inputs }).replaceAll("'", String.raw`'\''`)
  return [
    `curl -X POST '${url}'`,
    '  -H "Authorization: Bearer $KEY"',
    "  -H 'content-type: application/json'",
    `  -d '${body}'`,
  ].join(' \\\n')
}
