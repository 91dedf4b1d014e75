import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { isUnderWay, type Outcome, outcomeOf, outcomeOfRun } from './firing-outcome.ts'
import { schedulesMessages } from './messages.ts'
import { baseOf, type Family } from './trigger-types.ts'
import { restQuery } from '../../api/rest-client.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

const shownResults = 10
const pollMs = 5000

const glyphs: Readonly<Record<Outcome, string>> = {
  completed: '✓',
  breach: '!',
  failed: '✕',
  canceled: '⊘',
  running: '●',
  waiting: '…',
  skipped: '–',
}

/**
 * What became of the latest firings. Asked for row by row, and so only for the rows that are seen: of thousands of
 * schedules the histories together are long.
 */
export function FiringStrip({ family, name }: { readonly family: Family; readonly name: string }): ReactNode {
  const params = { path: { name }, query: { limit: shownResults } }
  const { data } = useQuery({
    ...restQuery(`${baseOf(family)}/{name}/firings`, { params }),
    refetchInterval: ({ state }) => state.data?.items.some(isUnderWay) === true && pollMs,
  })
  return <Strip results={data?.items.map((firing) => ({ ...firing, outcome: outcomeOf(firing) }))} />
}

/** What the latest runs of a monitor found. */
export function RunStrip({ name }: { readonly name: string }): ReactNode {
  const params = { path: { name }, query: { limit: shownResults } }
  const { data } = useQuery(restQuery('/api/v1/monitors/{name}/runs', { params }))
  return <Strip results={data?.items.map((run) => ({ ...run, outcome: outcomeOfRun(run) }))} />
}

interface Result {
  readonly id: string
  readonly outcome: Outcome
  readonly nominal_time: string
  readonly detail?: string
}

/** Results as squares with a glyph each, the newest at the right; `results` has the newest first. */
function Strip({ results }: { readonly results: readonly Result[] | undefined }): ReactNode {
  const texts = useMessages(schedulesMessages)
  const format = useFormat()
  if (results === undefined) return <span className="quiet">…</span>
  if (results.length === 0) return <span className="quiet">{texts.noFirings}</span>
  const told = [...new Set(results.map(({ outcome }) => outcome))].map((outcome) =>
    texts.strip(texts.outcome[outcome], format.count(results.filter((each) => each.outcome === outcome).length)),
  )
  return (
    <span className="strip" role="img" aria-label={told.join(', ')}>
      {results.toReversed().map(({ id, outcome, nominal_time: at, detail }) => (
        <span
          key={id}
          className={`strip-${outcome}`}
          title={[`${texts.outcome[outcome]}, ${format.time(at)}`, detail ?? ''].filter(Boolean).join('\n')}
        >
          {glyphs[outcome]}
        </span>
      ))}
    </span>
  )
}
