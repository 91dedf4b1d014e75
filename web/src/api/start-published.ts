import { answerOf, rest } from './rest-client.ts'

interface StartRequest {
  readonly name: string
  /** Absent: the newest that is enabled. */
  readonly version?: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly tags?: Readonly<Record<string, string>>
}

/** Starts a job of a published pipeline: that takes the pipeline's own key from everybody, so also from the pages. */
export async function startPublished({
  name,
  version,
  inputs,
  tags = {},
}: StartRequest): Promise<{ readonly name: string }> {
  const { primary_key: key } = await answerOf(
    rest.GET('/api/v1/published-pipelines/{name}/credentials', { params: { path: { name } } }),
  )
  const init = { headers: { authorization: `Bearer ${key}` }, body: { inputs, tags } }
  return version === undefined
    ? answerOf(rest.POST('/api/v1/published-pipelines/{name}/jobs', { ...init, params: { path: { name } } }))
    : answerOf(
        rest.POST('/api/v1/published-pipelines/{name}/versions/{version}/jobs', {
          ...init,
          params: { path: { name, version } },
        }),
      )
}
