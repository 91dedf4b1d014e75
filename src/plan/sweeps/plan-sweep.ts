import type { StepPath } from '../../base/ids.ts'
import type { Bindable } from '../../spec/document-parts.ts'
import type { SweepLimits, WrittenSweepSettings } from '../../spec/sweep-settings.ts'
import { mostTrials } from '../../spec/sweep-settings.ts'
import { evaluateText, type EvaluateOptions } from '../bindings/evaluate.ts'
import { planCommand } from '../plan-command.ts'
import { settleNumber } from '../plan-processes.ts'
import type { PlannedCommand, PlannedStepCommon, PlannedSweep } from '../planned-pipeline.ts'
import { labelOf, placeOf, type CommandNode } from '../scope.ts'
import { sobolDimensions } from './sobol.ts'
import { distributionsOf } from './trial-point.ts'

/** A sweep with its trial as the body of each round; `sweep` is that of the node. */
export function planSweep(
  node: CommandNode,
  { sweep, common, options }: { sweep: WrittenSweepSettings; common: PlannedStepCommon; options: EvaluateOptions },
): PlannedSweep {
  checkSampling(node, sweep, options)
  const path = (common.path === '' ? 'trial' : `${common.path}.trial`) as StepPath
  const own: PlannedStepCommon = { path, key: 'trial', parents: [], runIf: 'succeeded' }
  const command = planCommand(node, own, options)
  const trial = trialOf(command, sweep.limits.trialTimeoutSeconds)
  const outputs = Object.entries(trial.outputs).map(([name, { type }]) => [name, { step: path, output: name, type }])
  const { searchSpace, sampling, earlyTermination } = sweep
  const objective = { ...sweep.objective, primaryMetric: settleMetric(node, sweep.objective.primaryMetric, options) }
  const limits = settleLimits(node, sweep.limits, options)
  return {
    ...common,
    kind: 'sweep',
    body: { path, steps: [trial], groups: [], outputs: Object.fromEntries(outputs) },
    roundsMayFail: true,
    outputs: command.outputs,
    searchSpace,
    objective,
    sampling,
    limits,
    ...(earlyTermination !== undefined && { earlyTermination }),
  }
}

/** One trial: ended by the nearer of both timeouts, and registering nothing, as only the best one's outputs are kept. */
function trialOf(command: PlannedCommand, trialTimeoutSeconds: number | undefined): PlannedCommand {
  const timeouts = [command.timeoutSeconds, trialTimeoutSeconds].filter((seconds) => seconds !== undefined)
  const outputs = Object.entries(command.outputs).map(([name, { type, mode }]) => [name, { type, mode }])
  return {
    ...command,
    outputs: Object.fromEntries(outputs),
    ...(timeouts.length > 0 && { timeoutSeconds: Math.min(...timeouts) }),
  }
}

/** To four digits, as one would write it. */
function exponentOf(value: number, base: number): number {
  return Number((Math.log(value) / Math.log(base)).toPrecision(4))
}

/** More trials at once than there are is as many as there are, as in Azure. */
function settleLimits(
  node: CommandNode,
  { maxTotalTrials, maxConcurrentTrials, ...times }: WrittenSweepSettings['limits'],
  options: EvaluateOptions,
): SweepLimits {
  const number = (key: string, value: Bindable<number>): number =>
    settleNumber(node, { key, value, place: placeOf(node, 'limits', key), least: 1, most: mostTrials }, options)
  const total = number('max_total_trials', maxTotalTrials)
  const concurrent = number('max_concurrent_trials', maxConcurrentTrials ?? total)
  return { maxTotalTrials: total, maxConcurrentTrials: Math.min(concurrent, total), ...times }
}

function settleMetric(node: CommandNode, value: Bindable<string>, options: EvaluateOptions): string {
  if (typeof value === 'string') return value
  const place = placeOf(node, 'objective', 'primary_metric')
  const label = `"primary_metric" of ${labelOf(node)}`
  const metric = evaluateText(value.expression, { scope: node.scope, place, label, node }, options)
  if (metric.kind === 'literal') return metric.value
  if (metric.kind !== 'invalid') {
    const message = `${label} must be the name of a metric, but ${value.expression} is not a literal.`
    options.mistakes.report(place, message)
  }
  return ''
}

function checkSampling(
  node: CommandNode,
  { sampling, searchSpace }: WrittenSweepSettings,
  { mistakes }: EvaluateOptions,
): void {
  const logbase = (sampling.type === 'random' ? sampling.logbase : undefined) ?? Math.E
  for (const [path, distribution] of distributionsOf(searchSpace)) {
    if (distribution.type !== 'loguniform' && distribution.type !== 'qloguniform') continue
    const { type, minValue, maxValue } = distribution
    if ([minValue, maxValue].every((exponent) => Number.isFinite(logbase ** exponent))) continue
    const bounds = `min_value (${minValue}) and max_value (${maxValue})`
    mistakes.report(
      placeOf(node, 'search_space', path.split('.')[0]!),
      `Parameter "${path}" of ${labelOf(node)} is ${type}: ${bounds} are exponents of ${logbase === Math.E ? 'e' : logbase}, which leads beyond all numbers.`,
      minValue > 0 && maxValue > 0
        ? `For values from ${minValue} to ${maxValue} write min_value: ${exponentOf(minValue, logbase)}, max_value: ${exponentOf(maxValue, logbase)}.`
        : undefined,
    )
  }
  if (sampling.type !== 'random' || sampling.rule !== 'sobol') return
  const count = distributionsOf(searchSpace).length
  if (count <= sobolDimensions) return
  mistakes.report(
    placeOf(node, 'sampling_algorithm'),
    `The search space of ${labelOf(node)} has ${count} distributions, and a Sobol sequence takes at most ${sobolDimensions}.`,
    'Use rule: random.',
  )
}
