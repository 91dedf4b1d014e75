import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { createMonitor } from './monitor.ts'
import type { Page } from './rest-types.ts'
import { parsePairs } from './submission.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'
import type { Firing, JobTrigger } from './trigger-types.ts'
import { yamlFileOf } from './yaml-file.ts'

/** Schedules and triggers are two lists of the same kind of thing. */
export type Family = 'schedule' | 'trigger'

/** Creates a schedule or trigger from a YAML file, and has a server stay that fires it. */
export const createTrigger =
  (family: Family): Command =>
  async (invocation) => {
    const { options, terminal } = invocation
    const file = yamlFileOf(invocation)
    // As in Azure ML, one command makes both; what a file describes is told by the file.
    if (family === 'schedule' && (await kindOf(file)) === 'monitor') return createMonitor(invocation)
    const overrides = options.has('paused') ? { overrides: { is_enabled: 'false' } } : {}
    const { trigger, startedServer } = await withConnection(invocation, 'stay', async (connection) => ({
      trigger: await connection.client.post<JobTrigger>(`/api/v1/${family}s`, { file, ...overrides }),
      startedServer: connection.startedServer,
    }))
    if (invocation.json) writeJson(invocation, trigger)
    else {
      terminal.out(triggerText(trigger))
      if (trigger.fires_at_once === true)
        terminal.err('It has no start_time: the first job is started now, as in Azure ML.\n')
      if (trigger.secret !== undefined)
        terminal.err('Give the sender this secret; print it again with: sluice trigger credentials NAME\n')
      if (startedServer) terminal.err('A server was started in the background; stop it with: sluice down\n')
      else if (!trigger.fires_by_itself) terminal.err('It fires while a server runs that stays: sluice up\n')
    }
    return exitCode.ok
  }

/** What a file describes; undefined where it has mistakes, which whoever reads it next reports. */
async function kindOf(file: string): Promise<string | undefined> {
  const { loadDocument } = await import('../spec/load-document.ts')
  const { readFile } = await import('node:fs/promises')
  const { document } = await loadDocument({ file, readText: (path) => readFile(path, 'utf8') })
  return document?.kind
}

/** Replaces what one says; the name is the file's. */
export const updateTrigger =
  (family: Family): Command =>
  async (invocation) => {
    const file = yamlFileOf(invocation)
    const { loadValidDocument } = await import('../spec/load-document.ts')
    const { readFile } = await import('node:fs/promises')
    const { document } = await loadValidDocument({ file, family, readText: (path) => readFile(path, 'utf8') })
    const path = `/api/v1/${family}s/${encodeURIComponent(document.name ?? '')}`
    const trigger = await withConnection(invocation, 'work', ({ client }) => client.put<JobTrigger>(path, { file }))
    if (invocation.json) writeJson(invocation, trigger)
    else invocation.terminal.out(triggerText(trigger))
    return exitCode.ok
  }

/** Lists them by name. */
export const listTriggers =
  (family: Family): Command =>
  async (invocation) => {
    const page = await withConnection(invocation, 'work', ({ client }) =>
      client.get<Page<JobTrigger>>(`/api/v1/${family}s`),
    )
    if (invocation.json) writeJson(invocation, page)
    else {
      const last = family === 'schedule' ? 'next' : 'job'
      const rows = page.items.map((one) => [
        one.name,
        one.status,
        printable(one.when),
        family === 'schedule' ? (one.next[0]?.local_time ?? '') : jobText(one),
      ])
      invocation.terminal.out(textTable(['name', 'status', family === 'schedule' ? 'when' : 'upon', last], rows))
    }
    return exitCode.ok
  }

/** Shows one with its job and policy. */
export const showTrigger =
  (family: Family): Command =>
  async (invocation) => {
    if (invocation.options.has('yaml')) return showYaml(invocation, family)
    const trigger = await withConnection(invocation, 'work', ({ client }) =>
      client.get<JobTrigger>(pathOf(invocation, family)),
    )
    if (invocation.json) writeJson(invocation, trigger)
    else invocation.terminal.out(triggerText(trigger))
    return exitCode.ok
  }

async function showYaml(invocation: Invocation, family: Family): Promise<number> {
  const document = await withConnection(invocation, 'work', ({ client }) =>
    client.get<{ readonly text: string }>(`${pathOf(invocation, family)}/document`),
  )
  if (invocation.json) writeJson(invocation, document)
  else invocation.terminal.out(document.text.endsWith('\n') ? document.text : `${document.text}\n`)
  return exitCode.ok
}

/** Pauses or resumes one; a resumed one needs a server that stays. */
export const changeStatus =
  (family: Family, verb: 'pause' | 'resume'): Command =>
  async (invocation) => {
    const trigger = await withConnection(invocation, verb === 'resume' ? 'stay' : 'work', ({ client }) =>
      client.post<JobTrigger>(`${pathOf(invocation, family)}/${verb}`, {}),
    )
    if (invocation.json) writeJson(invocation, trigger)
    else invocation.terminal.out(`${trigger.name}: ${trigger.status}${nextText(trigger)}\n`)
    return exitCode.ok
  }

