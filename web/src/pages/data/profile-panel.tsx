import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { dataMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { ScrolledRegion } from '../../components/scrolled.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type ProfileColumn = components['schemas']['TableProfile']['columns'][number]

const mostValues = 5
const statistics = ['mean', 'deviation', 'min', 'median', 'max'] as const

/** Every column of a table: what is missing, how its values lie, and its most frequent ones. */
export function ProfilePanel({ name, version }: { readonly name: string; readonly version: string }): ReactNode {
  const texts = useMessages(dataMessages).profile
  const format = useFormat()
  const path = { params: { path: { name, version } } }
  const profile = useQuery({
    ...restQuery('/api/v1/data/{name}/versions/{version}/profile', path),
    // The content of a version does not change, and what is no table does not become one.
    staleTime: Infinity,
    retry: false,
  })
  return (
    <Loaded query={profile} lines={8}>
      {({ row_count: rowCount, columns, format: kind }) => (
        <div className="stack">
          <p className="quiet">
            {texts.rows(format.count(rowCount))} · {texts.columns(format.count(columns.length))} · {kind}
          </p>
          <ScrolledRegion className="panel profile" label={texts.label}>
            <table>
              <thead>
                <tr>
                  {[texts.column, texts.type, texts.missing, texts.distinct, texts.shape].map((label) => (
                    <th key={label} scope="col">
                      {label}
                    </th>
                  ))}
                  {statistics.map((key) => (
                    <th key={key} scope="col" className="number">
                      {texts[key]}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {columns.map((column) => (
                  <ProfileRow key={column.name} column={column} rowCount={rowCount} />
                ))}
              </tbody>
            </table>
          </ScrolledRegion>
        </div>
      )}
    </Loaded>
  )
}

function ProfileRow({ column, rowCount }: { readonly column: ProfileColumn; readonly rowCount: number }): ReactNode {
  const format = useFormat()
  const { numbers, times, distinct_count: distinct, missing_count: missing } = column
  const number = (value: number | null | undefined): string =>
    value === null || value === undefined ? '' : format.number(Number(value.toPrecision(4)))
  return (
    <tr>
      <th scope="row">{column.name}</th>
      <td className="quiet">{column.type}</td>
      <td>{missing === 0 ? '0' : `${format.count(missing)} (${format.percent(missing / Math.max(1, rowCount))})`}</td>
      <td>
        {distinct !== undefined && `${column.is_distinct_estimated === true ? '≈ ' : ''}${format.count(distinct)}`}
      </td>
      <td>
        <Shape column={column} />
      </td>
      {times === undefined ? (
        statistics.map((key) => (
          <td key={key} className="number">
            {number(key === 'median' ? numbers?.percentiles['50'] : numbers?.[key])}
          </td>
        ))
      ) : (
        <td colSpan={5} className="number">
          {times.earliest} – {times.latest}
        </td>
      )}
    </tr>
  )
}

/** A histogram of numbers; of categories the most frequent ones. */
function Shape({ column: { name, numbers, categories } }: { readonly column: ProfileColumn }): ReactNode {
  const texts = useMessages(dataMessages).profile
  const format = useFormat()
  if (numbers !== undefined) {
    const { counts, edges } = numbers.histogram
    const most = Math.max(1, ...counts)
    return (
      <div className="shape" role="img" aria-label={texts.shapeOf(name)}>
        {counts.map((count, index) => (
          <span
            key={edges[index]}
            title={`${format.number(edges[index] ?? 0)} – ${format.number(edges[index + 1] ?? 0)}: ${format.count(count)}`}
          >
            <span style={{ height: `${(100 * count) / most}%` }} />
          </span>
        ))}
      </div>
    )
  }
  if (categories === undefined) return null
  const { top_values: top } = categories
  return (
    <ul className="top-values" aria-label={texts.top(name)}>
      {top.slice(0, mostValues).map(({ value, count }) => (
        <li key={value}>
          {value === '' ? '""' : value} <span className="quiet">{format.count(count)}</span>
        </li>
      ))}
      {top.length > mostValues && <li className="quiet">…</li>}
    </ul>
  )
}
