import { type InfiniteData, useInfiniteQuery, type UseInfiniteQueryResult } from '@tanstack/react-query'
import type { components } from '../api.gen.ts'
import { answerOf, rest } from './rest-client.ts'

/** Kinds whose pages show versions with labels, in addresses. */
export type AssetPlural = 'components' | 'environments'

export type AssetWithVersions = components['schemas']['AssetWithVersions']
export type AssetList = components['schemas']['AssetList']
export type AssetVersion = components['schemas']['AssetVersion']

const pageRows = 500

/** An asset with its versions, archived ones too, newest first, page by page. */
export function useAssetVersions(
  plural: AssetPlural,
  name: string,
): UseInfiniteQueryResult<InfiniteData<AssetWithVersions>> {
  return useInfiniteQuery({
    queryKey: ['rest', `/api/v1/${plural}/{name}`, name],
    queryFn: ({ pageParam, signal }): Promise<AssetWithVersions> => {
      const query = { include_archived: true, limit: pageRows, ...(pageParam !== '' && { page_token: pageParam }) }
      // Both kinds have the same routes; one literal stands for the two.
      return answerOf(
        rest.GET(`/api/v1/${plural}/{name}` as '/api/v1/components/{name}', {
          params: { path: { name }, query },
          signal,
        }),
      )
    },
    initialPageParam: '',
    getNextPageParam: ({ next_page_token: token }) => token,
  })
}

/** The pages of an asset as one; undefined before the first has come. */
export function mergedVersions(data: InfiniteData<AssetWithVersions> | undefined): AssetWithVersions | undefined {
  const [first] = data?.pages ?? []
  return first && { ...first, versions: data!.pages.flatMap(({ versions }) => versions) }
}

/** The names of a kind, page by page, the program's own with the first. */
export function useAssetList(
  plural: AssetPlural,
  { withArchived }: { readonly withArchived: boolean },
): UseInfiniteQueryResult<InfiniteData<AssetList>> {
  return useInfiniteQuery({
    queryKey: ['rest', `/api/v1/${plural}`, { withArchived }],
    queryFn: ({ pageParam, signal }): Promise<AssetList> => {
      const query = {
        ...(withArchived && { include_archived: true }),
        limit: pageRows,
        ...(pageParam !== '' && { page_token: pageParam }),
      }
      return answerOf(rest.GET(`/api/v1/${plural}` as '/api/v1/components', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: ({ next_page_token: token }) => token,
  })
}

interface Named {
  readonly plural: AssetPlural
  readonly name: string
  /** Absent: the name with all its versions. */
  readonly version?: string
}

/** Hides a version or a whole name from lists and `@latest`, or shows it again. */
export function setArchived({ plural, name, version }: Named, isArchived: boolean): Promise<unknown> {
  const word = isArchived ? 'archive' : 'restore'
  if (version === undefined)
    return answerOf(
      rest.POST(`/api/v1/${plural}/{name}/${word}` as '/api/v1/components/{name}/archive', {
        params: { path: { name } },
      }),
    )
  return answerOf(
    rest.POST(
      `/api/v1/${plural}/{name}/versions/{version}/${word}` as '/api/v1/components/{name}/versions/{version}/archive',
      { params: { path: { name, version } } },
    ),
  )
}

/** Lets a label stand for a version. */
export function setLabel({ plural, name, version }: Required<Named>, label: string): Promise<unknown> {
  return answerOf(
    rest.PUT(`/api/v1/${plural}/{name}/labels/{label}` as '/api/v1/components/{name}/labels/{label}', {
      params: { path: { name, label } },
      body: { version },
    }),
  )
}

/** Takes a label away. */
export function removeLabel({ plural, name }: Omit<Named, 'version'>, label: string): Promise<unknown> {
  return answerOf(
    rest.DELETE(`/api/v1/${plural}/{name}/labels/{label}` as '/api/v1/components/{name}/labels/{label}', {
      params: { path: { name, label } },
    }),
  )
}