/** Starts a job now. */
export const runTrigger =
  (family: Family): Command =>
  async (invocation) => {
    const variables = parsePairs('--set', invocation.options.texts('set'))
    const firing = await withConnection(invocation, 'leave', ({ client }) =>
      client.post<Firing>(`${pathOf(invocation, family)}/run`, { variables }),
    )
    if (invocation.json) writeJson(invocation, firing)
    else if (firing.job !== undefined) {
      invocation.terminal.out(`${firing.job}\n`)
      invocation.terminal.err(`Follow it with: sluice job logs --follow ${firing.job}\n`)
    }
    if (firing.job !== undefined) return exitCode.ok
    if (!invocation.json) invocation.terminal.err(`No job was started: ${printable(firing.detail ?? firing.status)}\n`)
    return exitCode.failed
  }

/** Shows what a firing would give the job. */
export const testTrigger =
  (family: Family): Command =>
  async (invocation) => {
    const variables = parsePairs('--set', invocation.options.texts('set'))
    const tested = await withConnection(invocation, 'work', ({ client }) =>
      client.post<{ inputs: Record<string, string>; variables: Record<string, string> }>(
        `${pathOf(invocation, family)}/test`,
        { variables },
      ),
    )
    if (invocation.json) writeJson(invocation, tested)
    else {
      const rows = Object.entries(tested.inputs).map(([name, value]) => [printable(name), printable(value)])
      if (rows.length === 0) invocation.terminal.out('It sets no inputs.\n')
      else invocation.terminal.out(textTable(['input', 'value'], rows))
      invocation.terminal.err('Nothing was started; the job would be.\n')
    }
    return exitCode.ok
  }

/** Lists what became of times or events. */
export const triggerHistory =
  (family: Family): Command =>
  async (invocation) => {
    const limit = invocation.options.text('limit') ?? '50'
    const path = `${pathOf(invocation, family)}/firings?limit=${encodeURIComponent(limit)}`
    const page = await withConnection(invocation, 'work', ({ client }) => client.get<Page<Firing>>(path))
    if (invocation.json) writeJson(invocation, page)
    else {
      const rows = page.items.map((firing) => [
        firing.nominal_time,
        firing.reason,
        firing.status,
        firing.job ?? '',
        firing.job_status ?? '',
        printable(firing.detail ?? ''),
      ])
      invocation.terminal.out(textTable(['time', 'reason', 'firing', 'job', 'job status', ''], rows))
    }
    return exitCode.ok
  }

/** Deletes one; its jobs stay. */
export const deleteTrigger =
  (family: Family): Command =>
  async (invocation) => {
    const name = invocation.arguments[0]!
    await withConnection(invocation, 'work', ({ client }) => client.delete(pathOf(invocation, family)))
    if (invocation.json) writeJson(invocation, { deleted: name })
    else invocation.terminal.err(`Deleted the ${family} ${name}; jobs that it started stay.\n`)
    return exitCode.ok
  }

/** Prints the address and the secret of a webhook. */
export const triggerCredentials: Command = async (invocation) => {
  const secret = await withConnection(invocation, 'work', ({ client }) =>
    client.get<Secret>(`${pathOf(invocation, 'trigger')}/credentials`),
  )
  writeSecret(invocation, secret)
  return exitCode.ok
}

/** Makes a new secret. */
export const rotateTriggerSecret: Command = async (invocation) => {
  const secret = await withConnection(invocation, 'work', ({ client }) =>
    client.post<Secret>(`${pathOf(invocation, 'trigger')}/rotate-secret`, {}),
  )
  writeSecret(invocation, secret)
  return exitCode.ok
}

interface Secret {
  readonly secret: string
  readonly webhook_url: string
}

function writeSecret(invocation: Invocation, secret: Secret): void {
  if (invocation.json) writeJson(invocation, secret)
  else
    invocation.terminal.out(
      textFields([
        ['address', secret.webhook_url],
        ['secret', secret.secret],
      ]),
    )
}

/** The path of what the command names. */
export function pathOf({ arguments: typed }: Invocation, family: Family): string {
  return `/api/v1/${family}s/${encodeURIComponent(typed[0]!)}`
}

function triggerText(trigger: JobTrigger): string {
  const { policy, create_job: job } = trigger
  const fields = textFields([
    ['name', trigger.name],
    ['status', trigger.status],
    ['display name', trigger.display_name === undefined ? undefined : printable(trigger.display_name)],
    ['description', trigger.description === undefined ? undefined : printable(trigger.description)],
    [trigger.kind === 'schedule' ? 'when' : 'upon', printable(trigger.when)],
    ['starts', jobText(trigger)],
    ...Object.entries(job.inputs ?? {}).map(([name, value]): [string, string] => [
      `  ${printable(name)}`,
      printable(value),
    ]),
    ['missed runs', trigger.kind === 'schedule' ? policy.missed_runs : undefined],
    ['overlap', policy.overlap],
    ['cooldown', policy.cooldown > 0 ? `${policy.cooldown} s` : undefined],
    ['max per day', policy.max_per_day === undefined ? undefined : String(policy.max_per_day)],
    ['problem', trigger.problem === undefined ? undefined : printable(trigger.problem)],
    ['address', trigger.webhook_url],
    ['secret', trigger.secret],
    ['created', `${trigger.created_at} by ${trigger.created_by}`],
  ])
  const rows = trigger.next.map(({ local_time: local, note }) => [local, note ?? ''])
  return rows.length === 0 ? fields : `${fields}\n${textTable(['next', ''], rows)}`
}

function jobText({ create_job: { job, pipeline } }: JobTrigger): string {
  return pipeline === undefined ? printable(job ?? '') : `published pipeline ${pipeline}`
}

function nextText({ next: [first] }: JobTrigger): string {
  return first === undefined ? '' : `, next ${first.local_time}`
}
