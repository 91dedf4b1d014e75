import { readFile } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { parse } from 'yaml'
import { messageOf, SluiceError } from '../base/errors.ts'
import { isJsonObject, type JsonObject } from '../base/json.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { pageQuery } from './page-query.ts'
import type { Job, Page } from './rest-types.ts'
import { parsePairs } from './submission.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

interface BatchEndpoint {
  readonly name: string
  readonly description?: string
  readonly defaults: { readonly deployment_name?: string }
  readonly updated_at: string
}

interface BatchDeployment {
  readonly name: string
  readonly endpoint: string
  readonly type: string
  readonly model?: string
  readonly scoring_script?: string
  readonly settings?: Readonly<Record<string, unknown>>
  readonly revision: number
  readonly updated_at: string
}

interface BatchJob {
  readonly deployment: string
  readonly revision: number
  readonly job: Job
}

/** Makes a batch endpoint. */
export const createBatchEndpoint: Command = async (invocation) => {
  const [name] = invocation.arguments
  const body = { ...(name !== undefined && { name }), ...endpointFields(invocation) }
  return tellEndpoint(
    invocation,
    await withConnection(invocation, 'work', ({ client }) => client.post<BatchEndpoint>(endpointsPath, body)),
  )
}

/** Changes a batch endpoint. */
export const updateBatchEndpoint: Command = async (invocation) =>
  tellEndpoint(
    invocation,
    await withConnection(invocation, 'work', ({ client }) =>
      client.patch<BatchEndpoint>(pathOf(invocation.arguments[0]!), endpointFields(invocation)),
    ),
  )

/** Lists batch endpoints. */
export const listBatchEndpoints: Command = async (invocation) => {
  const page = await withConnection(invocation, 'work', ({ client }) => client.get<Page<BatchEndpoint>>(endpointsPath))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map(({ name, defaults, updated_at: updated }) => [
      name,
      defaults.deployment_name ?? '',
      updated,
    ])
    invocation.terminal.out(textTable(['name', 'default', 'updated'], rows))
  }
  return exitCode.ok
}

/** Shows a batch endpoint with its deployments. */
export const showBatchEndpoint: Command = async (invocation) => {
  const path = pathOf(invocation.arguments[0]!)
  const { endpoint, deployments } = await withConnection(invocation, 'work', async ({ client }) => ({
    endpoint: await client.get<BatchEndpoint>(path),
    deployments: (await client.get<Page<BatchDeployment>>(`${path}/deployments`)).items,
  }))
  if (invocation.json) writeJson(invocation, { ...endpoint, deployments })
  else invocation.terminal.out(`${endpointText(endpoint)}\n${deploymentTable(deployments)}`)
  return exitCode.ok
}

/** Deletes a batch endpoint. */
export const deleteBatchEndpoint: Command = async (invocation) => {
  const name = invocation.arguments[0]!
  await withConnection(invocation, 'work', ({ client }) => client.delete(pathOf(name)))
  return tellDeleted(invocation, 'batch endpoint', name)
}

/** Makes or replaces a batch deployment; it is ready when this returns. */
export const createBatchDeployment: Command = async (invocation) => {
  const { options, workingFolder, terminal } = invocation
  const file = options.text('file')
  if (file === undefined) {
    throw new SluiceError('invalid-request', 'Nothing says what to deploy.', {
      hint: 'For example: sluice batch-deployment create --file deployment.yml --endpoint NAME',
    })
  }
  const endpoint = options.text('endpoint')
  const path = endpoint === undefined ? '/api/v1/batch-deployments' : `${pathOf(endpoint)}/deployments`
  const deployment = await withConnection(invocation, 'work', ({ client }) =>
    client.post<BatchDeployment>(path, { file: resolve(workingFolder, file) }),
  )
  if (invocation.json) writeJson(invocation, deployment)
  else {
    terminal.out(deploymentText(deployment))
    terminal.err(`Score with it: sluice batch invoke --name ${deployment.endpoint} --input PATH\n`)
  }
  return exitCode.ok
}

/** Lists the deployments of a batch endpoint. */
export const listBatchDeployments: Command = async (invocation) => {
  const path = `${pathOf(endpointOption(invocation))}/deployments`
  const page = await withConnection(invocation, 'work', ({ client }) => client.get<Page<BatchDeployment>>(path))
  if (invocation.json) writeJson(invocation, page)
  else invocation.terminal.out(deploymentTable(page.items))
  return exitCode.ok
}

/** Shows a batch deployment. */
export const showBatchDeployment: Command = async (invocation) => {
  const path = deploymentPath(invocation)
  const deployment = await withConnection(invocation, 'work', ({ client }) => client.get<BatchDeployment>(path))
  if (invocation.json) writeJson(invocation, deployment)
  else invocation.terminal.out(deploymentText(deployment))
  return exitCode.ok
}

/** Deletes a batch deployment. */
export const deleteBatchDeployment: Command = async (invocation) => {
  await withConnection(invocation, 'work', ({ client }) => client.delete(deploymentPath(invocation)))
  return tellDeleted(invocation, 'batch deployment', invocation.arguments[0]!)
}

/** Submits a job that scores an input, and returns when it is stored. */
export const invokeBatch: Command = async (invocation) => {
  const { options, terminal } = invocation
  const [input, type, deployment] = ['input', 'input-type', 'deployment-name'].map((name) => options.text(name))
  const inputs = await inputsOf(invocation)
  const settings = parsePairs('--set', options.texts('set'))
  const outputPath = options.text('output-path')
  const body = {
    ...(input !== undefined && { input: placeOf(invocation, input) }),
    ...(type !== undefined && { input_type: type }),
    ...(deployment !== undefined && { deployment }),
    ...(inputs !== undefined && { inputs }),
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(outputPath !== undefined && { output_path: outputPath }),
  }
  const started = await withConnection(invocation, 'stay', ({ client }) =>
    client.post<BatchJob>(`${pathOf(endpointOf(invocation))}/invoke`, body),
  )
  if (invocation.json) writeJson(invocation, started)
  else {
    const { job } = started
    terminal.out(`${job.name}\n`)
    terminal.err(`Watch it: sluice job show ${job.name} --watch\n`)
    terminal.err(`Then take its output: sluice job download ${job.name} --output score\n`)
  }
  return exitCode.ok
}

