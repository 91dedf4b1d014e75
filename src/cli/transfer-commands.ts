import type { CommandRow, OptionRow } from './command.ts'

const onlyExperimentOption: OptionRow = {
  flags: '--experiment <name>',
  sentence: 'Only this experiment, without registered models; may be repeated.',
  isRepeated: true,
}

/** Large files, and history that comes from other stores and goes there. */
export const transferCommands: readonly CommandRow[] = [
  {
    name: 'artifact upload',
    summary: 'Store a large file as an artifact of a run, in parts; run again to go on.',
    arguments: [['<file>', 'The file.']],
    options: [
      { flags: '--run <id>', sentence: 'The run that it is an artifact of.' },
      { flags: '--path <path>', sentence: "Its path below the run's artifacts (default: the file's name)." },
    ],
    completes: 'files',
    load: async () => (await import('./artifact-upload.ts')).uploadArtifact,
  },
  {
    name: 'import mlflow',
    summary: 'Copy the history of an MLflow server, folder or database into this store; run again to go on.',
    options: [
      {
        flags: '--from <place>',
        sentence: 'URL of an MLflow server, a folder such as ./mlruns, or sqlite:///mlflow.db.',
      },
      {
        flags: '--artifacts <folder>',
        sentence: 'With a database: the folder with the artifacts that its server kept.',
      },
      onlyExperimentOption,
    ],
    completes: 'files',
    load: async () => (await import('./mlflow-transfer.ts')).importMlflow,
  },
  {
    name: 'export mlflow',
    summary: 'Copy what is tracked here to another MLflow server or into a folder; run again to go on.',
    options: [
      { flags: '--to <place>', sentence: 'URL of an MLflow server, or a folder such as ./history.' },
      onlyExperimentOption,
    ],
    load: async () => (await import('./mlflow-transfer.ts')).exportMlflow,
  },
]
