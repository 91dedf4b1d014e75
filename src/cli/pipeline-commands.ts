import type { CommandRow, OptionRow } from './command.ts'

const nameArgument = [['<name>', 'Name of the published pipeline.']] as const
const versionOption: OptionRow = { flags: '--version <version>', sentence: 'One version; by default all of the name.' }
const tagOption: OptionRow = {
  flags: '--tag <name=value>',
  sentence: 'A tag; may be repeated.',
  isRepeated: true,
}

/** Rows of the command table about published pipelines. */
export const pipelineCommands: readonly CommandRow[] = [
  {
    name: 'pipeline publish',
    summary: 'Publish a job file, with all it needs, as an address that starts jobs.',
    arguments: [['<file>', 'YAML file of a pipeline or command job, or azureml:JOB for an earlier job as it was.']],
    options: [
      { flags: '--name <name>', sentence: 'Name of the published pipeline.' },
      { flags: '--version <version>', sentence: 'By default 1, 2, 3 and so on.' },
      { flags: '--description <text>', sentence: 'By default what the file says.' },
      tagOption,
    ],
    completes: 'files',
    load: async () => (await import('./pipeline.ts')).publishPipeline,
  },
  {
    name: 'pipeline list',
    summary: 'List published pipelines.',
    options: [{ flags: '--archived', sentence: 'Archived versions too.' }],
    load: async () => (await import('./pipeline.ts')).listPipelines,
  },
  {
    name: 'pipeline show',
    summary: 'Show a published pipeline with its parameters and address.',
    arguments: nameArgument,
    options: [{ flags: '--version <version>', sentence: 'By default the newest that starts jobs.' }],
    load: async () => (await import('./pipeline.ts')).showPipeline,
  },
  {
    name: 'pipeline run',
    summary: 'Start a job of a published pipeline and watch it.',
    arguments: nameArgument,
    options: [
      { flags: '--version <version>', sentence: 'By default the newest that starts jobs.' },
      { flags: '--set <name=value>', sentence: 'Sets a parameter; may be repeated.', isRepeated: true },
      { flags: '--experiment <name>', sentence: 'Experiment of the job.' },
      tagOption,
      { flags: '-d, --detach', sentence: 'Does not wait: the job goes on in the background.' },
    ],
    load: async () => (await import('./pipeline.ts')).runPipeline,
  },
  {
    name: 'pipeline credentials',
    summary: 'Print the keys of a published pipeline.',
    arguments: nameArgument,
    load: async () => (await import('./pipeline.ts')).pipelineCredentials,
  },
  {
    name: 'pipeline rotate-key',
    summary: 'Make a new primary key; the one before stays valid as the secondary.',
    arguments: nameArgument,
    options: [{ flags: '--revoke-old', sentence: 'Refuses every key given out so far.' }],
    load: async () => (await import('./pipeline.ts')).rotatePipelineKey,
  },
  {
    name: 'pipeline enable',
    summary: 'Let a published pipeline start jobs again.',
    arguments: nameArgument,
    options: [versionOption],
    load: async () => (await import('./pipeline.ts')).enablePipeline,
  },
  {
    name: 'pipeline disable',
    summary: 'Have a published pipeline refuse to start jobs.',
    arguments: nameArgument,
    options: [versionOption],
    load: async () => (await import('./pipeline.ts')).disablePipeline,
  },
  {
    name: 'pipeline archive',
    summary: 'Disable a published pipeline and leave it out of lists.',
    arguments: nameArgument,
    options: [versionOption],
    load: async () => (await import('./pipeline.ts')).archivePipeline,
  },
  {
    name: 'pipeline delete',
    summary: 'Delete a published pipeline; jobs that it started stay.',
    arguments: nameArgument,
    options: [
      { flags: '--version <version>', sentence: 'One version.' },
      { flags: '--all', sentence: 'All of its versions, and its keys.' },
    ],
    load: async () => (await import('./pipeline.ts')).deletePipeline,
  },
]
