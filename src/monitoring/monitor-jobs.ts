/**
 * Jobs that a run waits for: components that pre-process data, then those of custom signals, which may use what the first
 * made. Each has a role in its run and is tied to it in the unit that stores the job: a run has one job of a role, whatever
 * dies in between.
 */
import type { AssetCatalogue } from '../assets/asset-catalogue.ts'
import { SluiceError } from '../base/errors.ts'
import type { JobName } from '../base/ids.ts'
import { isJsonObject, type JsonObject } from '../base/json.ts'
import type { Database, Tables } from '../database/database.ts'
import { type Job, terminalStatuses } from '../jobs/job-service.ts'
import type { CapturedTemplate, CaptureWish, JobTemplate, TemplateSubmission } from '../jobs/job-template.ts'
import type { CollectedPayloads } from '../serving/payloads/collected-payloads.ts'
import type { SignalData, SignalSpec } from '../spec/monitors/monitor-document.ts'
import { parseReference } from '../spec/reference.ts'
import { insertRunJob, jobsOfRun } from './monitor-run-store.ts'
import { productionWindow, referenceWindow } from './monitor-windows.ts'
import type { Monitor, MonitorRun, TimeWindow } from './monitor.ts'

export interface MonitorJobParts {
  readonly database: Database
  readonly payloads: Pick<CollectedPayloads, 'newestFile'>
  readonly assets: Pick<AssetCatalogue, 'get'>
  readonly jobs: {
    capture(wish: CaptureWish): Promise<CapturedTemplate>
    submitTemplate(template: JobTemplate, submission: TemplateSubmission): Promise<Job>
    get(name: string): Promise<Job>
  }
}

/** What a job of a run made, or why it made nothing. */
export type JobOutput = { readonly job: string } & (
  { readonly source: string } | { readonly source?: never; readonly failure: string }
)

/** The outputs of a run's jobs by their role; `waitsFor` names one that is under way. */
export interface RunJobs {
  readonly waitsFor?: string
  readonly outputs: ReadonlyMap<string, JobOutput>
}

/** A job that a run needs. */
interface WantedJob {
  readonly role: string
  readonly component: string
  readonly output: string
  readonly inputs: Readonly<Record<string, string>>
  /** Data by the name of the input; a role says that another job makes them. */
  readonly data: Readonly<Record<string, { readonly data: SignalData; readonly madeBy?: string }>>
  readonly signal: SignalSpec
  readonly window: TimeWindow
}

/** Starts the jobs of a run that are not started, and says what those that have ended made. */
export async function runJobs(parts: MonitorJobParts, monitor: Monitor, run: MonitorRun): Promise<RunJobs> {
  const outputs = new Map<string, JobOutput>()
  for (const wanted of [preparing(monitor, run), customs(monitor, run)]) {
    if (wanted.length === 0) continue
    const known = await jobsOfRun(parts.database.read, run.id)
    let waitsFor: string | undefined
    for (const one of wanted) {
      const name = known.get(one.role) ?? (await start(parts, { monitor, run, wanted: one, outputs }))
      if (name === undefined) continue
      const job = await parts.jobs.get(name)
      if (!terminalStatuses.has(job.status)) waitsFor = name
      else outputs.set(one.role, outputOf(job, one))
    }
    if (waitsFor !== undefined) return { waitsFor, outputs }
  }
  return { outputs }
}

function outputOf({ name, status, error }: Job, { output }: WantedJob): JobOutput {
  if (status === 'Completed') return { job: name, source: `azureml://jobs/${name}/outputs/${output}/paths/` }
  const why = error?.message === undefined ? '' : ` ${error.message}`
  return { job: name, failure: `Job ${name} is ${status}.${why}` }
}

/** Pre-processing of production and reference data, and of what custom signals are given. */
function preparing(monitor: Monitor, run: MonitorRun): readonly WantedJob[] {
  return monitor.definition.monitor.signals.flatMap((signal) => {
    const window = productionWindow(monitor, run, signal.production[0])
    const before = referenceWindow(window, run, signal.reference?.window)
    const sides: readonly (readonly [string, SignalData | undefined, TimeWindow])[] = [
      ['production', signal.production[0], window],
      ['reference', signal.reference, before],
      ...Object.entries(signal.custom?.data ?? {}).map(
        ([name, data]) => [`input/${name}`, data, productionWindow(monitor, run, data)] as const,
      ),
    ]
    return sides.flatMap(([side, data, span]) =>
      data?.preprocess === undefined
        ? []
        : {
            role: `${signal.name}/${side}`,
            component: data.preprocess,
            output: 'preprocessed_input_data',
            inputs: {},
            data: { input_data: { data } },
            signal,
            window: span,
          },
    )
  })
}

function customs(monitor: Monitor, run: MonitorRun): readonly WantedJob[] {
  return monitor.definition.monitor.signals.flatMap((signal) => {
    const { custom, name } = signal
    if (custom === undefined) return []
    const data = Object.entries(custom.data).map(([input, one]) => [
      input,
      { data: one, ...(one.preprocess !== undefined && { madeBy: `${name}/input/${input}` }) },
    ])
    const [first] = Object.values(custom.data)
    return {
      role: name,
      component: custom.component,
      output: 'signal_metrics',
      inputs: custom.inputs,
      data: Object.fromEntries(data) as WantedJob['data'],
      signal,
      window: productionWindow(monitor, run, first),
    }
  })
}

