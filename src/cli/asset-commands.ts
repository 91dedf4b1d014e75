import type { AssetGroup } from './asset-choice.ts'
import type { CommandRow, OptionRow } from './command.ts'

const nameOption: OptionRow = { flags: '-n, --name <name>', sentence: 'Its name.' }
const versionOption: OptionRow = { flags: '-v, --version <version>', sentence: 'Which version.' }
const labelOption: OptionRow = {
  flags: '--label <label>',
  sentence: 'The version that a label stands for, e.g. latest.',
}
const archivedOption: OptionRow = { flags: '--include-archived', sentence: 'Archived ones too.' }
const fileOption: OptionRow = { flags: '-f, --file <file>', sentence: 'YAML file that describes it.' }
const pageOptions: readonly OptionRow[] = [
  { flags: '--limit <count>', sentence: 'At most so many, 1 to 1000 (default 100).' },
  { flags: '--page-token <token>', sentence: 'Goes on where a page ended.' },
]
const setField: OptionRow = {
  flags: '--set <field=value>',
  sentence: 'Sets a field of the document, by dotted path (tags.team=risk); may be repeated.',
  isRepeated: true,
}
const setSaid: OptionRow = {
  flags: '--set <field=value>',
  sentence: 'Sets description, tags.KEY or properties.KEY; an empty value removes. May be repeated.',
  isRepeated: true,
}
const descriptionOption: OptionRow = { flags: '--description <text>', sentence: 'What it is, for people.' }
const which: readonly (readonly [string, string])[] = [
  ['[name]', 'NAME, NAME:VERSION or NAME@LABEL, instead of the options.'],
]

const creationOptions: Readonly<Record<AssetGroup['group'], readonly OptionRow[]>> = {
  data: [
    { flags: '--path <path>', sentence: 'Its file or folder: a path, a URL or azureml://datastores/...' },
    { flags: '--type <type>', sentence: 'uri_file, uri_folder (default) or mltable.' },
  ],
  model: [
    { flags: '--path <path>', sentence: 'Its file or folder: a path, runs:/RUN/PATH or azureml://jobs/...' },
    { flags: '--type <type>', sentence: 'custom_model (default), mlflow_model or triton_model.' },
  ],
  env: [
    { flags: '--image <image>', sentence: 'Container image; its packages come from the conda file.' },
    { flags: '--conda-file <file>', sentence: 'Conda file with its packages.' },
  ],
  component: [],
}

/** The commands that every kind of asset has. */
function assetCommands(asset: AssetGroup): readonly CommandRow[] {
  const { group, noun } = asset
  const isModel = group === 'model'
  return [
    {
      name: `${group} create`,
      summary: isModel ? 'Register a version of a model.' : `Create a version of the ${noun} of a name.`,
      arguments: [['[file]', 'YAML file that describes it, instead of --file.']],
      options: [
        fileOption,
        nameOption,
        { ...versionOption, sentence: 'Its version; the next number by default.' },
        ...creationOptions[group],
        descriptionOption,
        setField,
      ],
      completes: 'files',
      load: async () => (await import('./asset-create.ts')).createAsset(asset),
    },
    ...(isModel ? [] : lookingCommands(asset)),
    {
      name: `${group} update`,
      summary: `Change what is said of a version, and its ${isModel ? 'aliases' : 'labels'}.`,
      arguments: which,
      options: [
        nameOption,
        { ...versionOption, sentence: 'Which version; the newest by default.' },
        labelOption,
        setSaid,
        descriptionOption,
        {
          flags: '--add-label <label>',
          sentence: 'Lets this label stand for the version; may be repeated.',
          isRepeated: true,
        },
        { flags: '--remove-label <label>', sentence: 'Takes this label away; may be repeated.', isRepeated: true },
      ],
      load: async () => (await import('./asset.ts')).updateAsset(asset),
    },
    ...(['archive', 'restore'] as const).map((word): CommandRow => ({
      name: `${group} ${word}`,
      summary:
        word === 'archive'
          ? `Hide a ${isModel ? 'version of a model' : `${noun}, or a version of one`}; it can still be used by name.`
          : 'Show again what was archived.',
      arguments: which,
      options: [nameOption, versionOption, labelOption],
      load: async () => (await import('./asset.ts')).archiveAsset(asset, word),
    })),
    {
      name: `${group} delete`,
      summary: 'Delete a version; jobs that used it keep its content.',
      arguments: which,
      options: [nameOption, versionOption, labelOption, { flags: '--all', sentence: 'All versions of the name.' }],
      load: async () => (await import('./asset.ts')).deleteAsset(asset),
    },
  ]
}

