import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { monitorsMessages } from './messages.ts'
import { mlflow } from '../../api/mlflow-client.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { ObjectLink } from '../../components/object-link.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** Whether a job's state is its last. */
export function hasEnded(status: string): boolean {
  return ['Completed', 'Failed', 'Canceled'].includes(status)
}

interface RetrainResultProps {
  readonly job: string
  readonly status: string
}

/** What a job that was to retrain came to: the versions of models it registered, or why there is none. */
export function RetrainResult({ job, status }: RetrainResultProps): ReactNode {
  const texts = useMessages(monitorsMessages).breaches
  const { data } = useQuery({
    queryKey: ['rest', '/api/v1/jobs/{name}/children', job, 'models'],
    queryFn: ({ signal }) => resultOf(job, signal),
    enabled: hasEnded(status),
    // What a job that has ended came to does not change.
    staleTime: Infinity,
  })
  if (data === undefined) return null
  if (data.versions.length === 0) return <span title={data.why}>{data.why ?? texts.noModel}</span>
  return data.versions.map(({ name, version }) => (
    <ObjectLink key={`${name} ${version}`} kind="model" name={name}>
      {texts.version(name, version)}
    </ObjectLink>
  ))
}

interface Result {
  readonly versions: readonly { readonly name: string; readonly version: string }[]
  readonly why?: string
}

/** Whatever step of the job registered a model did it from its own run. */
async function resultOf(name: string, signal: AbortSignal): Promise<Result> {
  const init = { params: { path: { name } }, signal }
  const [job, { items }] = await Promise.all([
    answerOf(rest.GET('/api/v1/jobs/{name}', init)),
    answerOf(rest.GET('/api/v1/jobs/{name}/children', init)),
  ])
  const runs = [name, ...items.map((child) => child.name)].map((run) => `'${run}'`).join(', ')
  const found = await mlflow('model-versions/search', { filter: `run_id IN (${runs})`, max_results: 10 }, { signal })
  // Where a step could not register what it made, it says so itself.
  const why = job.error?.message ?? [job, ...items].find((each) => each.status_detail !== undefined)?.status_detail
  return { versions: found.model_versions ?? [], ...(why !== undefined && { why }) }
}
