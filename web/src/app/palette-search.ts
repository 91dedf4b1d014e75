import { useQueries } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { mlflowQuery } from '../api/mlflow-client.ts'
import { answerOf, rest, restQuery } from '../api/rest-client.ts'
import type { IconName } from '../components/icon.tsx'
import type { ObjectKind } from '../components/object-link.tsx'

/** Something in the store whose name fits. */
export interface FoundObject {
  readonly kind: ObjectKind
  readonly name: string
  readonly text: string
  readonly detail?: string
  readonly icon: IconName
}

/** What is told apart by its name alone, in the order in which it is asked for. */
const namedKinds = [
  ['schedule', 'schedules'],
  ['trigger', 'schedules'],
  ['monitor', 'monitors'],
  ['published pipeline', 'published'],
  ['component', 'components'],
  ['environment', 'environments'],
] as const

const shownOfEach = 6
const pauseMs = 200
const shownLetters = 80

/** What in the store is called so; asked a moment after the last letter. */
export function useObjectSearch(text: string): {
  readonly found: readonly FoundObject[]
  readonly isSearching: boolean
} {
  const wanted = useSettled(text)
  const isWanted = wanted.length >= 2
  const filter = `name ILIKE '%${wanted.replaceAll("'", '').replaceAll('%', '')}%'`
  const limit = { params: { query: { limit: 200 } } }
  const [jobs, experiments, models, data, endpoints, traces, prompts, ...named] = useQueries({
    queries: [
      { ...restQuery('/api/v1/jobs', limit), enabled: isWanted },
      { ...mlflowQuery('experiments/search', { filter, max_results: shownOfEach }), enabled: isWanted },
      { ...mlflowQuery('registered-models/search', { filter, max_results: shownOfEach }), enabled: isWanted },
      { ...restQuery('/api/v1/data', limit), enabled: isWanted },
      { ...restQuery('/api/v1/endpoints'), enabled: isWanted },
      { ...tracesNamed(wanted), enabled: isWanted },
      {
        ...mlflowQuery('registered-models/search', {
          filter: `${filter} AND tags.\`mlflow.prompt.is_prompt\` = 'true'`,
          max_results: shownOfEach,
        }),
        enabled: isWanted,
      },
      { ...restQuery('/api/v1/schedules'), enabled: isWanted },
      { ...restQuery('/api/v1/triggers'), enabled: isWanted },
      { ...restQuery('/api/v1/monitors'), enabled: isWanted },
      { ...restQuery('/api/v1/published-pipelines'), enabled: isWanted },
      { ...restQuery('/api/v1/components', limit), enabled: isWanted },
      { ...restQuery('/api/v1/environments', limit), enabled: isWanted },
    ],
  })
  if (!isWanted) return { found: [], isSearching: text.length >= 2 }
  const fits = (...names: readonly string[]): boolean =>
    names.some((name) => name.toLowerCase().includes(wanted.toLowerCase()))
  const found: readonly FoundObject[] = [
    ...(jobs.data?.items ?? [])
      .filter((job) => fits(job.name, job.display_name, job.experiment_name))
      .slice(0, shownOfEach)
      .map(
        (job) =>
          ({
            ...({ kind: 'job', icon: 'jobs' } as const),
            name: job.name,
            text: job.display_name,
            detail: job.display_name === job.name ? job.experiment_name : job.name,
          }) as const,
      ),
    ...(experiments.data?.experiments ?? []).map(
      (each) => ({ kind: 'experiment', name: each.experiment_id, text: each.name, icon: 'runs' }) as const,
    ),
    ...(models.data?.registered_models ?? []).map(
      ({ name }) => ({ kind: 'model', name, text: name, icon: 'models' }) as const,
    ),
    ...(data.data?.items ?? [])
      .filter(({ name }) => fits(name))
      .slice(0, shownOfEach)
      .map(({ name }) => ({ kind: 'data', name, text: name, icon: 'data' }) as const),
    ...(endpoints.data?.items ?? [])
      .filter(({ name }) => fits(name))
      .slice(0, shownOfEach)
      .map(({ name }) => ({ kind: 'endpoint', name, text: name, icon: 'endpoints' }) as const),
    ...(prompts.data?.registered_models ?? []).map(
      ({ name }) => ({ kind: 'prompt', name, text: name, icon: 'prompts' }) as const,
    ),
    ...(traces.data?.items ?? []).map(
      ({ trace_id: name, name: text = name, request }) =>
        ({ kind: 'trace', name, text, icon: 'traces', detail: (request ?? name).slice(0, shownLetters) }) as const,
    ),
    ...namedKinds.flatMap(([kind, icon], place) =>
      // Versions of a pipeline share a name.
      [...new Set((named[place]?.data?.items ?? []).map(({ name }) => name))]
        .filter((name) => fits(name))
        .slice(0, shownOfEach)
        .map((name) => ({ kind, name, text: name, icon }) as const),
    ),
  ]
  const asked = [jobs, experiments, models, data, endpoints, traces, prompts, ...named]
  const isSearching = wanted !== text || asked.some((each) => each.isLoading)
  return { found, isSearching }
}

/** The newest traces of that name, or with that id. */
function tracesNamed(wanted: string) {
  const text = wanted.replaceAll("'", '').replaceAll('%', '')
  const filter = /^tr-[0-9a-f]/.test(text) ? `request_id LIKE '${text}%'` : `name ILIKE '%${text}%'`
  const body = { filter, max_results: shownOfEach }
  return {
    queryKey: ['rest', '/api/v1/traces/search', body],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
      answerOf(rest.POST('/api/v1/traces/search', { body, signal })),
  }
}

/** The text, once it has stayed the same for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