function lookingCommands(asset: AssetGroup): readonly CommandRow[] {
  const { group, noun } = asset
  return [
    {
      name: `${group} list`,
      summary: `List ${noun}s, or the versions of one.`,
      arguments: [['[name]', 'Lists the versions of this one.']],
      options: [nameOption, archivedOption, ...pageOptions],
      load: async () => (await import('./asset.ts')).listAssets(asset),
    },
    {
      name: `${group} show`,
      summary: `Show a version, or the ${noun} of a name with its versions.`,
      arguments: which,
      options: [nameOption, versionOption, labelOption, archivedOption],
      load: async () => (await import('./asset.ts')).showAsset(asset),
    },
  ]
}

const downloadCommand: CommandRow = {
  name: 'data download',
  summary: 'Download the files of a data asset.',
  arguments: which,
  options: [
    nameOption,
    { ...versionOption, sentence: 'Which version; the newest by default.' },
    labelOption,
    { flags: '-p, --download-path <folder>', sentence: 'Where to (default: the current folder).' },
  ],
  load: async () => (await import('./data-download.ts')).downloadData,
}

const lockCommand: CommandRow = {
  name: 'env lock',
  summary: 'Print the exact packages of an environment.',
  arguments: which,
  options: [
    nameOption,
    versionOption,
    labelOption,
    fileOption,
    { flags: '--upgrade', sentence: 'Resolves them anew; later jobs use the newer versions.' },
  ],
  load: async () => (await import('./env-lock.ts')).lockEnvironment,
}

const datastoreName: CommandRow['arguments'] = [['[name]', 'Name of the datastore.']]
const datastoreCommands: readonly CommandRow[] = [
  {
    name: 'datastore create',
    summary: 'Create a datastore, or change where it is.',
    arguments: [['[file]', 'YAML file that describes it, instead of --file.']],
    options: [
      fileOption,
      nameOption,
      { flags: '--type <type>', sentence: 'local_folder: a folder of the machine of the server.' },
      { flags: '--path <folder>', sentence: 'The folder.' },
      descriptionOption,
      setField,
    ],
    completes: 'files',
    load: async () => (await import('./datastore.ts')).createDatastore,
  },
  {
    name: 'datastore list',
    summary: 'List datastores.',
    load: async () => (await import('./datastore.ts')).listDatastores,
  },
  {
    name: 'datastore show',
    summary: 'Show a datastore.',
    arguments: datastoreName,
    options: [nameOption],
    load: async () => (await import('./datastore.ts')).showDatastore,
  },
  {
    name: 'datastore update',
    summary: 'Change what is said of a datastore.',
    arguments: datastoreName,
    options: [nameOption, setSaid, descriptionOption],
    load: async () => (await import('./datastore.ts')).updateDatastore,
  },
  {
    name: 'datastore delete',
    summary: 'Forget a datastore; its files stay.',
    arguments: datastoreName,
    options: [nameOption],
    load: async () => (await import('./datastore.ts')).deleteDatastore,
  },
]

/** Creating and changing models; looking at them has rows of its own. */
export const modelCommands = assetCommands({ group: 'model', plural: 'models', noun: 'model' })

/** `sluice data`, `env`, `component` and `datastore`. */
export const assetRows: readonly CommandRow[] = [
  ...assetCommands({ group: 'data', plural: 'data', noun: 'data asset' }),
  downloadCommand,
  ...assetCommands({ group: 'env', plural: 'environments', noun: 'environment' }),
  lockCommand,
  ...assetCommands({ group: 'component', plural: 'components', noun: 'component' }),
  ...datastoreCommands,
]
