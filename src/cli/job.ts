import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { pageQuery } from './page-query.ts'
import type { RestClient } from './link/rest-client.ts'
import { jobCostText } from './cost.ts'
import type { Job, JobCost, JobValue, Page, Trials } from './rest-types.ts'
import { durationOf, miniBatchText, outcomeOf, reasonOf, stepName } from './terminal/job-words.ts'
import { countText } from './terminal/live-tree.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'
import { trialsTable } from './terminal/trials-table.ts'
import type { Watched } from './job-reader.ts'
import { readJob } from './job-reader.ts'

/** Lists jobs, newest first. */
export const listJobs: Command = async (invocation) => {
  const { options, terminal } = invocation
  const path = `/api/v1/jobs${pageQuery(options, {
    status: options.text('status'),
    experiment_name: options.text('experiment'),
    text: options.text('name'),
    tag: options.text('tag'),
    archived: options.has('archived') ? 'only' : undefined,
    parent: options.text('parent'),
    with_children: options.has('all') ? 'true' : undefined,
  })}`
  const page = await withConnection(invocation, 'look', ({ client }) => client.get<Page<Job>>(path))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map((job) => [
      printable(job.name),
      outcomeOf(job),
      durationOf(job, Date.now()) ?? '',
      printable(job.experiment_name),
      stepName(job),
      job.created_at,
    ])
    terminal.out(textTable(['name', 'status', 'time', 'experiment', 'display name', 'created'], rows))
    if (page.next_page_token !== undefined) terminal.err(`There are more: --page-token ${page.next_page_token}\n`)
  }
  return exitCode.ok
}

/** Shows a job with its steps, its document, or live until it ends. */
export const showJob: Command = async (invocation) => {
  const { options, terminal, arguments: typed } = invocation
  const name = typed[0]!
  if (options.has('watch')) {
    const { watch } = await import('./run.ts')
    return withConnection(invocation, 'work', async (connection) => {
      const { job } = await readJob(connection.client, name)
      return watch(invocation, connection, job.name)
    })
  }
  return withConnection(invocation, 'look', async ({ client }) => {
    if (options.has('yaml')) {
      const document = await client.get<unknown>(`${pathOf(name)}/document`)
      if (invocation.json) writeJson(invocation, document)
      else terminal.out((await import('yaml')).stringify(document))
      return exitCode.ok
    }
    const shown = await readJob(client, name)
    const { job, steps } = shown
    const cost = await client.get<JobCost>(`${pathOf(name)}/cost`)
    const trials = await readTrials(client, shown)
    if (invocation.json) {
      const isSweep = job.type === 'sweep'
      writeJson(invocation, {
        ...job,
        cost,
        ...(steps.length > 0 && { steps }),
        ...(isSweep && { trials: trials.get(job) }),
      })
    } else terminal.out(jobText(shown, trials, jobCostText(cost)))
    return exitCode.ok
  })
}

/** Asks a job to stop; it has ended when its status says so. */
export const cancelJob: Command = async (invocation) => {
  const name = invocation.arguments[0]!
  const reason = invocation.options.text('reason')
  const body = reason === undefined ? {} : { reason }
  const job = await withConnection(invocation, 'work', ({ client }) => client.post<Job>(`${pathOf(name)}/cancel`, body))
  if (invocation.json) writeJson(invocation, job)
  else invocation.terminal.out(`${job.name}: ${outcomeOf(job)}\n`)
  return exitCode.ok
}

/** Leaves a job that has ended out of lists. */
export const archiveJob: Command = (invocation) => setArchived(invocation, 'archive')

/** Takes an archived job back into lists. */
export const restoreJob: Command = (invocation) => setArchived(invocation, 'restore')

async function setArchived(invocation: Parameters<Command>[0], verb: 'archive' | 'restore'): Promise<number> {
  const path = `${pathOf(invocation.arguments[0]!)}/${verb}`
  const job = await withConnection(invocation, 'work', ({ client }) => client.post<Job>(path))
  if (invocation.json) writeJson(invocation, job)
  else invocation.terminal.out(`${job.name} is ${verb === 'archive' ? 'archived' : 'listed again'}\n`)
  return exitCode.ok
}

