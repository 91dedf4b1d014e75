import { useState } from 'react'
import type { ReactNode } from 'react'
import { AssessedValue } from './assessed-value.tsx'
import { AssessmentDialog } from './assessment-dialog.tsx'
import { tracesMessages } from './messages.ts'
import { deleteAssessment } from './trace-changes.ts'
import type { Assessment, Trace } from './trace-types.ts'
import { useTraceRefresh } from './use-trace-refresh.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { JsonTree } from '../../components/json-tree.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

interface AssessmentsPanelProps {
  readonly trace: Trace
  /** The span that a new one may be about. */
  readonly spanId: string | undefined
  readonly onShowSpan: (spanId: string) => void
}

/** What people, models and programs said about a trace: who, when and why. */
export function AssessmentsPanel({ trace, spanId, onShowSpan }: AssessmentsPanelProps): ReactNode {
  const texts = useMessages(tracesMessages).assessments
  const [asked, setAsked] = useState<{ readonly assessment?: Assessment }>()
  const { assessments } = trace
  return (
    <div className="stack">
      {assessments.length === 0 ? (
        <EmptyState title={texts.none} body={texts.noneBody}>
          <Button look="primary" onClick={() => setAsked({})}>
            {texts.add}
          </Button>
        </EmptyState>
      ) : (
        <>
          <div>
            <Button look="primary" icon="plus" onClick={() => setAsked({})}>
              {texts.add}
            </Button>
          </div>
          <ul className="stack">
            {assessments.map((each) => (
              <Said
                key={each.assessment_id}
                trace={trace}
                said={each}
                onEdit={() => setAsked({ assessment: each })}
                onShowSpan={onShowSpan}
              />
            ))}
          </ul>
        </>
      )}
      {asked !== undefined && (
        <AssessmentDialog trace={trace} spanId={spanId} {...asked} onClose={() => setAsked(undefined)} />
      )}
    </div>
  )
}

interface SaidProps extends Pick<AssessmentsPanelProps, 'trace' | 'onShowSpan'> {
  readonly said: Assessment
  readonly onEdit: () => void
}

function Said({ trace, said, onEdit, onShowSpan }: SaidProps): ReactNode {
  const texts = useMessages(tracesMessages).assessments
  const refresh = useTraceRefresh()
  const { name, kind, value, error, rationale, span_id: spanId, source_type: source, source_id: who } = said
  const span = trace.spans.find(({ span_id: id }) => id === spanId)
  const remove = async (): Promise<void> => {
    const question = { title: texts.removeTitle(name), body: texts.removeBody, action: texts.remove }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    if (await told(deleteAssessment(trace.trace_id, said), texts.removed)) await refresh()
  }
  const isLong = typeof value === 'object' && value !== null
  return (
    <li className={`panel assessment${said.is_valid ? '' : ' replaced'}`}>
      <header className="panel-head">
        <div className="row">
          <h2>{name}</h2>
          <span className="quiet">{texts.kinds[kind]}</span>
          {!said.is_valid && <Badge tone="quiet">{texts.replaced}</Badge>}
        </div>
        <div className="row">
          {kind !== 'issue' && said.is_valid && (
            <Button isSmall onClick={onEdit} aria-label={`${texts.edit} ${name}`}>
              {texts.edit}
            </Button>
          )}
          <Button isSmall look="danger" onClick={() => void remove()} aria-label={`${texts.remove} ${name}`}>
            {texts.remove}
          </Button>
        </div>
      </header>
      <div className="panel-body stack">
        {error !== undefined ? (
          <p>
            <Badge tone="warn">{texts.failed}</Badge> <code>{error.code}</code> {error.message}
          </p>
        ) : isLong ? (
          <JsonTree value={value} openLevels={2} />
        ) : typeof value === 'string' && value.length > 40 ? (
          <p className="span-text">{value}</p>
        ) : (
          <p>
            <AssessedValue value={value} />
          </p>
        )}
        {rationale !== undefined && rationale !== '' && <p className="span-text">{rationale}</p>}
        <p className="quiet">
          {texts.sources[source as keyof typeof texts.sources] ?? source} · {who} · <TimeAgo at={said.updated_at} />
          {spanId !== undefined && (
            <>
              {' · '}
              <button type="button" className="link-button" onClick={() => onShowSpan(spanId)}>
                {span?.name ?? texts.ofSpan}
              </button>
            </>
          )}
        </p>
      </div>
    </li>
  )
}
