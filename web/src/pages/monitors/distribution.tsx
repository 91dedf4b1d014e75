import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { monitorsMessages } from './messages.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'

type Counts = NonNullable<components['schemas']['MonitorVerdict']['distribution']>

/** Categories that have a bar of their own; there may be thousands. */
const mostBars = 40

/** How the values lie in the reference and in production: shares side by side, since the windows differ in length. */
export function Distribution({ counts, label }: { readonly counts: Counts; readonly label: string }): ReactNode {
  const texts = useMessages(monitorsMessages).verdict
  const format = useFormat()
  const bins = binsOf(counts, format).slice(0, mostBars)
  const most = Math.max(...bins.flatMap(({ before, now }) => [before, now]), Number.MIN_VALUE)
  return (
    <figure className="distribution" aria-label={label}>
      <ul className="distribution-legend quiet">
        <li className="distribution-before">{texts.before}</li>
        <li className="distribution-now">{texts.now}</li>
      </ul>
      <div className="distribution-bars" aria-hidden="true">
        {bins.map(({ name, before, now }) => (
          <div
            key={name}
            className="distribution-bin"
            title={`${name}: ${format.percent(before)}, ${format.percent(now)}`}
          >
            <span className="distribution-pair">
              <span className="distribution-before" style={{ height: `${(100 * before) / most}%` }} />
              <span className="distribution-now" style={{ height: `${(100 * now) / most}%` }} />
            </span>
          </div>
        ))}
      </div>
      <div className="distribution-names quiet" aria-hidden="true">
        {bins.map(({ name, start }) => (
          <span key={name} title={name}>
            {start}
          </span>
        ))}
      </div>
      <details>
        <summary>{texts.asTable}</summary>
        <table className="plain-numbers">
          <thead>
            <tr>
              <th scope="col">{texts.bin}</th>
              <th scope="col">{texts.before}</th>
              <th scope="col">{texts.now}</th>
            </tr>
          </thead>
          <tbody>
            {bins.map(({ name, before, now }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{format.percent(before)}</td>
                <td>{format.percent(now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}

interface Bin {
  readonly name: string
  /** Under the bar: a category, or where the bin begins. */
  readonly start: string
  readonly before: number
  readonly now: number
}

function binsOf({ edges, categories, reference, production }: Counts, format: Format): readonly Bin[] {
  const [before, now] = [sharesOf(reference), sharesOf(production)]
  const edge = (index: number): string => format.number(Number((edges?.[index] ?? 0).toPrecision(3)))
  return before.map((share, index) => ({
    name: categories?.[index] ?? `${edge(index)} – ${edge(index + 1)}`,
    start: categories?.[index] ?? edge(index),
    before: share,
    now: now[index] ?? 0,
  }))
}

function sharesOf(counts: readonly number[]): readonly number[] {
  const sum = counts.reduce((all, count) => all + count, 0)
  return counts.map((count) => (sum === 0 ? 0 : count / sum))
}
