import { assetRows, modelCommands } from './asset-commands.ts'
import { batchCommands } from './batch-commands.ts'
import type { CommandRow, OptionRow } from './command.ts'
import { costCommands } from './cost-commands.ts'
import { deploymentCommands, endpointCommands } from './endpoint-commands.ts'
import { exitCode } from './exit-code.ts'
import { jobChangeCommands } from './job-commands.ts'
import { monitorCommands } from './monitor-commands.ts'
import { noteCommands } from './note-commands.ts'
import { packageCommands } from './package-commands.ts'
import { lineageCommands } from './lineage-commands.ts'
import { payloadCommands } from './payload-commands.ts'
import { rolloutCommands } from './rollout-commands.ts'
import { pipelineCommands } from './pipeline-commands.ts'
import { tableCommands } from './table-commands.ts'
import { transferCommands } from './transfer-commands.ts'
import { triggerCommands } from './trigger-commands.ts'

const setOption: OptionRow = {
  flags: '--set <name=value>',
  sentence:
    'Sets anything by dotted path (inputs.alpha=0.5 jobs.train.limits.timeout=60); several pairs, may be repeated.',
  isRepeated: true,
}
const experimentOption: OptionRow = {
  flags: '--experiment <name>',
  sentence: 'Experiment of the job; by default what the file says, else the name of its folder.',
}
const reuseOptions: readonly OptionRow[] = [
  {
    flags: '--no-reuse [step]',
    sentence: 'Runs every step, or the named one, though it could be reused; may be repeated.',
    isRepeated: true,
  },
  {
    flags: '--from <step>',
    sentence: 'Runs this step and everything after it, though it could be reused; may be repeated.',
    isRepeated: true,
  },
  {
    flags: '--only <step>',
    sentence: 'Runs this step and no other; what it takes from others comes from earlier jobs; may be repeated.',
    isRepeated: true,
  },
]
const detachOption: OptionRow = { flags: '-d, --detach', sentence: 'Does not wait: the job goes on in the background.' }
const limitOption: OptionRow = { flags: '--limit <count>', sentence: 'At most so many, 1 to 1000 (default 50).' }

