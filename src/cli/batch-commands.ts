import type { CommandRow, OptionRow } from './command.ts'

const endpointName: CommandRow['arguments'] = [['<name>', 'Name of the batch endpoint.']]
const endpointOption: OptionRow = { flags: '--endpoint <name>', sentence: 'Its batch endpoint.' }
const endpointFields: readonly OptionRow[] = [
  { flags: '-f, --file <file>', sentence: 'YAML of a batch endpoint.' },
  { flags: '--description <text>', sentence: 'What it is for.' },
  { flags: '--default <deployment>', sentence: 'Deployment of invocations that name none.' },
]
const createDeployment: Omit<CommandRow, 'name' | 'summary'> = {
  arguments: [],
  options: [{ flags: '-f, --file <file>', sentence: 'YAML of a batch deployment.' }, endpointOption],
  completes: 'files',
  load: async () => (await import('./batch.ts')).createBatchDeployment,
}
const listJobs: Omit<CommandRow, 'name'> = {
  summary: 'List the jobs of a batch endpoint, newest first.',
  arguments: [['[name]', 'Name of the batch endpoint.']],
  options: [
    { flags: '-n, --name <endpoint>', sentence: 'The same.' },
    { flags: '--deployment-name <name>', sentence: 'Only of this deployment.' },
    { flags: '--limit <count>', sentence: 'At most so many, 1 to 1000 (default 50).' },
  ],
  load: async () => (await import('./batch.ts')).listBatchJobs,
}

/** `sluice batch-endpoint`, `batch-deployment` and `batch`. */
export const batchCommands: readonly CommandRow[] = [
  {
    name: 'batch-endpoint create',
    summary: 'Make a batch endpoint.',
    arguments: [['[name]', 'Name of the batch endpoint; else the file says it.']],
    options: endpointFields,
    completes: 'files',
    load: async () => (await import('./batch.ts')).createBatchEndpoint,
  },
  {
    name: 'batch-endpoint update',
    summary: 'Change a batch endpoint.',
    arguments: endpointName,
    options: endpointFields,
    completes: 'files',
    load: async () => (await import('./batch.ts')).updateBatchEndpoint,
  },
  {
    name: 'batch-endpoint list',
    summary: 'List batch endpoints.',
    load: async () => (await import('./batch.ts')).listBatchEndpoints,
  },
  {
    name: 'batch-endpoint show',
    summary: 'Show a batch endpoint and its deployments.',
    arguments: endpointName,
    load: async () => (await import('./batch.ts')).showBatchEndpoint,
  },
  {
    name: 'batch-endpoint delete',
    summary: 'Delete a batch endpoint with its deployments; its jobs stay.',
    arguments: endpointName,
    load: async () => (await import('./batch.ts')).deleteBatchEndpoint,
  },
  { name: 'batch-endpoint list-jobs', ...listJobs },
  { name: 'batch-deployment create', summary: 'Make a batch deployment.', ...createDeployment },
  {
    name: 'batch-deployment update',
    summary: 'Replace a batch deployment by what its file says.',
    ...createDeployment,
  },
  {
    name: 'batch-deployment list',
    summary: 'List the deployments of a batch endpoint.',
    options: [endpointOption],
    load: async () => (await import('./batch.ts')).listBatchDeployments,
  },
  {
    name: 'batch-deployment show',
    summary: 'Show a batch deployment.',
    arguments: [['<name>', 'Name of the batch deployment.']],
    options: [endpointOption],
    load: async () => (await import('./batch.ts')).showBatchDeployment,
  },
  {
    name: 'batch-deployment delete',
    summary: 'Delete a batch deployment; its jobs stay.',
    arguments: [['<name>', 'Name of the batch deployment.']],
    options: [endpointOption],
    load: async () => (await import('./batch.ts')).deleteBatchDeployment,
  },
  {
    name: 'batch invoke',
    summary: 'Score an input through a batch endpoint, as a job.',
    arguments: [['[name]', 'Name of the batch endpoint.']],
    options: [
      { flags: '-n, --name <endpoint>', sentence: 'The same.' },
      { flags: '--input <place>', sentence: 'A file or folder of this machine, azureml:NAME:VERSION, a URI.' },
      { flags: '--input-type <type>', sentence: 'uri_file, uri_folder or mltable (default: what the input is).' },
      { flags: '--deployment-name <name>', sentence: 'Default: the default of the endpoint.' },
      { flags: '--inputs <file>', sentence: 'YAML with the inputs of a pipeline deployment by name.' },
      {
        flags: '--set <name=value>',
        sentence: 'An input of a pipeline, or a setting such as mini_batch_size=5; may be repeated.',
        isRepeated: true,
      },
      {
        flags: '--output-path <uri>',
        sentence: 'Also writes the output there: azureml://datastores/NAME/paths/FOLDER/',
      },
    ],
    completes: 'files',
    load: async () => (await import('./batch.ts')).invokeBatch,
  },
  { name: 'batch list-jobs', ...listJobs },
]
