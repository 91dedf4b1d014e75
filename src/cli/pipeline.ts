import { resolve } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Connection } from './link/connection.ts'
import type { Job, KeyPair, Page, PublishedPipeline } from './rest-types.ts'
import { parsePairs } from './submission.ts'
import { tellKeys } from './tell-keys.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

const base = '/api/v1/published-pipelines'

/** Checks a job file and keeps it, with all it needs, as a version of a name that other programs can start. */
export const publishPipeline: Command = async (invocation) => {
  const { options, terminal, workingFolder } = invocation
  const name = options.text('name')
  if (name === undefined)
    throw new SluiceError('invalid-request', '--name does not say what the pipeline is to be published as.', {
      hint: 'For example: sluice pipeline publish pipeline.yml --name diabetes-training',
    })
  const version = options.text('version')
  const description = options.text('description')
  const tags = parsePairs('--tag', options.texts('tag'))
  const given = invocation.arguments[0]!
  const pipeline = await withConnection(invocation, 'work', ({ client }) =>
    client.post<PublishedPipeline>(base, {
      file: given.startsWith('azureml:') ? given : resolve(workingFolder, given),
      name,
      ...(version !== undefined && { version }),
      ...(description !== undefined && { description }),
      ...(Object.keys(tags).length > 0 && { tags }),
    }),
  )
  if (invocation.json) writeJson(invocation, pipeline)
  else {
    terminal.out(pipelineText(pipeline))
    terminal.err(`Print its key with: sluice pipeline credentials ${pipeline.name}\n`)
    terminal.err('It answers while a server runs: sluice up\n')
  }
  return exitCode.ok
}

/** Lists versions, by name, the newest first. */
export const listPipelines: Command = async (invocation) => {
  const path = `${base}${invocation.options.has('archived') ? '?with_archived=true' : ''}`
  const page = await withConnection(invocation, 'work', ({ client }) => client.get<Page<PublishedPipeline>>(path))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map(({ name, version, status, parameters, created_at: created }) => [
      name,
      version,
      status,
      parameters.map((parameter) => parameter.name).join(', '),
      created,
    ])
    invocation.terminal.out(textTable(['name', 'version', 'status', 'parameters', 'published'], rows))
  }
  return exitCode.ok
}

/** Shows the version that answers, or the one that is named. */
export const showPipeline: Command = async (invocation) => {
  const version = invocation.options.text('version')
  const path =
    version === undefined ? pathOf(invocation) : `${pathOf(invocation)}/versions/${encodeURIComponent(version)}`
  const pipeline = await withConnection(invocation, 'work', ({ client }) => client.get<PublishedPipeline>(path))
  if (invocation.json) writeJson(invocation, pipeline)
  else invocation.terminal.out(pipelineText(pipeline))
  return exitCode.ok
}

/** Starts a job of it and watches that, as any other program would start it. */
export const runPipeline: Command = async (invocation) => {
  const { options, terminal } = invocation
  const version = options.text('version')
  const experiment = options.text('experiment')
  const suffix = version === undefined ? '/jobs' : `/versions/${encodeURIComponent(version)}/jobs`
  const body = {
    inputs: parsePairs('--set', options.texts('set')),
    tags: parsePairs('--tag', options.texts('tag')),
    ...(experiment !== undefined && { experiment_name: experiment }),
  }
  const start = ({ client }: Connection): Promise<Job> => client.post<Job>(`${pathOf(invocation)}${suffix}`, body)
  if (options.has('detach')) {
    const job = await withConnection(invocation, 'leave', start)
    if (invocation.json) writeJson(invocation, job)
    else terminal.out(`${job.name}\n`)
    return exitCode.ok
  }
  const { watch } = await import('./run.ts')
  return withConnection(invocation, 'work', async (connection) => {
    const job = await start(connection)
    return watch(invocation, connection, job.name)
  })
}

