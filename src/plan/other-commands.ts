import type {
  CommandComponent,
  CommandJob,
  ComponentStep,
  DataTransferBody,
  DataTransferComponent,
  DataTransferJob,
  SparkComponent,
  SparkJob,
} from '../spec/documents.ts'
import { copyCommand } from './copy-command.ts'
import type { Mistakes, Place } from './mistakes.ts'
import { sparkCommand } from './spark-command.ts'

type Copy = Extract<DataTransferBody, { task: 'copy_data' }>

/** A Spark component as the command component that runs it; `own` is what a step says on top. */
export function sparkComponent(component: SparkComponent, own: ComponentStep['spark']): CommandComponent {
  const { spark: _, ...common } = component
  return { ...common, ...sparkCommand(component, own), kind: 'command-component' }
}

/** A copy as the command component that does it. */
export function copyComponent(
  { transfer: _, isDeterministic, ...common }: DataTransferComponent,
  transfer: Copy,
  { inputs, outputs }: Pick<ComponentStep, 'inputs' | 'outputs'>,
): CommandComponent {
  const [output = ''] = [...Object.keys(common.outputs), ...Object.keys(outputs)]
  const names = [...new Set([...Object.keys(common.inputs), ...Object.keys(inputs)])]
  const copy = copyCommand({ transfer, isDeterministic, inputs: names, output })
  return { ...common, ...copy, kind: 'command-component' }
}

/** A job that is one command by another name; undefined for a transfer that cannot be done here, which is reported. */
export function asCommandJob(job: SparkJob | DataTransferJob, mistakes: Mistakes): CommandJob | undefined {
  if (job.kind === 'spark-job') {
    const { spark: _, ...common } = job
    return { ...common, ...sparkCommand(job), kind: 'command-job' }
  }
  const { transfer, isDeterministic, ...common } = job
  if (transfer.task !== 'copy_data') {
    refuseTransfer(mistakes, { located: job.located, path: ['task'] }, transfer)
    return undefined
  }
  const [output = ''] = Object.keys(job.outputs)
  const copy = copyCommand({ transfer, isDeterministic, inputs: Object.keys(job.inputs), output })
  return { ...common, ...copy, kind: 'command-job' }
}

/** An import or export goes through a connection of an Azure workspace, and there is none here. */
export function refuseTransfer(mistakes: Mistakes, place: Place, transfer: DataTransferBody): void {
  if (transfer.task === 'copy_data') return
  const isImport = transfer.task === 'import_data'
  const { type, connection } = isImport ? transfer.source : transfer.sink
  const system = type === 'database' ? 'a database' : 'a file system'
  const way = connection === undefined ? 'a connection' : `the connection ${connection}`
  const what = isImport ? `imports from ${system}` : `exports to ${system}`
  mistakes.report(
    place,
    `This ${what} through ${way} of an Azure workspace, which cannot be reached from here.`,
    isImport
      ? 'Use a command step that reads it with its own client and writes an output.'
      : 'Use a command step that takes the input and writes it with its own client.',
  )
}
