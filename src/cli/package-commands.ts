import type { CommandRow } from './command.ts'

const model: readonly [string, string] = [
  '<model>',
  'NAME:VERSION, NAME@ALIAS, runs:/RUN/PATH, or the path of a model folder or file (./model).',
]

/** Models that leave. */
export const packageCommands: readonly CommandRow[] = [
  {
    name: 'model package',
    summary: 'Package a model so that it answers without Sluiceworks: a folder, a tar or a container image.',
    arguments: [model],
    options: [
      { flags: '-o, --output <path>', sentence: 'Folder to make, or the .tar file (default: NAME-VERSION).' },
      { flags: '--format <format>', sentence: 'folder (default), tar, or oci: an image that any engine runs.' },
      { flags: '--score <file>', sentence: 'Scoring script with init() and run(); its folder goes along.' },
      { flags: '--code <folder>', sentence: 'Folder of the scoring script, where it is not the script’s own.' },
      {
        flags: '--environment <environment>',
        sentence: 'azureml:NAME:VERSION, a conda file or requirements.txt (default: what the MLflow model says).',
      },
      { flags: '--base <image>', sentence: 'With oci: image below, as an OCI layout or a tar of docker save.' },
    ],
    completes: 'files',
    load: async () => (await import('./model-package.ts')).packageModel,
  },
  {
    name: 'model export',
    summary: 'Convert a scikit-learn model to ONNX, if it predicts the same.',
    arguments: [model],
    options: [
      { flags: '--format <format>', sentence: 'onnx (default).' },
      { flags: '-o, --output <file>', sentence: 'File to write (default: NAME.onnx).' },
      {
        flags: '--example <file>',
        sentence: 'Scoring request whose answers are compared (default: the example saved with the model).',
      },
    ],
    completes: 'files',
    load: async () => (await import('./model-export.ts')).exportModel,
  },
]
