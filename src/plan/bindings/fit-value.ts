import { assertNever, SluiceError } from '../../base/errors.ts'
import type { DataType, InputMode, PrimitiveType } from '../../spec/document-parts.ts'
import { parseReference } from '../../spec/reference.ts'
import { canFlow, isFolderKind, isPlain, isPrimitive } from './data-types.ts'
import type { TextSite } from './evaluate.ts'
import { bothBounds, checkLiteral, parseBoolean, type ValueBounds } from './literal.ts'
import type { Mistakes } from '../mistakes.ts'
import type { BoundValue } from '../scope.ts'
import { spaceMisfits } from '../sweeps/trial-inputs.ts'
import { draftOf, outputType } from './settle-outputs.ts'

/** What an input takes, as far as anybody declared it. */
export interface Wanted extends ValueBounds {
  readonly type?: DataType | PrimitiveType
  readonly mode?: InputMode
  /** Data written at this very input, with its own type: that type counts, as in Azure ML. */
  readonly isDirect: boolean
}

export interface FitOptions {
  readonly mistakes: Mistakes
}

/** The value as this input takes it; what does not fit is reported with its value, and becomes `invalid`. */
export function fitValue(value: BoundValue, wanted: Wanted, { site, options }: FitSite): BoundValue {
  const { type } = wanted
  const mode = wanted.mode === undefined ? {} : { mode: wanted.mode }
  switch (value.kind) {
    case 'literal':
      if (type === undefined) return value
      return isPrimitive(type)
        ? fitLiteral(value, { ...wanted, type }, { site, options })
        : asData(value, type, { site, options, mode })
    case 'data':
      if (value.isInside === true) return fitInside(value, type, { site, options, mode })
      if (type === undefined) return { ...value, ...mode }
      return fitData(value, type, { site, options, mode, isDirect: wanted.isDirect })
    case 'output': {
      const draft = draftOf(value.from)
      const written = outputType(value.from)
      const isOpen = draft.isImplicit && value.from.isGathered !== true
      const fits = type === undefined || (isOpen ? isFolderKind(type) : canFlow(written, type))
      if (fits) return { ...value, ...mode, ...(type !== undefined && { type }), ...boundsOf(value, wanted) }
      const source = `output "${value.from.name}" of step "${value.from.node.key}"`
      options.mistakes.report(
        site.place,
        `${site.label} takes ${type}, but ${source} is ${written}.`,
        draft.isImplicit
          ? `Declare it there: outputs: {${value.from.name}: {type: ${type}}}`
          : 'Give both the same type.',
      )
      return { kind: 'invalid' }
    }
    case 'parameter':
      return type === undefined ? value : fitParameter(value, { ...wanted, type }, { site, options })
    case 'round': {
      const fits = type === undefined || value.type === undefined || value.type === type || canFlow(value.type, type)
      if (fits) return { ...value, ...mode, ...(type !== undefined && { type }), ...boundsOf(value, wanted) }
      const source = `input "${value.name}" of the body of step "${value.loop.key}"`
      options.mistakes.report(
        site.place,
        `${site.label} takes ${type}, but ${source} is ${value.type}.`,
        'Give both the same type.',
      )
      return { kind: 'invalid' }
    }
    case 'absent':
    case 'invalid':
      return value
    default:
      return assertNever(value)
  }
}

/** What is asked of a value that is known only later, by this input and by those of pipelines around it. */
function boundsOf(value: { readonly bounds?: ValueBounds }, wanted: Wanted): { readonly bounds?: ValueBounds } {
  const bounds = bothBounds(value.bounds, wanted)
  return bounds === undefined ? {} : { bounds }
}

