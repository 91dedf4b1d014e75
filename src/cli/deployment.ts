import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { pathOf, tellOfServer } from './endpoint.ts'
import { exitCode } from './exit-code.ts'
import { watchInterrupts } from './interrupt.ts'
import type { RestClient } from './link/rest-client.ts'
import type { Deployment, DeploymentLog, Endpoint, Page } from './rest-types.ts'
import { parsePairs } from './submission.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

/** Makes a deployment and waits until it answers. */
export const createDeployment: Command = async (invocation) => {
  const [name] = invocation.arguments
  const body = { ...(name !== undefined && { name }), ...deploymentFields(invocation) }
  const path = `${await endpointPath(invocation)}/deployments`
  return tell(
    invocation,
    await withConnection(invocation, 'stay', (connection) => {
      tellOfServer(invocation, connection)
      invocation.terminal.err('Deploying ...\n')
      return connection.client.post<Deployment>(path, body)
    }),
  )
}

/** Replaces what a deployment serves. */
export const updateDeployment: Command = async (invocation) => {
  const body = deploymentFields(invocation)
  if (!('file' in body || 'set' in body || 'model' in body))
    throw new SluiceError('invalid-request', 'Nothing says what to change.', {
      hint: 'For example: sluice deployment update NAME --endpoint NAME --model NAME@champion, or --set instance_count=2',
    })
  const path = await deploymentPath(invocation)
  return tell(
    invocation,
    await withConnection(invocation, 'work', ({ client }) => client.patch<Deployment>(path, body)),
  )
}

/** Lists the deployments of an endpoint. */
export const listDeployments: Command = async (invocation) => {
  const path = `${await endpointPath(invocation)}/deployments`
  const page = await withConnection(invocation, 'work', ({ client }) => client.get<Page<Deployment>>(path))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map(({ name, status, traffic, model, workers }) => [
      ...[printable(name), status, `${traffic} %`, printable(model ?? ''), String(workers)],
    ])
    invocation.terminal.out(textTable(['name', 'status', 'traffic', 'model', 'workers'], rows))
  }
  return exitCode.ok
}

/** Shows a deployment. */
export const showDeployment: Command = async (invocation) => {
  const path = await deploymentPath(invocation)
  return tell(invocation, await withConnection(invocation, 'work', ({ client }) => client.get<Deployment>(path)))
}

/** Deletes a deployment that takes no traffic. */
export const deleteDeployment: Command = async (invocation) => {
  const path = await deploymentPath(invocation)
  await withConnection(invocation, 'work', ({ client }) => client.delete(path))
  const [name] = invocation.arguments
  if (invocation.json) writeJson(invocation, { deleted: name })
  else invocation.terminal.err(`Deleted the deployment ${name}.\n`)
  return exitCode.ok
}

/** Prints the log of a deployment that is named with its endpoint. */
export const deploymentLogs: Command = async (invocation) => {
  const path = await deploymentPath(invocation)
  return withConnection(invocation, 'work', ({ client }) => printLog(invocation, client, path))
}

/** Prints the log of a deployment of an endpoint: the named one, else the one with most traffic. */
export const endpointLogs: Command = async (invocation) =>
  withConnection(invocation, 'work', async ({ client }) => {
    const named = invocation.options.text('deployment')
    const deployment = named ?? mostAsked(await client.get<Endpoint>(pathOf(invocation)))
    return printLog(invocation, client, `${pathOf(invocation)}/deployments/${encodeURIComponent(deployment)}`)
  })

function mostAsked({ name, deployments }: Endpoint): string {
  const [first] = deployments.toSorted((one, other) => other.traffic - one.traffic)
  if (first !== undefined) return first.name
  throw new SluiceError('not-found', `The endpoint "${name}" has no deployment.`, {
    hint: `Make one: sluice deployment create --endpoint ${name} --file deployment.yml`,
  })
}

async function printLog(invocation: Invocation, client: RestClient, path: string): Promise<number> {
  const { options, terminal, json } = invocation
  const lines = options.text('lines') ?? '200'
  if (!/^\d+$/.test(lines)) throw new SluiceError('invalid-request', `--lines "${lines}" is not a whole number.`)
  let part = await client.get<DeploymentLog>(`${path}/log?lines=${lines}`)
  if (json) {
    writeJson(invocation, part)
    return exitCode.ok
  }
  terminal.out(part.text)
  if (!options.has('follow')) return exitCode.ok
  const stop = new AbortController()
  const interrupts = watchInterrupts({ press: () => stop.abort(), end: () => stop.abort() })
  try {
    // Sequential: every part says where the next one begins.
    while (!stop.signal.aborted) {
      if (part.is_at_end) await setTimeout(500, undefined, { signal: stop.signal }).catch(() => undefined)
      part = await client.get<DeploymentLog>(`${path}/log?offset=${part.next_offset}`)
      terminal.out(part.text)
    }
    return exitCode.interrupted
  } finally {
    interrupts.stop()
  }
}

function deploymentFields({ options, workingFolder }: Invocation): object {
  const file = options.text('file')
  const set = options.texts('set')
  const model = options.text('model')
  return {
    ...(file !== undefined && { file: resolve(workingFolder, file) }),
    ...(set.length > 0 && { set: parsePairs('--set', set) }),
    ...(model !== undefined && { model }),
    ...(options.has('all-traffic') && { all_traffic: true }),
    ...(options.has('no-wait') && { wait: false }),
  }
}

async function deploymentPath(invocation: Invocation): Promise<string> {
  return `${await endpointPath(invocation)}/deployments/${encodeURIComponent(invocation.arguments[0]!)}`
}

/** The endpoint that is named, or the one that the file names. */
async function endpointPath({ options, workingFolder }: Invocation): Promise<string> {
  const named = options.text('endpoint') ?? (await endpointOfFile(options.text('file'), workingFolder))
  if (named !== undefined) return `/api/v1/endpoints/${encodeURIComponent(named)}`
  throw new SluiceError('invalid-request', 'Nothing says which endpoint it is.', {
    hint: 'Say it with --endpoint NAME.',
  })
}

async function endpointOfFile(file: string | undefined, workingFolder: string): Promise<string | undefined> {
  if (file === undefined) return undefined
  const { loadValidDocument } = await import('../spec/load-document.ts')
  const { readFile } = await import('node:fs/promises')
  const { document } = await loadValidDocument({
    file: resolve(workingFolder, file),
    readText: (path) => readFile(path, 'utf8'),
    family: 'online-deployment',
  })
  return document.kind === 'online-deployment' ? document.endpointName : undefined
}

function tell(invocation: Invocation, deployment: Deployment): number {
  const fields: readonly (readonly [string, string])[] = [
    ['name', printable(deployment.name)],
    ['endpoint', printable(deployment.endpoint)],
    ['status', deployment.status],
    ['detail', printable(deployment.status_detail ?? '')],
    ['model', printable(deployment.model ?? '')],
    ['scoring script', printable(deployment.scoring_script ?? '')],
    ['traffic', `${deployment.traffic} %`],
    ['workers', String(deployment.workers)],
    ['revision', String(deployment.revision ?? '')],
  ]
  if (invocation.json) writeJson(invocation, deployment)
  else invocation.terminal.out(textFields(fields.filter(([, value]) => value !== '')))
  return exitCode.ok
}