/** Prints both keys: either starts jobs of this pipeline, and nothing else. */
export const pipelineCredentials: Command = async (invocation) => {
  const keys = await withConnection(invocation, 'work', ({ client }) =>
    client.get<KeyPair>(`${pathOf(invocation)}/credentials`),
  )
  return tellKeys(invocation, keys)
}

/** Makes a new primary key. */
export const rotatePipelineKey: Command = async (invocation) => {
  const revokeOld = invocation.options.has('revoke-old')
  const keys = await withConnection(invocation, 'work', ({ client }) =>
    client.post<KeyPair>(`${pathOf(invocation)}/rotate-key`, { revoke_old: revokeOld }),
  )
  tellKeys(invocation, keys)
  if (!revokeOld) invocation.terminal.err('The key before is now the secondary: it is valid until the next rotation.\n')
  return exitCode.ok
}

/** Lets it start jobs again. */
export const enablePipeline: Command = (invocation) => changeStatus(invocation, 'enable')
/** Has it refuse to start jobs. */
export const disablePipeline: Command = (invocation) => changeStatus(invocation, 'disable')
/** Disables it and leaves it out of lists. */
export const archivePipeline: Command = (invocation) => changeStatus(invocation, 'archive')

/** Removes one version, or all of them with the keys. */
export const deletePipeline: Command = async (invocation) => {
  const name = invocation.arguments[0]!
  const version = invocation.options.text('version')
  if (version === undefined && !invocation.options.has('all'))
    throw new SluiceError('invalid-request', `Deleting ${name} would delete all of its versions and its keys.`, {
      hint: 'Say which one with --version VERSION, or all of them with --all.',
    })
  const path =
    version === undefined ? pathOf(invocation) : `${pathOf(invocation)}/versions/${encodeURIComponent(version)}`
  await withConnection(invocation, 'work', ({ client }) => client.delete(path))
  if (invocation.json) writeJson(invocation, { deleted: name, ...(version !== undefined && { version }) })
  else invocation.terminal.err(`Deleted the published pipeline ${name}${version === undefined ? '' : ` ${version}`}.\n`)
  return exitCode.ok
}

async function changeStatus(invocation: Invocation, verb: 'enable' | 'disable' | 'archive'): Promise<number> {
  const version = invocation.options.text('version')
  const pipeline = await withConnection(invocation, 'work', ({ client }) =>
    client.post<PublishedPipeline>(`${pathOf(invocation)}/${verb}`, version === undefined ? {} : { version }),
  )
  if (invocation.json) writeJson(invocation, pipeline)
  else invocation.terminal.out(`${pipeline.name} ${pipeline.version}: ${pipeline.status}\n`)
  return exitCode.ok
}

function pathOf(invocation: Invocation): string {
  return `${base}/${encodeURIComponent(invocation.arguments[0]!)}`
}

function pipelineText(pipeline: PublishedPipeline): string {
  const fields = textFields([
    ['name', pipeline.name],
    ['version', pipeline.version],
    ['status', pipeline.status],
    ['display name', printable(pipeline.display_name)],
    ['description', pipeline.description === undefined ? undefined : printable(pipeline.description)],
    ['submit', pipeline.submit_url],
    ['published', `${pipeline.created_at} by ${pipeline.created_by}`],
    ['versions', pipeline.versions?.map(({ version, status }) => `${version} (${status})`).join(', ')],
  ])
  const rows = pipeline.parameters.map((parameter) => [
    printable(parameter.name),
    parameter.type,
    parameter.is_required ? 'required' : printable(parameter.default ?? ''),
    boundsText(parameter),
  ])
  return rows.length === 0 ? fields : `${fields}\n${textTable(['parameter', 'type', 'default', ''], rows)}`
}

function boundsText({ min, max, enum: allowed, description }: PublishedPipeline['parameters'][number]): string {
  return [
    min === undefined ? '' : `at least ${min}`,
    max === undefined ? '' : `at most ${max}`,
    allowed === undefined ? '' : `one of ${allowed.map((text) => printable(text)).join(', ')}`,
    description === undefined ? '' : printable(description),
  ]
    .filter((text) => text !== '')
    .join('; ')
}
