import { canonicalJson } from '../base/json.ts'

/** What a step runs that is no shell command but work for one of our Python hosts, which then is the step's command. */
export type HostedWork = ParallelWork | NotebookWork

/** A notebook: its parameters are the step's inputs and the paths of its outputs. */
export interface NotebookWork {
  readonly kind: 'notebook'
  /** Its path in the code. */
  readonly file: string
}

/** A parallel step: its entry on every mini-batch of one input. Times in seconds; thresholds of -1 tolerate everything. */
export interface ParallelWork {
  readonly kind: 'parallel'
  readonly entry:
    | { readonly kind: 'script'; readonly path: string }
    /** The name of the input that holds an MLflow model. */
    | { readonly kind: 'model'; readonly input: string }
  /** The words of `program_arguments`, inputs and outputs still as `${{inputs.x}}`. */
  readonly arguments: readonly string[]
  /** The name of the input that is cut into mini-batches. */
  readonly inputData: string
  /** Absent: one file, or 1 MiB of a table. */
  readonly miniBatchSize?: { readonly unit: 'items' | 'bytes'; readonly amount: number }
  readonly partitionKeys: readonly string[]
  /** Absent: one worker for each core. */
  readonly concurrencyPerInstance?: number
  readonly maxRetries: number
  readonly timeoutSeconds: number
  readonly errorThreshold?: number
  readonly miniBatchErrorThreshold: number
  readonly loggingLevel: 'DEBUG' | 'INFO' | 'WARNING'
  /** Where the rows go together, with `${{outputs.x}}`. */
  readonly appendRowTo?: string
}

/**
 * What of hosted work its result depends on, as text by its key in YAML. Not how many workers there are nor what they
 * log; retries and timeouts are in, since a mini-batch that failed for them is missing in the result.
 */
export function resultFields(work: HostedWork): Readonly<Record<string, string>> {
  if (work.kind === 'notebook') return { notebook: work.file }
  const { entry, miniBatchSize, errorThreshold, appendRowTo } = work
  return {
    ...(entry.kind === 'script' ? { 'task.entry_script': entry.path } : { 'task.model': entry.input }),
    'task.program_arguments': canonicalJson([...work.arguments]),
    ...(appendRowTo !== undefined && { 'task.append_row_to': appendRowTo }),
    input_data: work.inputData,
    ...(miniBatchSize !== undefined && { mini_batch_size: `${miniBatchSize.amount} ${miniBatchSize.unit}` }),
    ...(work.partitionKeys.length > 0 && { partition_keys: canonicalJson([...work.partitionKeys]) }),
    'retry_settings.max_retries': String(work.maxRetries),
    'retry_settings.timeout': String(work.timeoutSeconds),
    ...(errorThreshold !== undefined && { error_threshold: String(errorThreshold) }),
    mini_batch_error_threshold: String(work.miniBatchErrorThreshold),
  }
}
