import { SluiceError } from '../base/errors.ts'
import type { Job, JobService } from '../jobs/job-service.ts'
import type { JobParameter } from '../jobs/job-template.ts'
import { isPrimitive } from '../plan/bindings/data-types.ts'
import type { InputDeclaration } from '../spec/document-parts.ts'
import { checkParameters } from './pipeline-parameters.ts'

/** A job of one component. */
export interface ComponentRun {
  readonly name: string
  readonly version: string
  /** What the component declares. */
  readonly inputs: Readonly<Record<string, InputDeclaration>>
  /** Values by input, as JSON has them; data by reference. */
  readonly values: Readonly<Record<string, unknown>>
  readonly experimentName?: string
  readonly displayName?: string
  readonly submittedBy: string
}

/**
 * Submits a pipeline of one step, which runs a registered component with these values. They are held to what a published
 * pipeline takes from outside, since they may come from anybody who can open the page. Throws one `invalid-request` that
 * names every value that does not fit, and whatever `submit` throws.
 */
export async function runComponent(jobs: Pick<JobService, 'submit'>, run: ComponentRun): Promise<Job> {
  const { name, version, inputs, experimentName = name, submittedBy } = run
  const values = checkParameters(parametersOf(inputs), run.values)
  const file = `/components/${name}/${version}/job.yml`
  const text = documentText(run, values)
  try {
    return await jobs.submit({ file, text, experimentName, submittedBy })
  } catch (error) {
    // The document is ours: what is wrong in it is what was asked for.
    if (!(error instanceof SluiceError && error.code === 'invalid-document')) throw error
    const { message, hint, diagnostics } = error
    throw new SluiceError('invalid-request', message, {
      ...(hint !== undefined && { hint }),
      ...(diagnostics !== undefined && { diagnostics }),
    })
  }
}

function parametersOf(inputs: ComponentRun['inputs']): readonly JobParameter[] {
  return Object.entries(inputs).map(([name, { type, optional, default: usual, min, max, enum: allowed }]) => ({
    ...{ name, type, isRequired: usual === undefined && !optional },
    ...(usual !== undefined && { default: usual }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(allowed !== undefined && { enum: allowed }),
  }))
}

/** JSON is YAML, and quotes whatever a value may hold. */
function documentText(
  { name, version, inputs, displayName = name }: ComponentRun,
  values: Readonly<Record<string, string>>,
): string {
  const given = Object.entries(values).map(([input, value]) => {
    const { type } = inputs[input]!
    return [input, isPrimitive(type) ? value : { type, path: value }]
  })
  const key = name.replace(/\W/g, '_').replace(/^(?=\d)/, '_')
  const step = { component: `azureml:${name}:${version}`, inputs: Object.fromEntries(given) as object }
  return `${JSON.stringify({ type: 'pipeline', display_name: displayName, jobs: { [key]: step } }, undefined, 2)}\n`
}
