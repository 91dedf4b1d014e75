import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { type InputDescription, inputDescription, rowsOf, tableBody } from './input-schema.ts'
import { endpointsMessages } from './messages.ts'
import { RowsForm } from './rows-form.tsx'
import { answerOf, rest } from '../../api/rest-client.ts'
import { serverErrorOf } from '../../api/server-error.ts'
import { Button } from '../../components/button.tsx'
import { CodeBlock, CodeEditor } from '../../components/code/code-block.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { Segments } from '../../components/segments.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Endpoint = components['schemas']['Endpoint']

/** A request made of a form or of JSON, and what came back. */
export function TryPanel({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const input = useQuery({
    queryKey: ['rest', '/api/v1/endpoints/{name}', endpoint.name, 'openapi', endpoint.version],
    queryFn: () => readInput(endpoint),
    retry: false,
  })
  return (
    <Loaded query={input} lines={6}>
      {(description) => <TryForm key={endpoint.version} endpoint={endpoint} description={description} />}
    </Loaded>
  )
}

/** The description of an endpoint with keys is shown to who has one. */
async function readInput({ name, auth_mode: mode }: Endpoint): Promise<InputDescription> {
  const headers: Record<string, string> = {}
  if (mode !== 'none') {
    const path = { params: { path: { name } } }
    const { primary_key: key } = await answerOf(rest.GET('/api/v1/endpoints/{name}/credentials', path))
    headers['authorization'] = `Bearer ${key}`
  }
  const response = await fetch(`/endpoints/${encodeURIComponent(name)}/swagger.json?version=3`, { headers })
  const body: unknown = await response.json().catch(() => undefined)
  // A deployment without a description can be asked all the same.
  if (!response.ok && response.status !== 404) throw serverErrorOf(response.status, body)
  return inputDescription(body)
}

const looks = ['form', 'json', 'curl'] as const

interface TryFormProps {
  readonly endpoint: Endpoint
  readonly description: InputDescription
}

function TryForm({ endpoint, description: { columns, example } }: TryFormProps): ReactNode {
  const texts = useMessages(endpointsMessages).tryIt
  const [look, setLook] = useState<(typeof looks)[number]>(columns === undefined ? 'json' : 'form')
  const [json, setJson] = useState(JSON.stringify(example, null, 2))
  const [deployment, setDeployment] = useState('')
  const body = parsed(json)
  const ask = useMutation({ mutationFn: (asked: unknown) => invoke(endpoint.name, deployment, asked) })
  return (
    <div className="columns columns-wide-left">
      <Panel
        title={texts.title}
        actions={
          <Segments
            label={texts.title}
            choices={looks
              .filter((each) => each !== 'form' || columns !== undefined)
              .map((each) => ({ id: each, label: texts[each] }))}
            current={look}
            onSelect={setLook}
          />
        }
      >
        <div className="panel-body stack">
          {columns === undefined && <p className="quiet">{texts.noForm}</p>}
          {look === 'form' && columns !== undefined && (
            <RowsForm
              columns={columns}
              rows={rowsOf(body, columns)}
              onChange={(rows) => setJson(JSON.stringify(tableBody(columns, rows), null, 2))}
            />
          )}
          {look === 'json' && <CodeEditor text={json} label={texts.body} language="json" onChange={setJson} />}
          {look === 'curl' && <CodeBlock text={curlOf(endpoint, deployment, json)} label={texts.curl} />}
          {body === undefined && <p role="alert">{texts.notJson}</p>}
          <div className="row">
            <label className="row">
              {texts.deployment}
              <select className="field" value={deployment} onChange={({ target }) => setDeployment(target.value)}>
                <option value="">{texts.byTraffic}</option>
                {endpoint.deployments.map(({ name }) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            <Button look="primary" disabled={body === undefined || ask.isPending} onClick={() => ask.mutate(body)}>
              {texts.send}
            </Button>
          </div>
        </div>
      </Panel>
      <Panel title={texts.answer}>
        <div className="panel-body stack" aria-live="polite">
          {ask.isError ? (
            <ErrorState error={ask.error} />
          ) : ask.data === undefined ? (
            <p className="quiet">{texts.nothingYet}</p>
          ) : (
            <Answer {...ask.data} />
          )}
        </div>
      </Panel>
    </div>
  )
}

interface Answered {
  readonly status: number
  readonly deployment: string
  readonly requestId: string
  readonly body: unknown
  readonly tookMs: number
}

async function invoke(name: string, deployment: string, body: unknown): Promise<Answered> {
  const startedMs = performance.now()
  const answer = await answerOf(
    rest.POST('/api/v1/endpoints/{name}/invoke', {
      params: { path: { name } },
      body: { body, ...(deployment !== '' && { deployment }) },
    }),
  )
  const { status, deployment: by, request_id: requestId } = answer
  return { status, deployment: by, requestId, body: answer.body, tookMs: performance.now() - startedMs }
}

function Answer({ status, deployment, requestId, body, tookMs }: Answered): ReactNode {
  const texts = useMessages(endpointsMessages).tryIt
  const format = useFormat()
  const text = typeof body === 'string' ? body : JSON.stringify(body, null, 2)
  return (
    <>
      <p className="row">
        <Badge tone={status < 400 ? 'good' : 'bad'}>{status}</Badge>
        <span>{texts.by(deployment)}</span>
        <span className="quiet">{texts.took(format.duration(tookMs))}</span>
      </p>
      <CodeBlock text={text} label={texts.answer} language={typeof body === 'string' ? 'text' : 'json'} />
      <p className="quiet">
        {texts.requestId} <code>{requestId}</code>
      </p>
    </>
  )
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return undefined
  }
}

function curlOf({ scoring_uri: uri, auth_mode: mode }: Endpoint, deployment: string, json: string): string {
  return [
    `curl -X POST '${uri}' \\`,
    "  -H 'Content-Type: application/json' \\",
    ...(mode === 'none' ? [] : ['  -H "Authorization: Bearer $KEY" \\']),
    ...(deployment === '' ? [] : [`  -H 'azureml-model-deployment: ${deployment}' \\`]),
    `  -d '${json.replaceAll("'", String.raw`'\''`)}'`,
  ].join('\n')
}
