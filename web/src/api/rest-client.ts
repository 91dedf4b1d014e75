import createClient, { type MaybeOptionalInit } from 'openapi-fetch'
import type { PathsWithMethod, RequiredKeysOf } from 'openapi-typescript-helpers'
import type { paths } from '../api.gen.ts'
import { ServerError, serverErrorOf, unreachable } from './server-error.ts'

/** The typed client of our own interface. Prefer `restQuery` and `answerOf`, which throw `ServerError`. */
export const rest = createClient<paths>({
  baseUrl: '/',
  // Looked up at each call, so that what a test or the browser puts in its place is used.
  fetch: (request) => globalThis.fetch(request),
})

type GetPath = PathsWithMethod<paths, 'get'>
type GetInit<P extends GetPath> = MaybeOptionalInit<paths[P], 'get'>
type Answer<P extends GetPath> = NonNullable<Awaited<ReturnType<typeof rest.GET<P, GetInit<P>>>>['data']>

/** The data of an answer; throws `ServerError` when the server refused or did not answer. */
export async function answerOf<T>(
  asked: Promise<{ readonly data?: T; readonly error?: unknown; readonly response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await asked.catch((cause: unknown) => {
    throw cause instanceof DOMException && cause.name === 'AbortError' ? cause : unreachable(cause)
  })
  if (error !== undefined || !response.ok) throw serverErrorOf(response.status, error)
  return data as NonNullable<T>
}

/**
 * Options for `useQuery`: a GET of our interface. The key starts with `rest` and the path's pattern, which is what
 * live events invalidate by: `useQuery(restQuery('/api/v1/jobs/{name}', { params: { path: { name } } }))`.
 */
export function restQuery<P extends GetPath>(path: P, ...[init]: RestArguments<P>): RestQuery<P> {
  return {
    queryKey: ['rest', path, (init as { readonly params?: object } | undefined)?.params ?? {}],
    queryFn: ({ signal }) => answerOf(rest.GET(path, { ...init, signal } as never) as never) as Promise<Answer<P>>,
  }
}

interface RestQuery<P extends GetPath> {
  readonly queryKey: readonly ['rest', P, object]
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<Answer<P>>
}

type RestArguments<P extends GetPath> =
  RequiredKeysOf<GetInit<P>> extends never ? [init?: GetInit<P>] : [init: GetInit<P>]

/** Whether asking again could help: not when the server understood and refused. */
export function isWorthAnotherTry(failures: number, error: unknown): boolean {
  const refused = error instanceof ServerError && error.status >= 400 && error.status < 500
  return !refused && failures < 2
}