/** Lists the jobs of a batch endpoint. */
export const listBatchJobs: Command = async (invocation) => {
  const query = pageQuery(invocation.options, { deployment: invocation.options.text('deployment-name') })
  const page = await withConnection(invocation, 'work', ({ client }) =>
    client.get<Page<BatchJob>>(`${pathOf(endpointOf(invocation))}/jobs${query}`),
  )
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map(({ job, deployment, revision }) => [
      ...[job.name, job.status, `${deployment}:${revision}`, job.created_at],
    ])
    invocation.terminal.out(textTable(['job', 'status', 'deployment', 'created'], rows))
  }
  return exitCode.ok
}

const endpointsPath = '/api/v1/batch-endpoints'

function pathOf(endpoint: string): string {
  return `${endpointsPath}/${encodeURIComponent(endpoint)}`
}

function deploymentPath(invocation: Invocation): string {
  return `${pathOf(endpointOption(invocation))}/deployments/${encodeURIComponent(invocation.arguments[0]!)}`
}

function endpointOption({ options }: Invocation): string {
  return named(options.text('endpoint'), '--endpoint')
}

/** As an argument, or as `az ml batch-endpoint invoke --name` has it. */
function endpointOf({ options, arguments: [typed] }: Invocation): string {
  return named(options.text('name') ?? typed, '--name')
}

function named(name: string | undefined, flag: string): string {
  if (name !== undefined) return name
  throw new SluiceError('invalid-request', `Say which batch endpoint: ${flag} NAME.`, {
    hint: 'List them with: sluice batch-endpoint list',
  })
}

function endpointFields({ options, workingFolder }: Invocation): Record<string, unknown> {
  const [file, description, deployment] = ['file', 'description', 'default'].map((name) => options.text(name))
  return {
    ...(file !== undefined && { file: resolve(workingFolder, file) }),
    ...(description !== undefined && { description }),
    ...(deployment !== undefined && { defaults: { deployment_name: deployment } }),
  }
}

/** A path of this machine becomes absolute; references stay. */
function placeOf({ workingFolder }: Invocation, input: string): string {
  return isAbsolute(input) || /^[a-z][a-z0-9+.-]+:/i.test(input) ? input : resolve(workingFolder, input)
}

/** The file of `--inputs`: `inputs:` of a job, or what stands below it; its paths are relative to the file. */
async function inputsOf({ options, workingFolder }: Invocation): Promise<JsonObject | undefined> {
  const given = options.text('inputs')
  if (given === undefined) return undefined
  const file = resolve(workingFolder, given)
  let content: unknown
  try {
    content = parse(await readFile(file, 'utf8'), { maxAliasCount: 0 })
  } catch (cause) {
    throw new SluiceError('input-not-found', `The inputs cannot be read: ${messageOf(cause)}.`, { cause })
  }
  const inputs = isJsonObject(content) && isJsonObject(content['inputs']) ? content['inputs'] : content
  if (!isJsonObject(inputs)) {
    throw new SluiceError('invalid-request', `${given} does not hold inputs by name.`, {
      hint: 'For example: inputs: {training_data: {type: uri_folder, path: ./data}, alpha: 0.5}',
    })
  }
  const folder = resolve(file, '..')
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      if (!isJsonObject(value) || typeof value['path'] !== 'string') return [name, value]
      const { path } = value
      const isReference = isAbsolute(path) || /^[a-z][a-z0-9+.-]+:/i.test(path)
      return [name, { ...value, path: isReference ? path : resolve(folder, path) }]
    }),
  )
}

function tellEndpoint(invocation: Invocation, endpoint: BatchEndpoint): number {
  if (invocation.json) writeJson(invocation, endpoint)
  else invocation.terminal.out(endpointText(endpoint))
  return exitCode.ok
}

function tellDeleted(invocation: Invocation, what: string, name: string): number {
  if (invocation.json) writeJson(invocation, { deleted: name })
  else invocation.terminal.err(`Deleted the ${what} ${name}.\n`)
  return exitCode.ok
}

function endpointText({ name, description, defaults, updated_at: updated }: BatchEndpoint): string {
  return textFields([
    ['name', name],
    ['description', description === undefined ? undefined : printable(description)],
    ['default', defaults.deployment_name],
    ['updated', updated],
  ])
}

function deploymentText(deployment: BatchDeployment): string {
  const settings = Object.entries(deployment.settings ?? {}).map(
    ([name, value]) => [name.replaceAll('_', ' '), typeof value === 'string' ? value : JSON.stringify(value)] as const,
  )
  return textFields([
    ['name', deployment.name],
    ['endpoint', deployment.endpoint],
    ['type', deployment.type],
    ['model', deployment.model === undefined ? undefined : printable(deployment.model)],
    ['scoring script', deployment.scoring_script],
    ['revision', String(deployment.revision)],
    ...settings,
  ])
}

function deploymentTable(deployments: readonly BatchDeployment[]): string {
  const rows = deployments.map(({ name, type, model, revision, updated_at: updated }) => [
    ...[name, type, printable(model ?? ''), String(revision), updated],
  ])
  return textTable(['deployment', 'type', 'model', 'revision', 'updated'], rows)
}