/** Every command, in the order of the help. Help, parsing and shell completion are made from it; work is loaded late. */
export const commandTable: readonly CommandRow[] = [
  {
    name: 'init',
    summary: 'Copy a template into a new folder, or make a pipeline of a notebook.',
    arguments: [
      ['[template]', 'Name of the template; without one they are listed. Or: from-notebook.'],
      ['[folder]', 'Folder to make (default: the name of the template). After from-notebook: the notebook.'],
    ],
    options: [
      { flags: '--into <folder>', sentence: 'With from-notebook: folder to make (default: the name of the notebook).' },
    ],
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'up',
    summary: 'Start the server of this machine and print its URL.',
    options: [
      { flags: '-d, --detach', sentence: 'Starts it in the background and returns when it answers.' },
      { flags: '--exit-when-idle', sentence: 'Ends by itself once no job runs or waits.' },
      { flags: '--mlflow-ui', sentence: "Serves MLflow's own web pages at /mlflow, from an MLflow you installed." },
    ],
    startsServer: true,
    load: async () => (await import('./up.ts')).up,
  },
  {
    name: 'down',
    summary: 'Stop the server; running steps go on and are adopted by the next one.',
    load: async () => (await import('./down.ts')).down,
  },
  {
    name: 'status',
    summary: 'Show the server and how busy it is.',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'doctor',
    summary: 'Check this machine, the store and the server.',
    options: [{ flags: '--fix', sentence: 'Mends what can be mended: permissions, what killed servers left.' }],
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'validate',
    summary: 'Report every mistake of YAML files.',
    arguments: [['<file...>', 'YAML files of any kind.']],
    completes: 'files',
    load: async () => (await import('./validate.ts')).validate,
  },
  {
    name: 'schema',
    summary: 'Print the JSON schema of a kind of YAML file, for editors.',
    arguments: [['[kind]', 'For example job; without one the kinds are listed.']],
    load: async () => (await import('./schema.ts')).schema,
  },
  {
    name: 'plan',
    summary: 'Say what every step of a job would do and why, changing nothing.',
    arguments: [['<file>', 'YAML file of a job.']],
    options: [setOption, experimentOption, ...reuseOptions],
    completes: 'files',
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'run',
    summary: 'Run a job and watch it; Ctrl-C once detaches, twice cancels.',
    arguments: [['<file>', 'YAML file of a job.']],
    options: [setOption, experimentOption, ...reuseOptions, detachOption],
    startsServer: true,
    completes: 'files',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'job list',
    summary: 'List jobs, newest first.',
    options: [
      { flags: '--status <status>', sentence: 'Only jobs of this status, e.g. Running, Completed, Failed.' },
      { flags: '--experiment <name>', sentence: 'Only jobs of this experiment.' },
      { flags: '--name <text>', sentence: 'Only jobs with this in their name or display name.' },
      { flags: '--tag <tag>', sentence: 'Only jobs with this tag: key, or key=value.' },
      { flags: '--archived', sentence: 'Only jobs that were archived.' },
      { flags: '--parent <job>', sentence: 'Only the steps of this job.' },
      { flags: '-a, --all', sentence: 'Steps too, not only whole jobs.' },
      limitOption,
      { flags: '--page-token <token>', sentence: 'Goes on where a page ended.' },
    ],
    load: async () => (await import('./job.ts')).listJobs,
  },
  {
    name: 'job show',
    summary: 'Show a job and its steps.',
    arguments: [['<name>', 'Name of the job.']],
    options: [
      { flags: '-w, --watch', sentence: 'Watches it live until it ends.' },
      { flags: '--yaml', sentence: 'Shows the document as it was submitted.' },
    ],
    load: async () => (await import('./job.ts')).showJob,
  },
  {
    name: 'job logs',
    summary: 'Print the log of a job, or of all its steps.',
    arguments: [['<name>', 'Name of the job.']],
    options: [
      { flags: '-f, --follow', sentence: 'Goes on until the job ends.' },
      { flags: '--step <path>', sentence: 'Only this step, e.g. train or prepare.clean.' },
      { flags: '--tail <lines>', sentence: 'Only the last lines, so many of each step.' },
    ],
    load: async () => (await import('./job-logs.ts')).jobLogs,
  },
  {
    name: 'job download',
    summary: 'Copy the outputs of a job into a folder.',
    arguments: [['<name>', 'Name of the job.']],
    options: [
      { flags: '--output <name>', sentence: 'Only this output.' },
      { flags: '--to <folder>', sentence: 'Where to (default: a folder with the name of the job).' },
    ],
    load: async () => (await import('./download.ts')).downloadOutputs,
  },
  {
    name: 'job cancel',
    summary: 'Cancel a job and its steps.',
    arguments: [['<name>', 'Name of the job.']],
    options: [{ flags: '--reason <text>', sentence: 'What for; said wherever the job is shown.' }],
    load: async () => (await import('./job.ts')).cancelJob,
  },
  {
    name: 'job retry',
    summary: 'Run the stored snapshot of a job again; completed steps are reused.',
    arguments: [['<name>', 'Name of the job.']],
    options: [
      {
        flags: '--failed',
        sentence: 'Takes over whatever completed, deterministic or not; runs only what failed or was canceled.',
      },
      {
        flags: '--from <step>',
        sentence: 'Runs this step and everything after it, though it could be reused; may be repeated.',
        isRepeated: true,
      },
      detachOption,
    ],
    load: async () => (await import('./run.ts')).retry,
  },
  {
    name: 'job diff',
    summary: 'Say what differs between two jobs: what went in and what came out of every step.',
    arguments: [
      ['<name>', 'Name of a job, or of a step’s job.'],
      ['[other]', 'The one to compare it with (default: the last job of the same pipeline that completed before it).'],
    ],
    load: async () => (await import('./job-diff.ts')).diffJobs,
  },
  {
    name: 'job archive',
    summary: 'Leave a job that has ended out of lists.',
    arguments: [['<name>', 'Name of the job.']],
    load: async () => (await import('./job.ts')).archiveJob,
  },
  {
    name: 'job restore',
    summary: 'Take an archived job back into lists.',
    arguments: [['<name>', 'Name of the job.']],
    load: async () => (await import('./job.ts')).restoreJob,
  },
  {
    name: 'job reproduce',
    summary: 'Run every step of a completed job’s stored snapshot again and compare the outputs.',
    arguments: [['<name>', 'Name of the job.']],
    load: async () => (await import('./reproduce.ts')).reproduce,
  },
  ...jobChangeCommands,
  {
    name: 'model list',
    summary: 'List registered models.',
    options: [limitOption, { flags: '--page-token <token>', sentence: 'Goes on where a page ended.' }],
    load: async () => (await import('./model.ts')).listModels,
  },
  {
    name: 'model show',
    summary: 'Show a registered model and its versions.',
    arguments: [['<name>', 'Name of the model.']],
    load: async () => (await import('./model.ts')).showModel,
  },
  {
    name: 'model history',
    summary: 'Show who moved which alias or stage of a model when.',
    arguments: [['<name>', 'Name of the model.']],
    options: [limitOption, { flags: '--page-token <token>', sentence: 'Goes on where a page ended.' }],
    load: async () => (await import('./model-history.ts')).modelHistory,
  },
  ...modelCommands,
  ...packageCommands,
  ...assetRows,
  ...tableCommands,
  ...pipelineCommands,
  ...triggerCommands,
  ...costCommands,
  ...monitorCommands,
  ...transferCommands,
  ...noteCommands,
  ...endpointCommands,
  ...rolloutCommands,
  ...deploymentCommands,
  ...batchCommands,
  ...payloadCommands,
  ...lineageCommands,
  {
    name: 'gc',
    summary: 'Remove contents that nothing refers to any more.',
    options: [
      { flags: '--dry-run', sentence: 'Only says what would go.' },
      {
        flags: '--outputs-older-than <days>',
        sentence: 'Also what only jobs refer to that ended so long ago; the jobs, logs and metrics stay.',
      },
      { flags: '--environments-older-than <days>', sentence: 'Also environments that no job asked for since.' },
      {
        flags: '--deleted-older-than <days>',
        sentence: 'Also, for good, runs, experiments and logged models deleted so long ago; their names are free then.',
      },
    ],
    load: async () => (await import('./gc.ts')).collectGarbage,
  },
  {
    name: 'completion',
    summary: 'Print the script that completes sluice in a shell.',
    arguments: [['<shell>', 'bash, zsh or fish.']],
    completes: ['bash', 'zsh', 'fish'],
    load: async () => {
      const { completionScript } = await import('./completion.ts')
      return async ({ arguments: [shell], terminal }) => {
        terminal.out(completionScript(shell!, { commandTable, groupSummaries }))
        return exitCode.ok
      }
    },
  },
]

