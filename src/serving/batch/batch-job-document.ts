import { SluiceError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import type { BatchModelSpec, BatchPipelineSpec, BatchRun, BatchSpec } from './batch-spec.ts'

/** The step that scores, and the output that Azure ML's users download: `--output score`. */
const scoringStep = 'batchscoring'
const scoreOutput = 'score'

/** Settings of a deployment that an invocation may replace, and the keys of a parallel step that they are. */
const replaceable = [
  'mini_batch_size',
  'max_concurrency_per_instance',
  'error_threshold',
  'instance_count',
  'output_file_name',
] as const

/**
 * The pipeline job that an invocation submits, as a document. It always runs: the user asked for scores, and a script
 * with `summary_only` may write them anywhere. Throws `invalid-request` for what the deployment cannot be asked.
 */
export function batchJobDocument(spec: BatchSpec, run: BatchRun): JsonObject {
  const common = { type: 'pipeline', display_name: run.endpoint, experiment_name: run.endpoint }
  return spec.type === 'model' ? { ...common, ...modelJob(spec, run) } : { ...common, ...pipelineJob(spec, run) }
}

function pipelineJob({ component, job, settings }: BatchPipelineSpec, run: BatchRun): JsonObject {
  if (run.input !== undefined) throw takesNames(run.deployment)
  if (job !== undefined) {
    // A name in it is the name of one job.
    const { name: _, inputs, settings: written, ...rest } = job
    return {
      ...rest,
      type: 'pipeline',
      ...{ display_name: run.endpoint, experiment_name: run.endpoint },
      inputs: { ...objectOf(inputs), ...run.inputs, ...run.settings },
      ...((written !== undefined || settings !== undefined) && { settings: { ...objectOf(written), ...settings } }),
    }
  }
  return {
    ...(component !== undefined && { component }),
    inputs: { ...run.inputs, ...run.settings },
    ...(settings !== undefined && { settings }),
  }
}

/** The error for an input without a name. */
export function takesNames(deployment: string): SluiceError {
  return new SluiceError('invalid-request', `The deployment ${deployment} is a pipeline; its inputs have names.`, {
    hint: 'Give them with --set NAME=VALUE, or in a file with --inputs inputs.yml.',
  })
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** Inputs of an invocation as the template of a captured job takes them: literals, and the paths of data. */
export function templateValues(
  inputs: BatchRun['inputs'],
  settings: BatchRun['settings'],
): Readonly<Record<string, string>> {
  const given = Object.entries(inputs).map(([name, value]) => [name, valueText(name, value)] as const)
  return { ...Object.fromEntries(given), ...settings }
}

function valueText(name: string, value: JsonValue): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  const path = isJsonObject(value) ? (value['path'] ?? value['value']) : undefined
  if (typeof path === 'string') return path
  throw new SluiceError(
    'invalid-request',
    `The input "${name}" is ${JSON.stringify(value)}, which is no value or path.`,
  )
}

function modelJob(spec: BatchModelSpec, run: BatchRun): JsonObject {
  const { input, settings: said } = run
  if (input === undefined) throw noInput(run)
  const unknown = [...Object.keys(run.inputs), ...Object.keys(said)].find((key) => !isReplaceable(key))
  if (unknown !== undefined) {
    throw new SluiceError('invalid-request', `"${unknown}" cannot be set for one invocation.`, {
      hint: `What can be set: ${replaceable.join(', ')}.`,
    })
  }
  const { settings } = spec
  const instances = said['instance_count'] ?? settings.instanceCount
  return {
    inputs: { data: { type: input.type, path: input.path, mode: 'ro_mount' } },
    outputs: {
      [scoreOutput]: {
        type: 'uri_folder',
        name: `${run.endpoint}-${run.deployment}-${scoreOutput}`,
        ...(run.outputPath !== undefined && { path: run.outputPath }),
      },
    },
    settings: { force_rerun: true },
    jobs: {
      [scoringStep]: {
        type: 'parallel',
        inputs: { data: { path: '${{parent.inputs.data}}' }, ...modelInput(spec) },
        outputs: { [scoreOutput]: `\${{parent.outputs.${scoreOutput}}}` },
        input_data: '${{inputs.data}}',
        mini_batch_size: String(said['mini_batch_size'] ?? settings.miniBatchSize),
        max_concurrency_per_instance: numberOf(
          said['max_concurrency_per_instance'] ?? settings.maxConcurrencyPerInstance,
        ),
        error_threshold: numberOf(said['error_threshold'] ?? settings.errorThreshold),
        retry_settings: { max_retries: settings.maxRetries, timeout: settings.timeoutSeconds },
        logging_level: settings.loggingLevel,
        resources: { instance_count: numberOf(instances) },
        environment_variables: variablesOf(spec),
        task: taskOf(spec, said['output_file_name'] ?? settings.outputFileName),
      },
    },
  }
}

function isReplaceable(key: string): boolean {
  return (replaceable as readonly string[]).includes(key)
}

/** The text as it was given when it is no number: the planner says what is wrong with it. */
function numberOf(value: string | number): string | number {
  return /^-?\d+$/.test(String(value)) ? Number(value) : value
}

function modelInput({ scoring, modelPath, modelFolder }: BatchModelSpec): JsonObject {
  if (scoring === undefined) return { model: { type: 'mlflow_model', path: modelPath } }
  return modelFolder === undefined ? {} : { model: { type: 'uri_folder', path: modelFolder } }
}

function variablesOf({ scoring, modelFolder, settings }: BatchModelSpec): JsonObject {
  return {
    // A model scores in a process per mini-batch at a time; threads of its own would fight for the cores.
    OMP_NUM_THREADS: '1',
    AZUREML_BI_OUTPUT_PATH: `\${{outputs.${scoreOutput}}}`,
    ...(scoring !== undefined && modelFolder !== undefined && { AZUREML_MODEL_DIR: '${{inputs.model}}' }),
    ...settings.environmentVariables,
  }
}

function taskOf({ scoring, environment, settings }: BatchModelSpec, fileName: string): JsonObject {
  const isAppended = settings.outputAction === 'append_row'
  return {
    ...(scoring === undefined
      ? { type: 'model', model: '${{inputs.model}}' }
      : { type: 'run_function', code: scoring.code, entry_script: scoring.script }),
    ...(environment !== undefined && { environment }),
    program_arguments: '--append_row_separator comma',
    ...(isAppended && { append_row_to: `\${{outputs.${scoreOutput}}}/${fileName}` }),
  }
}

function noInput({ endpoint, deployment }: BatchRun): SluiceError {
  return new SluiceError('invalid-request', `Nothing says what ${endpoint}/${deployment} is to score.`, {
    hint: 'Add --input PATH: a file or folder of this machine, azureml:NAME:VERSION or another reference.',
  })
}
