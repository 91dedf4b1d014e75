import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { SluiceError, messageOf } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Connection } from './link/connection.ts'
import { pageQuery } from './page-query.ts'
import type { Endpoint, InvokeAnswer, Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

/** Deploys and waits until the deployment answers; a server is started in the background where none runs. */
export const deployEndpoint: Command = async (invocation) => {
  const { options, terminal, workingFolder, json } = invocation
  const model = options.text('model')
  const file = options.text('file')
  const deployment = options.text('deployment')
  if (model === undefined && file === undefined)
    throw new SluiceError('invalid-request', 'Neither --model nor --file says what to deploy.', {
      hint: 'For example: sluice endpoint deploy NAME --model NAME@champion',
    })
  const endpoint = await withConnection(invocation, 'stay', async (connection) => {
    const { client } = connection
    tellOfServer(invocation, connection)
    terminal.err(`Deploying ${model ?? file} ...\n`)
    return client.post<Endpoint>(`${pathOf(invocation)}/deploy`, {
      ...(deployment !== undefined && { deployment }),
      ...(model !== undefined && { model }),
      ...(file !== undefined && { file: resolve(workingFolder, file) }),
    })
  })
  if (json) writeJson(invocation, endpoint)
  else {
    terminal.out(endpointText(endpoint))
    terminal.err(`${nextStep(endpoint)}\n`)
  }
  return exitCode.ok
}

/** Sends one request; exit code 1 when the deployment answered with an error, whose body is printed all the same. */
export const invokeEndpoint: Command = async (invocation) => {
  const { options, terminal, json } = invocation
  const body = await requestBody(invocation)
  const deployment = options.text('deployment')
  const headers = headersOf(options.texts('header'))
  const answer = await withConnection(invocation, 'stay', (connection) => {
    tellOfServer(invocation, connection)
    return connection.client.post<InvokeAnswer>(`${pathOf(invocation)}/invoke`, {
      body,
      headers,
      ...(deployment !== undefined && { deployment }),
    })
  })
  if (json) writeJson(invocation, answer)
  else terminal.out(`${typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)}\n`)
  if (answer.status < 400) return exitCode.ok
  terminal.err(`The endpoint answered ${answer.status}.\n`)
  return exitCode.failed
}

/** Lists endpoints with their traffic. */
export const listEndpoints: Command = async (invocation) => {
  const { terminal } = invocation
  const path = `/api/v1/endpoints${pageQuery(invocation.options)}`
  const page = await withConnection(invocation, 'work', ({ client }) => client.get<Page<Endpoint>>(path))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map((endpoint) => [
      printable(endpoint.name),
      trafficText(endpoint.traffic),
      endpoint.scoring_uri,
    ])
    terminal.out(textTable(['name', 'traffic', 'scoring uri'], rows))
    if (page.next_page_token !== undefined) terminal.err(`There are more: --page-token ${page.next_page_token}\n`)
  }
  return exitCode.ok
}

/** Shows an endpoint and its deployments. */
export const showEndpoint: Command = async (invocation) => {
  const endpoint = await withConnection(invocation, 'work', ({ client }) => client.get<Endpoint>(pathOf(invocation)))
  if (invocation.json) writeJson(invocation, endpoint)
  else invocation.terminal.out(endpointText(endpoint))
  return exitCode.ok
}

/** Deletes an endpoint with its deployments and keys. */
export const deleteEndpoint: Command = async (invocation) => {
  const name = invocation.arguments[0]!
  await withConnection(invocation, 'work', ({ client }) => client.delete(pathOf(invocation)))
  if (invocation.json) writeJson(invocation, { deleted: name })
  else invocation.terminal.err(`Deleted the endpoint ${name}.\n`)
  return exitCode.ok
}

/** Deployments live in a server, so one was started if there was none. */
export function tellOfServer({ terminal }: Invocation, { client, startedServer }: Connection): void {
  if (startedServer) terminal.err(`Started a server at ${client.url}; stop it with: sluice down\n`)
}

/** What makes sense next: an endpoint may have nothing that answers yet, or send nobody there. */
function nextStep({ name, deployments, traffic }: Endpoint): string {
  const [first] = deployments
  if (first === undefined)
    return `Nothing answers there yet. Deploy to it with: sluice endpoint deploy ${name} --model NAME@champion (or --file deployment.yml)`
  const hasTraffic = Object.values(traffic).some((percent) => percent > 0)
  const named = hasTraffic ? '' : ` --deployment ${first.name}`
  const note = hasTraffic ? '' : 'It has no traffic yet. '
  return `${note}Try it with: sluice endpoint invoke ${name}${named} --request-file request.json`
}

/** Where the endpoint of an invocation is. */
export function pathOf(invocation: Invocation): string {
  return `/api/v1/endpoints/${encodeURIComponent(invocation.arguments[0]!)}`
}

function headersOf(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([^:\s]+)\s*:\s*(.*)$/.exec(text) ?? []
      if (name === undefined) throw new SluiceError('invalid-request', `--header "${text}" is not "NAME: VALUE".`)
      return [name, value!]
    }),
  )
}

async function requestBody({ options, workingFolder }: Invocation): Promise<unknown> {
  const file = options.text('request-file')
  const given = options.text('body')
  if ((file === undefined) === (given === undefined))
    throw new SluiceError('invalid-request', 'Give the request with either --request-file or --body.')
  const from = file === undefined ? '--body' : file
  const text = given ?? (await readRequest(resolveRequest(file!, workingFolder)))
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new SluiceError('invalid-request', `The request in ${from} is not JSON: ${messageOf(cause)}.`, { cause })
  }
}

function resolveRequest(file: string, workingFolder: string): string {
  return file === '-' ? file : resolve(workingFolder, file)
}

async function readRequest(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new SluiceError('input-not-found', `The request file cannot be read: ${messageOf(cause)}.`, { cause })
  }
}

/** An endpoint for people. */
export function endpointText(endpoint: Endpoint): string {
  const given: readonly (readonly [string, string])[] = [
    ['name', printable(endpoint.name)],
    ['scoring uri', endpoint.scoring_uri],
    ['traffic', trafficText(endpoint.traffic) || 'none'],
    ['mirror traffic', trafficText(endpoint.mirror_traffic)],
    ['authentication', endpoint.auth_mode],
    ['unit header', endpoint.routing.unit_header ?? ''],
    ['deployment header', endpoint.routing.deployment_header ?? ''],
  ]
  const fields = textFields(given.filter(([, value]) => value !== ''))
  const rows = endpoint.deployments.map((deployment) => [
    printable(deployment.name),
    deployment.status,
    printable(deployment.model ?? ''),
    String(deployment.workers),
    printable(deployment.status_detail ?? ''),
  ])
  return rows.length === 0 ? fields : `${fields}\n${textTable(['deployment', 'status', 'model', 'workers', ''], rows)}`
}

/** `blue 90 %, green 10 %`. */
export function trafficText(traffic: Endpoint['traffic']): string {
  return Object.entries(traffic)
    .filter(([, percent]) => percent > 0)
    .map(([deployment, percent]) => `${deployment} ${percent} %`)
    .join(', ')
}
