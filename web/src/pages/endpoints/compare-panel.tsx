import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { endpointsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { Badge, type Tone } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Endpoint = components['schemas']['Endpoint']
type Comparison = components['schemas']['Comparison']

/** Two deployments side by side: every metric with its interval and a verdict. */
export function ComparePanel({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const texts = useMessages(endpointsMessages).compare
  const names = [...endpoint.deployments].sort((a, b) => b.traffic - a.traffic).map(({ name }) => name)
  const [baseline, setBaseline] = useState(names[0])
  const [candidate, setCandidate] = useState(names[1])
  if (baseline === undefined || candidate === undefined)
    return <EmptyState title={texts.needsTwo} body={texts.needsTwoBody} />
  return (
    <div className="stack">
      <div className="row">
        <Choice label={texts.baseline} names={names} value={baseline} onChange={setBaseline} />
        <Choice label={texts.candidate} names={names} value={candidate} onChange={setCandidate} />
      </div>
      {baseline !== candidate && <Compared endpoint={endpoint.name} baseline={baseline} candidate={candidate} />}
    </div>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly names: readonly string[]
  readonly value: string
  readonly onChange: (name: string) => void
}

function Choice({ label, names, value, onChange }: ChoiceProps): ReactNode {
  return (
    <label className="row">
      {label}
      <select className="field" value={value} onChange={({ target }) => onChange(target.value)}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  )
}

interface ComparedProps {
  readonly endpoint: string
  readonly baseline: string
  readonly candidate: string
}

function Compared({ endpoint, baseline, candidate }: ComparedProps): ReactNode {
  const texts = useMessages(endpointsMessages).compare
  const format = useFormat()
  const comparison = useQuery({
    ...restQuery('/api/v1/endpoints/{name}/comparison', {
      params: { path: { name: endpoint }, query: { baseline, candidate } },
    }),
    refetchInterval: 5000,
  })
  return (
    <Loaded query={comparison} lines={4}>
      {({ metrics, split, mirrored }) => (
        <div className="stack">
          {split?.is_off === true && <Badge tone="warn">{texts.splitOff}</Badge>}
          <MetricTable metrics={metrics} />
          {mirrored !== undefined && mirrored.count > 0 && (
            <Panel title={texts.mirrored}>
              <div className="panel-body stack">
                <p>
                  {texts.mirroredCounts(format.count(mirrored.equal_count), format.count(mirrored.compared_count))}{' '}
                  {texts.largest}: {format.number(mirrored.largest_difference)}
                </p>
              </div>
            </Panel>
          )}
        </div>
      )}
    </Loaded>
  )
}

const tones: Readonly<Record<string, Tone>> = { better: 'good', worse: 'bad', equivalent: 'good', undecided: 'quiet' }

function MetricTable({ metrics }: { readonly metrics: Comparison['metrics'] }): ReactNode {
  const { compare: texts, tabs } = useMessages(endpointsMessages)
  const format = useFormat()
  const numbers = [texts.baseline, texts.candidate, texts.difference, texts.interval, texts.margin]
  return (
    <PlainTable
      label={tabs.compare}
      columns={[
        { label: texts.metric, isRowHead: true },
        ...numbers.map((label) => ({ label, isNumber: true })),
        { label: texts.verdict },
      ]}
      rows={metrics.map(({ name, baseline, candidate, difference, interval, margin, verdict }) => ({
        key: name,
        cells: [
          name,
          estimate(baseline, format.number),
          estimate(candidate, format.number),
          format.number(difference),
          interval !== undefined && `${format.number(interval.low)} … ${format.number(interval.high)}`,
          `±${format.number(margin)}`,
          <Badge key="verdict" tone={tones[verdict] ?? 'quiet'}>
            {texts.verdicts[verdict as keyof typeof texts.verdicts] ?? verdict}
          </Badge>,
        ],
      }))}
    />
  )
}

function estimate({ value, count }: components['schemas']['Estimate'], text: (value: number) => string): string {
  return count === 0 ? '–' : `${text(value)} (${count})`
}
