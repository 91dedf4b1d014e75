import { isMap, isScalar } from 'yaml'
import { dataSegmentKeys, featureFilterKeys, signalKeys } from '../keys.ts'
import { readInputValues } from '../inputs-and-outputs.ts'
import { referenceText } from '../scope.ts'
import type { Mapping } from '../yaml/mapping.ts'
import { defined, given, optional, readMapping, recordOf, required } from '../yaml/mapping.ts'
import type { Value } from '../yaml/values.ts'
import {
  emptyRecord,
  readBoolean,
  readLiterals,
  readOneOf,
  readText,
  readTexts,
  readWholeNumber,
  reportAt,
} from '../yaml/values.ts'
import {
  type CustomSignal,
  type DataSegment,
  type FeatureChoice,
  signalModes,
  type SignalSpec,
  signalTypes,
} from './monitor-document.ts'
import { readComponentName, readNamedData, readOneOrMoreData, readSignalData, renamed } from './read-signal-data.ts'
import { readThresholds } from './read-thresholds.ts'

/** Of Azure ML, and not computed here; read so that the message can say what to do. */
const judgedType = 'generation_safety_quality'
const readType = readOneOf([...signalTypes, judgedType])
const readMode = readOneOf(signalModes)

/** One entry of `monitoring_signals`. */
export function readSignal(name: string, value: Value): SignalSpec | undefined {
  const mapping = readMapping(value, signalKeys)
  const type = mapping && required(mapping, 'type', readType)
  if (mapping === undefined || type === undefined) return undefined
  if (type === judgedType)
    return reportAt(
      given(mapping, 'type')!,
      `${value.title} needs a language model as a judge, which this version does not call`,
      'Use a signal of type custom whose component asks the judge of your choice.',
    )
  const productionValue = renamed(mapping, 'production_data', 'target_dataset', 'target_data')
  const referenceValue = renamed(mapping, 'reference_data', 'baseline_dataset', 'baseline_data')
  const thresholds = given(mapping, 'metric_thresholds')
  const common = {
    name,
    type,
    production: productionValue === undefined ? [] : readOneOrMoreData(productionValue),
    features: optional(mapping, 'features', readFeatures) ?? ({ kind: 'default' } as const),
    featureTypes: optional(mapping, 'feature_type_override', readFeatureTypes) ?? emptyRecord(),
    thresholds: thresholds === undefined ? [] : readThresholds(thresholds, type),
    isAlertEnabled: optional(mapping, 'alert_enabled', readBoolean) ?? true,
    mode: optional(mapping, 'mode', readMode) ?? ('exact' as const),
    ...defined({
      reference: referenceValue && readSignalData(referenceValue),
      segment: optional(mapping, 'data_segment', readSegment),
    }),
  }
  if (!checkParts(mapping, common)) return undefined
  if (type !== 'custom') return common
  const custom = readCustom(mapping)
  return custom && { ...common, custom }
}

/** What a type cannot do without. */
function checkParts(mapping: Mapping, { type, production, reference }: SignalSpec): boolean {
  const { document, mark, title } = mapping
  if (type === 'feature_attribution_drift' && reference?.columns['target_column'] === undefined)
    document.report(
      mark,
      `${title} does not say which column of the reference is the target`,
      'Add: reference_data: {input_data: ..., data_column_names: {target_column: NAME}}',
    )
  else if (type === 'model_performance' && truthOf({ production, reference }) === undefined)
    document.report(
      mark,
      `${title} has no ground truth`,
      'Add: reference_data: {input_data: ..., data_context: ground_truth, data_column_names: {target_column: NAME, correlation_id: NAME}}',
    )
  else if (type === 'custom' && given(mapping, 'metric_thresholds') === undefined)
    document.report(
      mark,
      `${title} has no "metric_thresholds"`,
      'Add: metric_thresholds: [{metric_name: NAME, threshold: 1}]',
    )
  else return true
  return false
}

/** Where the true values of a model's performance are: among the production data, or as the reference. */
function truthOf({
  production,
  reference,
}: Pick<SignalSpec, 'production'> & { readonly reference?: SignalSpec['reference'] | undefined }) {
  return [...production, ...(reference === undefined ? [] : [reference])].find(
    ({ columns, source }) => columns['target_column'] !== undefined && source !== undefined,
  )
}

function readCustom(mapping: Mapping): CustomSignal | undefined {
  const component = required(mapping, 'component_id', readComponentName)
  const data = renamed(mapping, 'input_data', 'input_datasets')
  const inputs = Object.entries(readInputValues(mapping)).map(
    ([name, input]) => [name, input.kind === 'text' ? input.text : referenceText(input.source)] as const,
  )
  if (component === undefined) return undefined
  return { component, inputs: recordOf(inputs), data: data === undefined ? emptyRecord() : readNamedData(data) }
}

function readFeatures(value: Value): FeatureChoice | undefined {
  if (isMap(value.node)) {
    const mapping = readMapping(value, featureFilterKeys)
    const count = mapping && required(mapping, 'top_n_feature_importance', readWholeNumber(1, 10_000))
    return count === undefined ? undefined : { kind: 'top', count }
  }
  if (isScalar(value.node) && readText(value)?.toLowerCase() === 'all_features') return { kind: 'all' }
  const names = readTexts(value)
  return names && { kind: 'named', names }
}

function readFeatureTypes(value: Value): SignalSpec['featureTypes'] | undefined {
  const written = readLiterals(value)
  if (written === undefined) return undefined
  const types = emptyRecord<'numerical' | 'categorical'>()
  for (const [name, text] of Object.entries(written)) {
    const type = text.toLowerCase()
    if (type === 'numerical' || type === 'categorical') types[name] = type
    else reportAt(value, `the type of the feature "${name}" cannot be "${text}"`, 'It is numerical or categorical.')
  }
  return types
}

function readSegment(value: Value): DataSegment | undefined {
  const mapping = readMapping(value, dataSegmentKeys)
  if (mapping === undefined) return undefined
  const feature = required(mapping, 'feature_name', readText)
  const values = required(mapping, 'feature_values', readValues)
  return feature === undefined || values === undefined ? undefined : { feature, values }
}

function readValues(value: Value): readonly string[] | undefined {
  const values = readTexts(value)
  if (values?.length === 0) return reportAt(value, `${value.title} is empty`, 'Name at least one value.')
  return values
}
