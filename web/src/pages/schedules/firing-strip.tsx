import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { schedulesMessages } from './messages.ts'
import { isUnderWay, type Outcome, outcomeOf } from './firing-outcome.ts'
import { baseOf, type Family } from './trigger-types.ts'
import { restQuery } from '../../api/rest-client.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

const shownFirings = 10
const pollMs = 5000

const glyphs: Readonly<Record<Outcome, string>> = {
  completed: '✓',
  failed: '✕',
  canceled: '⊘',
  running: '●',
  waiting: '…',
  skipped: '–',
}

/**
 * What became of the latest firings, the newest at the right. Asked for row by row, and so only for the rows that are
 * seen: of thousands of schedules the histories together are long.
 */
export function FiringStrip({ family, name }: { readonly family: Family; readonly name: string }): ReactNode {
  const texts = useMessages(schedulesMessages)
  const format = useFormat()
  const params = { path: { name }, query: { limit: shownFirings } }
  const { data } = useQuery({
    ...restQuery(`${baseOf(family)}/{name}/firings`, { params }),
    refetchInterval: ({ state }) => state.data?.items.some(isUnderWay) === true && pollMs,
  })
  if (data === undefined) return <span className="quiet">…</span>
  if (data.items.length === 0) return <span className="quiet">{texts.noFirings}</span>
  const firings = data.items.toReversed().map((firing) => ({ ...firing, outcome: outcomeOf(firing) }))
  const told = [...new Set(firings.map(({ outcome }) => outcome))].map((outcome) =>
    texts.strip(texts.outcome[outcome], format.count(firings.filter((each) => each.outcome === outcome).length)),
  )
  return (
    <span className="strip" role="img" aria-label={told.join(', ')}>
      {firings.map(({ id, outcome, nominal_time: at, detail }) => (
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
