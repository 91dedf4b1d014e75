import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { tracesMessages } from './messages.ts'
import { SpanType } from './span-type.tsx'
import { SpanValue } from './span-value.tsx'
import type { WholeSpan } from './trace-types.ts'
import { restQuery } from '../../api/rest-client.ts'
import { JsonTree } from '../../components/json-tree.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ScrolledText } from '../../components/scrolled.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface SpanPanelProps {
  readonly traceId: string
  readonly spanId: string
}

/** All about one span; asked for when it is looked at, since a trace may hold megabytes. */
export function SpanPanel({ traceId, spanId }: SpanPanelProps): ReactNode {
  const texts = useMessages(tracesMessages).span
  const path = { trace_id: traceId, span_id: spanId }
  const span = useQuery({
    ...restQuery('/api/v1/traces/{trace_id}/spans/{span_id}', { params: { path } }),
    staleTime: 60_000,
  })
  return (
    <section className="panel" aria-label={texts.label}>
      <Loaded query={span} lines={8}>
        {(found) => <Content span={found} />}
      </Loaded>
    </section>
  )
}

function Content({ span }: { readonly span: WholeSpan }): ReactNode {
  const texts = useMessages(tracesMessages).span
  const format = useFormat()
  const { name, type, status, status_message: message, inputs, outputs, attributes, events, links, resource } = span
  const exception = events.find((event) => event.name === 'exception')
  return (
    <>
      <header className="panel-head">
        <h2 className="row">
          <SpanType type={type} />
          {name}
        </h2>
        {status !== 'UNSET' && <Badge tone={status === 'ERROR' ? 'bad' : 'good'}>{texts.status[status]}</Badge>}
      </header>
      <div className="panel-body span-body">
        <KeyValues
          entries={[
            [texts.starts, span.start_ms < 1 ? undefined : format.duration(span.start_ms)],
            [texts.took, span.duration_ms === undefined ? undefined : format.duration(span.duration_ms)],
            [texts.model, span.model],
            [texts.tokens, amountsText(span.tokens, format.count)],
            [texts.cost, amountsText(span.cost, format.number)],
            [texts.id, <code key="id">{span.span_id}</code>],
          ]}
        />
        {(message !== undefined || exception !== undefined) && status === 'ERROR' && (
          <div className="span-failure" role="note">
            {message !== undefined && message !== '' && exception === undefined && (
              <p className="span-text">{message}</p>
            )}
            {exception !== undefined && <ExceptionText attributes={exception.attributes} />}
          </div>
        )}
        <SpanValue title={texts.inputs} value={inputs} />
        <SpanValue title={texts.outputs} value={outputs} />
        <Folded title={texts.attributes} count={Object.keys(attributes).length}>
          <JsonTree value={attributes} />
        </Folded>
        <Folded title={texts.events} count={events.length}>
          <ol className="stack">
            {events.map((event, index) => (
              <li key={index}>
                <p>
                  <strong>{event.name}</strong> <span className="quiet">{texts.at(format.duration(event.at_ms))}</span>
                </p>
                <JsonTree value={event.attributes} />
              </li>
            ))}
          </ol>
        </Folded>
        <Folded title={texts.links} count={links.length}>
          <ul>
            {links.map(({ trace_id: trace, span_id: other }) => (
              <li key={`${trace} ${other}`}>
                <Link to="/traces/$name" params={{ name: trace }} search={{ span: other }}>
                  {trace} {other}
                </Link>
              </li>
            ))}
          </ul>
        </Folded>
        <Folded title={texts.resource} count={Object.keys(resource).length}>
          <JsonTree value={resource} />
        </Folded>
      </div>
    </>
  )
}

/** An exception as Python and OpenTelemetry record it. */
function ExceptionText({ attributes }: { readonly attributes: Readonly<Record<string, unknown>> }): ReactNode {
  const texts = useMessages(tracesMessages).span
  const [type, message, stack] = ['type', 'message', 'stacktrace'].map((name) => attributes[`exception.${name}`])
  return (
    <>
      <p className="span-text">
        <strong>{wordsOf(type)}</strong> {wordsOf(message)}
      </p>
      {typeof stack === 'string' && (
        <details>
          <summary>{texts.stack}</summary>
          <ScrolledText text={stack} />
        </details>
      )}
    </>
  )
}

function wordsOf(value: unknown): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}

interface FoldedProps {
  readonly title: string
  readonly count: number
  readonly children: ReactNode
}

function Folded({ title, count, children }: FoldedProps): ReactNode {
  if (count === 0) return null
  return (
    <details className="span-section">
      <summary>
        <span className="span-fold">{title}</span> <span className="quiet">{count}</span>
      </summary>
      {children}
    </details>
  )
}

/** `input 5 · output 7`; the sum when that is all there is. */
function amountsText(amounts: WholeSpan['tokens'], write: (amount: number) => string): string | undefined {
  if (amounts === undefined) return undefined
  return Object.entries(amounts)
    .map(([name, amount]) => `${name.replace(/_(tokens|cost)$/, '').replaceAll('_', ' ')} ${write(amount)}`)
    .join(' · ')
}
