import type { StepPath } from '../../base/ids.ts'
import type { SweepSettings } from '../../spec/sweep-settings.ts'
import type { EvaluateOptions } from '../bindings/evaluate.ts'
import { planCommand } from '../plan-command.ts'
import type { PlannedCommand, PlannedStepCommon, PlannedSweep } from '../planned-pipeline.ts'
import { labelOf, placeOf, type CommandNode } from '../scope.ts'
import { sobolDimensions } from './sobol.ts'
import { distributionsOf } from './trial-point.ts'

/** A sweep with its trial as the body of each round; `sweep` is that of the node. */
export function planSweep(
  node: CommandNode,
  { sweep, common, options }: { sweep: SweepSettings; common: PlannedStepCommon; options: EvaluateOptions },
): PlannedSweep {
  checkSampling(node, sweep, options)
  const path = (common.path === '' ? 'trial' : `${common.path}.trial`) as StepPath
  const own: PlannedStepCommon = { path, key: 'trial', parents: [], runIf: 'succeeded' }
  const command = planCommand(node, own, options)
  const trial = trialOf(command, sweep.limits.trialTimeoutSeconds)
  const outputs = Object.entries(trial.outputs).map(([name, { type }]) => [name, { step: path, output: name, type }])
  const { searchSpace, objective, sampling, earlyTermination, limits } = sweep
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

function checkSampling(
  node: CommandNode,
  { sampling, searchSpace }: SweepSettings,
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