/** What a group of commands is about, for the help of `sluice job` and the like. */
export const groupSummaries: Readonly<Record<string, string>> = {
  job: 'Look at jobs, follow, cancel, retry, compare, reproduce, tag, delete and export them.',
  model: 'Register models, look at and change them, take them elsewhere.',
  data: 'Data with versions: files, folders and tables that jobs read.',
  query: 'Questions to data that are kept with their answers and charts.',
  env: 'Environments with versions, and their exact packages.',
  component: 'Components with versions, for pipelines to use by name.',
  datastore: 'Places outside the store where files lie by path.',
  import: 'Bring history along.',
  export: 'Take history away.',
  artifact: 'Files of runs and models, large ones in parts.',
  comment: 'What people say of runs, models and versions.',
  view: 'Searches that are kept by name.',
  webhook: 'Addresses that are told of changes of the registry.',
  pipeline: 'Publish pipelines for other programs to start.',
  schedule: 'Jobs that start at set times.',
  budget: 'Limits of what may be used.',
  trigger: 'Jobs that start when something happens.',
  monitor: 'Drift, quality and performance of what is in production, with alerts.',
  endpoint: 'Addresses that answer with models: their traffic, keys and requests.',
  deployment: 'What answers behind an endpoint.',
  'batch-endpoint': 'Names for deployments that score whole inputs as jobs.',
  'batch-deployment': 'What scores behind a batch endpoint.',
  batch: 'Score whole inputs.',
  payload: 'What deployments were asked and answered.',
  lineage: 'Where predictions, models and jobs are from.',
}