function pathOf(name: string): string {
  return `/api/v1/jobs/${encodeURIComponent(name)}`
}

/** The trials of every sweep in a job, by the sweep. */
async function readTrials(client: RestClient, { job, steps }: Watched): Promise<ReadonlyMap<Job, Trials>> {
  const sweeps = [job, ...steps].filter(({ type }) => type === 'sweep')
  const trials = new Map<Job, Trials>()
  // Sequential: a job has few sweeps.
  for (const sweep of sweeps) {
    const found = await client.get<Trials>(`${pathOf(sweep.name)}/trials`)
    // One whose result was taken from an earlier job tried nothing itself.
    if (found.items.length > 0) trials.set(sweep, found)
  }
  return trials
}

function jobText({ job, steps: all }: Watched, trials: ReadonlyMap<Job, Trials>, cost: string | undefined): string {
  const inTables = new Set([...trials.values()].flatMap(({ items }) => items.map((trial) => trial.job)))
  const steps = all.filter(({ name }) => !inTables.has(name))
  const nowMs = Date.now()
  const { usage } = job
  const memory = usage?.peak_memory_bytes
  const fields = textFields([
    ['name', printable(job.name)],
    ['display name', printable(job.display_name)],
    ['experiment', printable(job.experiment_name)],
    ['status', outcomeOf(job)],
    ['why', reasonOf(job) || undefined],
    ['step', job.step === undefined || job.step === '' ? undefined : `${printable(job.step)} of ${job.root}`],
    ['tags', tagsText(job)],
    ['created', job.created_at],
    ['time', durationOf(job, nowMs)],
    ['cpu', usage === undefined ? undefined : `${usage.cpu_seconds} s`],
    [
      'memory',
      memory === undefined
        ? undefined
        : `${Math.round(memory / 1024 / 1024)} MB at most${usage?.peak_memory_is_sampled === true ? ' (sampled)' : ''}`,
    ],
    ['cost', cost],
    ['mini-batches', miniBatchText(job)],
    ['attempts', job.attempts > 1 ? String(job.attempts) : undefined],
    ['command', job.command === undefined ? undefined : printable(job.command)],
    ['hint', job.error?.hint === undefined ? undefined : printable(job.error.hint)],
  ])
  const rows = steps.map((step) => [stepName(step), outcomeOf(step), durationOf(step, nowMs) ?? '', reasonOf(step)])
  const table = rows.length === 0 ? '' : `\n${textTable(['step', 'status', 'time', 'why'], rows)}${countText(steps)}\n`
  const tables = [...trials].map(
    ([sweep, found]) =>
      `\n${trialsTable(found, { jobs: all, nowMs, ...(sweep !== job && { sweep: stepName(sweep) }) })}`,
  )
  const values = `${valuesText('inputs', job.inputs)}${valuesText('outputs', job.outputs)}`
  return `${fields}${changesText(job)}${values}${table}${tables.join('')}`
}

/** Every field in which a step differed from the nearest earlier job, in full. */
function changesText({ verdict }: Job): string {
  const { since, changes = [] } = verdict?.reason ?? {}
  if (since === undefined || changes.length === 0) return ''
  const value = (text: string | undefined): string => (text === undefined ? '(none)' : printable(text) || '""')
  const rows = changes.map(({ field, old, now }) => [printable(field), `${value(old)} -> ${value(now)}`] as const)
  const lines = textFields(rows).trimEnd().split('\n')
  return `changed since ${printable(since)}:\n${lines.map((line) => `  ${line}\n`).join('')}`
}

function tagsText({ tags = {} }: Job): string | undefined {
  const pairs = Object.entries(tags).map(([name, value]) => `${printable(name)}=${printable(value)}`)
  return pairs.length === 0 ? undefined : pairs.join(', ')
}

function valuesText(title: string, values: Readonly<Record<string, JobValue>>): string {
  const rows = Object.entries(values).map(
    ([name, { value, uri, type }]) => [name, printable(value ?? uri ?? type)] as const,
  )
  if (rows.length === 0) return ''
  const indented = textFields(rows)
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}\n`)
  return `${title}:\n${indented.join('')}`
}
