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

function checkSampling(
  node: CommandNode,
  { sampling, searchSpace }: SweepSettings,
  { mistakes }: EvaluateOptions,
): void {
  if (sampling.type !== 'random' || sampling.rule !== 'sobol') return
  const count = distributionsOf(searchSpace).length
  if (count <= sobolDimensions) return
  mistakes.report(
    placeOf(node, 'sampling_algorithm'),
    `The search space of ${labelOf(node)} has ${count} distributions, and a Sobol sequence takes at most ${sobolDimensions}.`,
    'Use rule: random.',
  )
}
