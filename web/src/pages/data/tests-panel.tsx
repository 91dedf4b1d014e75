import { useQueries, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { dataMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { CodeEditor } from '../../components/code/code-block.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ErrorState, Skeleton } from '../../components/page-states.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { Badge, type Tone } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Asset = components['schemas']['AssetWithVersions']
type Results = components['schemas']['DataTestResults']['items']
type Profile = components['schemas']['TableProfile']

/** So many versions are tested at once. */
const mostVersions = 5

interface TestsPanelProps {
  readonly asset: Asset
  readonly version: string
}

/** Tests of an asset, written and asked here; the address keeps them, and a file of them is for the command line. */
export function TestsPanel({ asset, version }: TestsPanelProps): ReactNode {
  const { tests } = useSearch({ from: '/data/$name' })
  const profile = useQuery({
    ...restQuery('/api/v1/data/{name}/versions/{version}/profile', { params: { path: { name: asset.name, version } } }),
    staleTime: Infinity,
    retry: false,
  })
  return (
    <Loaded query={profile} lines={6}>
      {(found) => (
        <div className="stack data-tests">
          <TestsForm key={asset.name} first={tests ?? usualTests(asset.name, found)} />
          {tests !== undefined && <TestResults asset={asset} version={version} tests={tests} />}
        </div>
      )}
    </Loaded>
  )
}

function TestsForm({ first }: { readonly first: string }): ReactNode {
  const texts = useMessages(dataMessages).tests
  const navigate = useNavigate({ from: '/data/$name' })
  const [typed, setTyped] = useState(first)
  const run = (over?: true): void =>
    void navigate({
      search: ({ over: _, ...old }) => ({ ...old, tests: typed, ...(over !== undefined && { over }) }),
    })
  return (
    <>
      <p className="quiet">{texts.intro}</p>
      <div className="panel">
        <CodeEditor
          text={first}
          label={texts.editor}
          language="yaml"
          maxHeight={320}
          onChange={setTyped}
          onSubmit={() => run()}
        />
      </div>
      <div className="row">
        <Button look="primary" onClick={() => run()}>
          {texts.run}
        </Button>
        <Button onClick={() => run(true)}>{texts.runAll(mostVersions)}</Button>
        <CopyButton text={typed} label={texts.copy} />
      </div>
    </>
  )
}

interface TestResultsProps extends TestsPanelProps {
  readonly tests: string
}

function TestResults({ asset: { name, versions }, version, tests }: TestResultsProps): ReactNode {
  const texts = useMessages(dataMessages).tests
  const { over } = useSearch({ from: '/data/$name' })
  const table = tableName(name)
  const asked = over === true ? versions.slice(0, mostVersions).map((each) => each.version) : [version]
  const answers = useQueries({
    queries: asked.map((each) => {
      const body = { tests, sources: { [table]: `azureml:${name}:${each}` } }
      return {
        queryKey: ['rest', '/api/v1/tables/tests', body],
        queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
          answerOf(rest.POST('/api/v1/tables/tests', { body, signal })),
        staleTime: Infinity,
        retry: false,
      }
    }),
  })
  const failed = answers.find(({ isError }) => isError)
  if (answers.some(({ isPending }) => isPending)) return <Skeleton lines={4} />
  if (failed !== undefined) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
  const results = answers.map(({ data }) => data?.items ?? [])
  return <ResultTable versions={asked} results={results} label={texts.results} />
}

interface ResultTableProps {
  readonly label: string
  readonly versions: readonly string[]
  /** Of each version, in the order of the tests. */
  readonly results: readonly Results[]
}

const tones: Readonly<Record<Results[number]['status'], Tone>> = {
  passed: 'good',
  failed: 'bad',
  warned: 'warn',
  error: 'bad',
}

function ResultTable({ label, versions, results }: ResultTableProps): ReactNode {
  const texts = useMessages(dataMessages)
  const tests = results[0] ?? []
  return (
    <PlainTable
      label={label}
      columns={[
        { label: texts.tests.test, isRowHead: true },
        ...versions.map((version) => ({ label: `${texts.version} ${version}` })),
        { label: texts.tests.says },
      ]}
      rows={tests.map(({ name, message }, index) => ({
        key: name,
        cells: [
          name,
          ...results.map((each) => {
            const result = each[index]
            return (
              result !== undefined && (
                <span key={name} title={result.message}>
                  <Badge tone={tones[result.status]}>{texts.tests.statuses[result.status]}</Badge>
                </span>
              )
            )
          }),
          message,
        ],
      }))}
    />
  )
}

function tableName(name: string): string {
  const word = name.replaceAll(/\W/g, '_')
  return /^\d/.test(word) ? `t_${word}` : word
}

/** What is likely to be wanted of a table like this one, to be changed. */
function usualTests(name: string, { columns }: Profile): string {
  const whole = columns
    .filter(({ missing_count: missing }) => missing === 0)
    .map((column) => JSON.stringify(column.name))
  const ranges = columns.flatMap(({ name: column, numbers }) =>
    numbers === undefined || numbers.min === null || numbers.max === null
      ? []
      : [
          `  - range: { column: ${JSON.stringify(column)}, min: ${numbers.min}, max: ${numbers.max} }\n    severity: warn`,
        ],
  )
  return [
    'type: data_tests',
    `name: ${name}`,
    'inputs:',
    `  ${tableName(name)}: azureml:${name}@latest`,
    'tests:',
    '  - row_count: { min: 1 }',
    ...(whole.length === 0 ? [] : [`  - not_null: [${whole.join(', ')}]`]),
    ...ranges.slice(0, 5),
    '',
  ].join('\n')
}
