import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { tracesMessages } from './messages.ts'
import { addAssessment, changeAssessment } from './trace-changes.ts'
import type { Assessment, Trace } from './trace-types.ts'
import { useTraceRefresh } from './use-trace-refresh.ts'
import { Button } from '../../components/button.tsx'
import { Modal } from '../../components/modal.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

interface AssessmentDialogProps {
  readonly trace: Trace
  /** Absent: a new one. */
  readonly assessment?: Assessment
  /** The span that is shown, which a new one may be about. */
  readonly spanId: string | undefined
  readonly onClose: () => void
}

const valueTypes = ['truth', 'number', 'text', 'json'] as const
type ValueType = (typeof valueTypes)[number]

/** Who said something last on this browser says the next thing. */
const whoKey = 'sluice.assessments.who'

/** Says something about a trace or a span, or says it otherwise. */
export function AssessmentDialog({ trace, assessment, spanId, onClose }: AssessmentDialogProps): ReactNode {
  const texts = useMessages(tracesMessages).assessments
  const shell = useMessages(shellMessages)
  const refresh = useTraceRefresh()
  const id = useId()
  const [kind, setKind] = useState<Kind>(assessment?.kind === 'expectation' ? 'expectation' : 'feedback')
  const [name, setName] = useState(assessment?.name ?? '')
  const [type, setType] = useState(() => typeOf(assessment))
  const [text, setText] = useState(() => textOf(assessment))
  const [rationale, setRationale] = useState(assessment?.rationale ?? '')
  const [who, setWho] = useState(() => assessment?.source_id ?? localStorage.getItem(whoKey) ?? '')
  const [about, setAbout] = useState('')
  const read = readValue(type, text)
  const keep = useMutation({
    mutationFn: async () => {
      const said = { kind, name: name.trim(), value: read.value, rationale: rationale.trim(), who: who.trim() }
      if (assessment !== undefined) return changeAssessment(trace.trace_id, assessment.assessment_id, said)
      localStorage.setItem(whoKey, said.who)
      return addAssessment(trace.trace_id, { ...said, ...(about !== '' && { spanId: about }) })
    },
    onSuccess: () => {
      toast(assessment === undefined ? texts.added : texts.changed)
      onClose()
    },
    onSettled: refresh,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    keep.mutate()
  }
  const isReady = name.trim() !== '' && who.trim() !== '' && read.mistake === undefined
  const span = trace.spans.find(({ span_id: each }) => each === spanId)
  return (
    <Modal
      title={assessment === undefined ? texts.add : `${texts.edit}: ${assessment.name}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell.cancel}</Button>
          <Button look="primary" type="submit" form={id} disabled={!isReady || keep.isPending}>
            {assessment === undefined ? texts.add : texts.edit}
          </Button>
        </>
      }
    >
      <form id={id} className="trace-form" onSubmit={submit}>
        {assessment === undefined && <KindField kind={kind} onKind={setKind} />}
        <label>
          {texts.name}
          <input
            className="field"
            value={name}
            maxLength={250}
            placeholder={texts.nameHint}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <ValueFields
          type={type}
          text={text}
          onValue={(nextType, nextText) => {
            setType(nextType)
            setText(nextText)
          }}
        />
        <label>
          {texts.rationale}
          <textarea
            className="field"
            rows={3}
            value={rationale}
            onChange={({ target }) => setRationale(target.value)}
          />
        </label>
        {assessment === undefined && (
          <>
            <label>
              {texts.who}
              <input className="field" value={who} maxLength={250} onChange={({ target }) => setWho(target.value)} />
            </label>
            <AboutField span={span} about={about} onAbout={setAbout} />
          </>
        )}
        {keep.isError && <ErrorState error={keep.error} />}
      </form>
    </Modal>
  )
}

type Kind = 'feedback' | 'expectation'

function KindField({ kind, onKind }: { readonly kind: Kind; readonly onKind: (kind: Kind) => void }): ReactNode {
  const texts = useMessages(tracesMessages).assessments
  return (
    <label>
      {texts.kind}
      <select
        className="field"
        value={kind}
        onChange={({ target }) => onKind(target.value === 'expectation' ? 'expectation' : 'feedback')}
      >
        <option value="feedback">{texts.kinds.feedback}</option>
        <option value="expectation">{texts.kinds.expectation}</option>
      </select>
    </label>
  )
}

interface AboutFieldProps {
  readonly span: Trace['spans'][number] | undefined
  /** Id of a span; empty: the whole trace. */
  readonly about: string
  readonly onAbout: (about: string) => void
}

function AboutField({ span, about, onAbout }: AboutFieldProps): ReactNode {
  const texts = useMessages(tracesMessages).assessments
  if (span === undefined) return null
  return (
    <label>
      {texts.about}
      <select className="field" value={about} onChange={({ target }) => onAbout(target.value)}>
        <option value="">{texts.wholeTrace}</option>
        <option value={span.span_id}>{span.name}</option>
      </select>
    </label>
  )
}

interface ValueFieldsProps {
  readonly type: ValueType
  readonly text: string
  readonly onValue: (type: ValueType, text: string) => void
}

/** What kind of value it is, and the value as it is typed. */
function ValueFields({ type, text, onValue }: ValueFieldsProps): ReactNode {
  const texts = useMessages(tracesMessages).assessments
  const id = useId()
  const wrong = text === '' ? undefined : readValue(type, text).mistake
  const given = {
    className: 'field',
    value: text,
    'aria-invalid': wrong !== undefined,
    'aria-describedby': wrong === undefined ? undefined : id,
    onChange: ({ target }: { readonly target: { readonly value: string } }) => onValue(type, target.value),
  }
  return (
    <>
      <label>
        {texts.type}
        <select
          className="field"
          value={type}
          onChange={({ target: { value } }) =>
            onValue(valueTypes.find((each) => each === value) ?? 'text', value === 'truth' ? 'true' : '')
          }
        >
          {valueTypes.map((each) => (
            <option key={each} value={each}>
              {texts.types[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {texts.value}
        {type === 'truth' ? (
          <select {...given}>
            <option value="true">{texts.yes}</option>
            <option value="false">{texts.no}</option>
          </select>
        ) : type === 'number' ? (
          <input inputMode="decimal" {...given} />
        ) : (
          <textarea rows={3} {...given} />
        )}
      </label>
      {wrong !== undefined && (
        <p id={id} className="trace-mistake" role="alert">
          {texts[wrong]}
        </p>
      )}
    </>
  )
}

interface ReadValue {
  readonly value?: unknown
  readonly mistake?: 'notNumber' | 'notJson'
}

function readValue(type: ValueType, text: string): ReadValue {
  if (type === 'truth') return { value: text === 'true' }
  if (type === 'text') return { value: text }
  if (type === 'number') {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    return Number.isFinite(value) ? { value } : { mistake: 'notNumber' }
  }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { mistake: 'notJson' }
  }
}

function typeOf(assessment: Assessment | undefined): ValueType {
  if (assessment === undefined || typeof assessment.value === 'boolean') return 'truth'
  if (typeof assessment.value === 'number') return 'number'
  return typeof assessment.value === 'string' ? 'text' : 'json'
}

function textOf(assessment: Assessment | undefined): string {
  if (assessment === undefined) return 'true'
  const { value } = assessment
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
}
