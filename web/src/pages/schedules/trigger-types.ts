import type { components } from '../../api.gen.ts'

export type Trigger = components['schemas']['Trigger']
export type Firing = components['schemas']['Firing']
export type NextTime = components['schemas']['NextTime']
export type Family = Trigger['kind']

/** Both lists have the same paths below their own beginning. */
export function baseOf(family: Family): '/api/v1/schedules' | '/api/v1/triggers' {
  return family === 'schedule' ? '/api/v1/schedules' : '/api/v1/triggers'
}

/** What is submitted: a published pipeline, a job of the store, or a file of the server's machine. */
export type Started =
  | { readonly kind: 'pipeline' | 'job'; readonly name: string; readonly text: string }
  | { readonly kind: 'file'; readonly text: string }

export function startedBy({ create_job: action }: Pick<Trigger, 'create_job'>): Started {
  const { pipeline, job } = action as { readonly pipeline?: string; readonly job?: string }
  return startedText(pipeline, job)
}

/** `on_breach` of a monitor says both in one word. */
export function startedOnBreach(run: string): Started {
  return /^azureml:|\//.test(run) ? startedText(undefined, run) : startedText(run, undefined)
}

function startedText(pipeline: string | undefined, job: string | undefined): Started {
  if (pipeline !== undefined) return { kind: 'pipeline', name: pipeline.split(':')[0]!, text: pipeline }
  const name = /^azureml:(.+)$/.exec(job ?? '')?.[1]
  if (name !== undefined) return { kind: 'job', name, text: name }
  return { kind: 'file', text: job ?? '' }
}

/** The inputs that it sets, with the `${{ }}` in them. */
export function inputsOf({ create_job: { inputs } }: Pick<Trigger, 'create_job'>): Readonly<Record<string, string>> {
  return (inputs ?? {}) as Readonly<Record<string, string>>
}
