import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { promptsMessages } from './messages.ts'
import { mlflow } from '../../api/mlflow-client.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface UsagePanelProps {
  readonly name: string
  readonly version: string
}

const mostShown = 50

/** Which traces say that they used a version, and which runs that they loaded the prompt. */
export function UsagePanel({ name, version }: UsagePanelProps): ReactNode {
  return (
    <div className="prompt-usage">
      <Traces name={name} version={version} />
      <Runs name={name} />
    </div>
  )
}

function Traces({ name, version }: UsagePanelProps): ReactNode {
  const texts = useMessages(promptsMessages).usage
  const filter = `prompt = '${name}/${version}'`
  const body = { filter, max_results: mostShown }
  const traces = useQuery({
    queryKey: ['rest', '/api/v1/traces/search', body],
    queryFn: ({ signal }) => answerOf(rest.POST('/api/v1/traces/search', { body, signal })),
  })
  return (
    <Panel
      title={texts.traces}
      actions={
        (traces.data?.items.length ?? 0) > 0 && (
          <Link to="/traces" search={{ filter }}>
            {texts.allTraces}
          </Link>
        )
      }
    >
      <div className="panel-body">
        <Loaded query={traces}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="quiet">{texts.noTraces}</p>
            ) : (
              <PlainTable
                label={texts.traces}
                columns={[{ label: texts.trace, isRowHead: true }, { label: texts.when }]}
                rows={items.map(({ trace_id: id, name: title = id, started_at: at }) => ({
                  key: id,
                  cells: [
                    <ObjectLink key={id} kind="trace" name={id}>
                      {title}
                    </ObjectLink>,
                    <TimeAgo key="when" at={at} />,
                  ],
                }))}
              />
            )
          }
        </Loaded>
      </div>
    </Panel>
  )
}

/** MLflow's client writes into a run which prompts were loaded in it. */
const linkedTag = 'mlflow.linkedPrompts'

function Runs({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(promptsMessages).usage
  const runs = useQuery({
    queryKey: ['mlflow', 'runs/search', linkedTag, name],
    queryFn: async ({ signal }) => {
      const { experiments = [] } = await mlflow('experiments/search', { max_results: 1000 }, { signal })
      const body = {
        experiment_ids: experiments.map(({ experiment_id: id }) => id),
        filter: `tags.\`${linkedTag}\` LIKE '%"${name}"%'`,
        columns: [`tags.${linkedTag}`],
        max_results: mostShown,
      }
      return answerOf(rest.POST('/api/v1/runs/search', { body, signal }))
    },
  })
  return (
    <Panel title={texts.runs}>
      <div className="panel-body">
        <Loaded query={runs}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="quiet">{texts.noRuns}</p>
            ) : (
              <PlainTable
                label={texts.runs}
                columns={[
                  { label: texts.run, isRowHead: true },
                  { label: texts.used },
                  { label: texts.state },
                  { label: texts.when },
                ]}
                rows={items.map(({ run_id: id, name: title, status, started_at: at, values }) => ({
                  key: id,
                  cells: [
                    <ObjectLink key={id} kind="run" name={id}>
                      {title}
                    </ObjectLink>,
                    versionsIn(values[0], name),
                    <StatusBadge key="status" status={status} />,
                    <TimeAgo key="when" at={at} />,
                  ],
                }))}
              />
            )
          }
        </Loaded>
      </div>
    </Panel>
  )
}

function versionsIn(tag: unknown, name: string): string {
  try {
    const linked = JSON.parse(String(tag)) as readonly { readonly name: string; readonly version: unknown }[]
    return linked
      .filter((each) => each.name === name)
      .map(({ version }) => String(version))
      .join(', ')
  } catch {
    return ''
  }
}