interface Start {
  readonly monitor: Monitor
  readonly run: MonitorRun
  readonly wanted: WantedJob
  readonly outputs: ReadonlyMap<string, JobOutput>
}

/** Submits the job of a role; undefined where what it needs was not made. */
async function start(parts: MonitorJobParts, { monitor, run, wanted, outputs }: Start): Promise<string | undefined> {
  const { name } = monitor
  const data: Record<string, string> = {}
  for (const [input, { data: one, madeBy }] of Object.entries(wanted.data)) {
    const made = madeBy === undefined ? undefined : outputs.get(madeBy)
    if (made !== undefined && made.source === undefined) return undefined
    data[input] = made?.source ?? one.source ?? (await collectedFolder(parts, { monitor, wanted, data: one }))
  }
  const document = await jobDocument(parts, { monitor, wanted, data })
  const file = `/monitors/${name}/${wanted.role.replaceAll('/', '-')}.yml`
  const { template } = await parts.jobs.capture({ file, text: JSON.stringify(document, undefined, 2) })
  const job = await parts.jobs.submitTemplate(template, {
    values: {},
    experimentName: name,
    displayName: `${name} ${wanted.role}`,
    tags: { 'sluice.monitor': name },
    properties: { 'sluice.monitor_run': run.id },
    submittedBy: `monitor:${name}`,
    also: (tables: Tables, created: JobName) =>
      insertRunJob(tables, { runId: run.id, role: wanted.role, job: created }),
  })
  return job.name
}

/** A pipeline of one step: the component with its data, and with the window where it asks for it. */
async function jobDocument(
  { assets }: Pick<MonitorJobParts, 'assets'>,
  { monitor, wanted, data }: Pick<Start, 'monitor' | 'wanted'> & { readonly data: Readonly<Record<string, string>> },
): Promise<JsonObject> {
  const declared = await declarationsOf(assets, wanted.component)
  const { output, inputs, window } = wanted
  if (declared.outputs[output] === undefined)
    throw new SluiceError('invalid-document', `The component ${wanted.component} has no output "${output}".`, {
      hint: `A component of a monitor writes its table there; it has ${Object.keys(declared.outputs).join(', ') || 'none'}.`,
    })
  const span = {
    data_window_start: new Date(window.startMs).toISOString(),
    data_window_end: new Date(window.endMs).toISOString(),
  }
  const given: Record<string, JsonObject[string]> = {}
  for (const [name, text] of Object.entries({ ...span, ...inputs }))
    if (declared.inputs[name] !== undefined || Object.hasOwn(inputs, name)) given[name] = text
  for (const [name, path] of Object.entries(data))
    given[name] = { type: declared.inputs[name]?.type ?? 'uri_folder', path }
  const type = declared.outputs[output]?.type ?? 'uri_folder'
  return {
    type: 'pipeline',
    display_name: `${monitor.name} ${wanted.role}`,
    outputs: { [output]: { type } },
    // Data of the same name may be other data by now, and a signal is of its window.
    settings: { force_rerun: true },
    jobs: {
      signal: { component: wanted.component, inputs: given, outputs: { [output]: `\${{parent.outputs.${output}}}` } },
    },
  }
}

type Declared = Readonly<Record<string, { readonly type: string } | undefined>>

async function declarationsOf(
  assets: MonitorJobParts['assets'],
  component: string,
): Promise<{ readonly inputs: Declared; readonly outputs: Declared }> {
  const reference = parseReference(component, '/')
  if (reference.kind !== 'asset')
    throw new SluiceError('invalid-document', `"${component}" is no registered component.`)
  const { name, version, label } = reference
  const choice = version === undefined ? { label: label ?? 'default' } : { version }
  const { definition } = await assets.get({ kind: 'component', name }, choice)
  return { inputs: typesOf(definition['inputs']), outputs: typesOf(definition['outputs']) }
}

function typesOf(declared: unknown): Declared {
  if (!isJsonObject(declared)) return {}
  return Object.fromEntries(
    Object.entries(declared).map(([name, one]) => [
      name,
      { type: isJsonObject(one) && typeof one['type'] === 'string' ? one['type'] : 'string' },
    ]),
  )
}

/** The folder of a datastore in which a deployment's windows lie, for a component that reads them by itself. */
async function collectedFolder(
  { payloads }: Pick<MonitorJobParts, 'payloads'>,
  { monitor, wanted, data }: Pick<Start, 'monitor' | 'wanted'> & { readonly data: SignalData },
): Promise<string> {
  const { endpoint } = monitor.definition.monitor.target
  const collection = data.context === 'model_outputs' ? 'model_outputs' : 'model_inputs'
  if (endpoint !== undefined) {
    const place = { endpoint: endpoint.name, deployment: endpoint.deployment, collection }
    const path = (await payloads.newestFile(place))?.path
    const inner = `/${endpoint.name}/${endpoint.deployment}/${collection}/`
    if (path?.includes(inner) === true) return path.slice(0, path.indexOf(inner) + inner.length)
  }
  throw new SluiceError(
    'input-not-found',
    `There are no collected ${collection} for the signal ${wanted.signal.name}.`,
    {
      hint: 'Collect them (data_collector of the deployment), or name data by input_data.',
    },
  )
}
