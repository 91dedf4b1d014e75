import { isMap, isScalar, isSeq } from 'yaml'
import { metricThresholdKeys } from '../keys.ts'
import { given, optional, readEntries, readMapping } from '../yaml/mapping.ts'
import { nearestName } from '../yaml/nearest-name.ts'
import { quoted } from '../yaml/source-text.ts'
import type { Value } from '../yaml/values.ts'
import { readList, readLiteral, readNumber, readOneOf, reportAt } from '../yaml/values.ts'
import { type MetricThreshold, signalMetrics, type SignalType } from './monitor-document.ts'

/** The groups under `metric_thresholds`, and which metrics each has; `''` for metrics that stand alone. */
type Groups = Readonly<Record<string, readonly string[]>>

const quality = { numerical: signalMetrics.quality, categorical: signalMetrics.quality }
const performance = {
  tabular_classification: signalMetrics.classification,
  tabular_regression: signalMetrics.regression,
  classification: signalMetrics.classification,
  regression: signalMetrics.regression,
  '': [...signalMetrics.classification, ...signalMetrics.regression],
}

const groupsOf: Readonly<Record<Exclude<SignalType, 'custom'>, Groups>> = {
  data_drift: signalMetrics.drift,
  prediction_drift: signalMetrics.drift,
  data_quality: quality,
  feature_attribution_drift: { '': signalMetrics.attribution },
  model_performance: performance,
  generation_token_statistics: { '': signalMetrics.tokens, totaltoken: signalMetrics.tokens },
  endpoint_performance: { '': signalMetrics.endpoint },
}

/** What older versions and other tools call a metric. */
const otherNames: Readonly<Record<string, string>> = {
  out_of_bound_rate: 'out_of_bounds_rate',
  f1: 'f1_score',
  mean_absolute_error: 'mae',
  mean_squared_error: 'mse',
  root_mean_squared_error: 'rmse',
  ndcg: 'normalized_discounted_cumulative_gain',
  psi: 'population_stability_index',
}

/** `metric_thresholds`: by group and metric, or as the list of earlier versions. */
export function readThresholds(value: Value, type: SignalType): readonly MetricThreshold[] {
  if (isSeq(value.node)) return (readList(value) ?? []).flatMap((item) => readListed(item, type))
  if (!isMap(value.node)) {
    reportAt(value, `${value.title} must be a mapping of metrics to thresholds`, 'For example: {accuracy: 0.9}')
    return []
  }
  return entriesOf(value, 'metric').flatMap(({ name, value: item }) => {
    if (item === undefined) return []
    if (isScalar(item.node)) return readOne(item, name, { type, group: '' })
    if (type !== 'custom' && Object.hasOwn(groupsOf[type], name) && name !== '')
      return entriesOf(item, 'metric').flatMap((inner) =>
        inner.value === undefined ? [] : readOne(inner.value, inner.name, { type, group: name }),
      )
    return unknownGroup(item, name, type)
  })
}

function entriesOf(value: Value, noun: string): ReturnType<typeof readEntries> {
  return readEntries(value, { noun, pattern: /^[^\s].{0,199}$/, rule: 'Write the name of a metric.' })
}

const readKind = readOneOf(['numerical', 'categorical'])

/** `{applicable_feature_type, metric_name, threshold}` */
function readListed(value: Value, type: SignalType): readonly MetricThreshold[] {
  const mapping = readMapping(value, metricThresholdKeys)
  if (mapping === undefined) return []
  const metric = optional(mapping, 'metric_name', readLiteral)
  const [threshold, kind] = [given(mapping, 'threshold'), optional(mapping, 'applicable_feature_type', readKind)]
  const isAlone = type !== 'custom' && Object.keys(groupsOf[type]).length === 1
  if (metric === undefined && !isAlone) {
    reportAt(value, `${value.title} has no "metric_name"`, 'For example: {metric_name: accuracy, threshold: 0.9}')
    return []
  }
  if (threshold === undefined) {
    reportAt(value, `${value.title} has no "threshold"`, 'For example: {metric_name: accuracy, threshold: 0.9}')
    return []
  }
  return readOne(threshold, metric ?? signalMetrics.attribution[0], { type, group: kind ?? '' })
}

function readOne(
  value: Value,
  written: string,
  { type, group }: { readonly type: SignalType; readonly group: string },
): readonly MetricThreshold[] {
  const threshold = readNumber(value)
  if (type === 'custom') return threshold === undefined ? [] : [{ metric: written, threshold }]
  const lower = written.toLowerCase()
  const metric = Object.hasOwn(otherNames, lower) ? otherNames[lower]! : lower
  const groups = groupsOf[type]
  // A metric that stands alone where metrics are told by kind is meant for every kind that has it.
  const meant = group in groups ? [group] : Object.keys(groups).filter((one) => groups[one]!.includes(metric))
  const known = group in groups ? groups[group]! : [...new Set(Object.values(groups).flat())]
  if (!known.includes(metric)) {
    const near = nearestName(metric, known)
    const advice = near === undefined ? '' : `, did you mean ${quoted(near)}?`
    const where = group === '' ? '' : ` for ${group}`
    reportAt(value, `${type} has no metric ${quoted(written)}${where}${advice}`, `Its metrics are ${known.join(', ')}.`)
    return []
  }
  if (threshold === undefined) return []
  if (threshold < 0) {
    reportAt(value, `the threshold of ${metric} cannot be negative`, 'Write a number of at least 0.')
    return []
  }
  return meant.map((of) => ({
    metric,
    threshold,
    ...((of === 'numerical' || of === 'categorical') && { of }),
  }))
}

function unknownGroup(value: Value, name: string, type: SignalType): readonly MetricThreshold[] {
  const groups = type === 'custom' ? [] : Object.keys(groupsOf[type]).filter((one) => one !== '')
  const near = nearestName(name, groups)
  const advice = near === undefined ? '' : `, did you mean ${quoted(near)}?`
  const hint = groups.length === 0 ? 'Write METRIC: THRESHOLD.' : `There are ${groups.join(', ')}.`
  reportAt(value, `${quoted(name)} is no group of metrics of ${type}${advice}`, hint)
  return []
}