/** The condition of an if_else: `true`, `false`, or a step's output that is declared boolean. */
export function fitCondition(
  value: BoundValue,
  site: TextSite,
  { mistakes }: { readonly mistakes: Mistakes },
): BoundValue {
  const refuse = (problem: string, hint: string): BoundValue => {
    mistakes.report(site.place, `${site.label} ${problem}`, hint)
    return { kind: 'invalid' }
  }
  const hint = 'Write true, false, or a boolean output: ${{parent.jobs.STEP.outputs.NAME}}'
  switch (value.kind) {
    case 'literal':
      if (parseBoolean(value.value) !== undefined) return value
      return refuse(`must be true or false, but is "${value.value}".`, hint)
    case 'output': {
      const type = outputType(value.from)
      if (type === 'boolean') return value
      const source = `output "${value.from.name}" of step "${value.from.node.key}"`
      return refuse(
        `needs a boolean, but ${source} is ${type}.`,
        `Declare it there: outputs: {${value.from.name}: {type: boolean}}`,
      )
    }
    case 'parameter':
      return refuse('must be true or false, but is a parameter of a search space.', hint)
    case 'round':
      if (value.type === 'boolean') return value
      return refuse(
        `needs a boolean, but takes what step "${value.loop.key}" gives as ${value.type ?? 'string'}.`,
        hint,
      )
    case 'data':
      return refuse(`must be true or false, but is data (${value.type}).`, hint)
    case 'absent':
      return refuse('is bound to an optional input without a value.', hint)
    case 'invalid':
      return value
    default:
      return assertNever(value)
  }
}

interface FitSite {
  readonly site: TextSite
  readonly options: FitOptions
}
interface DataSite extends FitSite {
  readonly mode: { readonly mode?: InputMode }
}
type Literal = Extract<BoundValue, { kind: 'literal' }>
type Data = Extract<BoundValue, { kind: 'data' }>

function fitParameter(
  value: Extract<BoundValue, { kind: 'parameter' }>,
  wanted: Wanted & { readonly type: DataType | PrimitiveType },
  { site, options }: FitSite,
): BoundValue {
  const label = `Parameter "${value.name}" of the search space`
  let isValid = true
  for (const { problem, hint, isPossible } of spaceMisfits(value.distribution, wanted, value.logbase)) {
    if (isPossible === true) options.mistakes.warn(site.place, `${label} ${problem}.`, hint)
    else {
      options.mistakes.report(site.place, `${label} ${problem}.`, hint)
      isValid = false
    }
  }
  return isValid ? { ...value, type: wanted.type } : { kind: 'invalid' }
}

function fitLiteral(
  literal: Literal,
  wanted: Wanted & { readonly type: PrimitiveType },
  { site, options }: FitSite,
): BoundValue {
  const checked = checkLiteral(literal.value, wanted)
  if (checked.isValid) return { ...literal, value: checked.value, type: wanted.type }
  options.mistakes.report(site.place, `${site.label} ${checked.problem}.`, checked.hint)
  return { kind: 'invalid' }
}

function asData(literal: Literal, type: DataType, { site, options, mode }: DataSite): BoundValue {
  try {
    return {
      kind: 'data',
      type,
      ...mode,
      source: parseReference(literal.value, literal.file),
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    // The parser knows no place; this is where the text meets an input that takes data.
    options.mistakes.report(site.place, `${site.label} takes ${type}, but ${error.message}.`, error.hint)
    return { kind: 'invalid' }
  }
}

function fitInside(
  { isInside: _, ...data }: Data,
  type: DataType | PrimitiveType | undefined,
  { site, options, mode }: DataSite,
): BoundValue {
  if (type !== undefined && isPrimitive(type)) return fitData(data, type, { site, options, mode, isDirect: false })
  return { ...data, ...mode, ...(type !== undefined && { type }) }
}

function fitData(
  data: Data,
  type: DataType | PrimitiveType,
  { site, options, mode, isDirect }: DataSite & { readonly isDirect: boolean },
): BoundValue {
  if (!isPrimitive(type)) {
    // A path without a type is a uri_folder in Azure ML, whatever kind of folder it is.
    const isUntyped = data.type === 'uri_folder'
    if (isDirect) return { ...data, ...mode, type: isUntyped ? type : data.type }
    if (canFlow(data.type, type) || (isUntyped && isFolderKind(type))) return { ...data, ...mode, type }
    // Azure runs these, and its own examples give a file of the web to a step that takes a folder.
    if (isPlain(data.type) && isPlain(type)) {
      const outcome = isUntyped ? `it is taken as ${type}` : 'it stays that'
      const message = `${site.label} takes ${type}, but gets data of type ${data.type}: ${outcome}.`
      options.mistakes.warn(site.place, message, 'Give both the same type.')
      return { ...data, ...mode, type: isUntyped ? type : data.type }
    }
  }
  options.mistakes.report(
    site.place,
    `${site.label} takes ${type}, but gets data of type ${data.type}.`,
    'Give both the same type.',
  )
  return { kind: 'invalid' }
}
