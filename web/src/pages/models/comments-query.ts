import type { components } from '../../api.gen.ts'
import { answerOf, rest } from '../../api/rest-client.ts'

type Comment = components['schemas']['Comment']

/** A model, or one version of it. */
interface Subject {
  readonly model: string
  readonly version?: string | undefined
}

const ofModel = '/api/v1/models/{name}/comments'
const ofVersion = '/api/v1/models/{name}/versions/{version}/comments'

function pathOf(version: string | undefined): string {
  return version === undefined ? ofModel : ofVersion
}

/** Options for `useQuery`: the comments on a model or a version, oldest first. */
export function commentsQuery({ model, version }: Subject): {
  readonly queryKey: readonly unknown[]
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<{ readonly items: readonly Comment[] }>
} {
  return {
    queryKey: ['rest', pathOf(version), { path: { name: model, version } }],
    queryFn: ({ signal }) =>
      version === undefined
        ? answerOf(rest.GET(ofModel, { params: { path: { name: model } }, signal }))
        : answerOf(rest.GET(ofVersion, { params: { path: { name: model, version } }, signal })),
  }
}

export function postComment({ model, version }: Subject, body: string): Promise<Comment> {
  return version === undefined
    ? answerOf(rest.POST(ofModel, { params: { path: { name: model } }, body: { body } }))
    : answerOf(rest.POST(ofVersion, { params: { path: { name: model, version } }, body: { body } }))
}
