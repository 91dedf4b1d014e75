import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query'
import { mlflow } from './mlflow-client.ts'
import type { MlflowRegisteredModel } from './mlflow-messages.ts'

interface RegisteredModelsRequest {
  readonly filter?: string
  readonly order_by?: readonly string[]
}

const pageRows = 100

/** Registered models, or the prompts that MLflow keeps among them: asked of the server page by page. */
export function useRegisteredModels(asked: RegisteredModelsRequest): {
  readonly rows: readonly MlflowRegisteredModel[]
  readonly query: UseInfiniteQueryResult<InfiniteData<unknown>>
} {
  const request = { ...asked, max_results: pageRows }
  const query = useInfiniteQuery({
    queryKey: ['mlflow', 'registered-models/search', request],
    queryFn: ({ pageParam, signal }) =>
      mlflow(
        'registered-models/search',
        { ...request, ...(pageParam !== '' && { page_token: pageParam }) },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_page_token: token }) => (token === '' ? undefined : token),
    placeholderData: keepPreviousData,
  })
  return { rows: query.data?.pages.flatMap(({ registered_models: found = [] }) => found) ?? [], query }
}

/** A filter for names with a text in them; none for an empty text. Filters know no escape; `%` stands for any letters. */
export function nameFilter(text: string): readonly string[] {
  const wanted = text.replaceAll("'", '').replaceAll('%', '')
  return wanted === '' ? [] : [`name ILIKE '%${wanted}%'`]
}
