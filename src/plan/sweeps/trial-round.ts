import { instantiateBody, type BodyInstance } from '../instantiate-body.ts'
import type { PlannedStep, PlannedSweep } from '../planned-pipeline.ts'
import { trialText, typeOfDistribution } from './trial-inputs.ts'
import type { TrialPoint } from './trial-point.ts'

/** The step that trial `index` (from 0) of a sweep is, with these values. */
export function trialRound(sweep: PlannedSweep, index: number, point: TrialPoint): BodyInstance {
  const parameters = Object.entries(point).map(([name, value]) => {
    const type = typeOfDistribution(sweep.searchSpace[name]!)
    return [name, { kind: 'literal', type, value: trialText(value) }] as const
  })
  const round = instantiateBody(sweep.body, {
    control: sweep.path,
    key: `trial_${index + 1}`,
    displayName: `trial ${index + 1}`,
    parameters: Object.fromEntries(parameters),
  })
  return { ...round, steps: round.steps.map(warmWhereEqual) }
}

/** Trials run one script again and again: its imports are made once, unless their author said how they start. */
function warmWhereEqual(step: PlannedStep): PlannedStep {
  return step.kind === 'command' ? { ...step, isolation: step.isolation ?? 'warm-where-equal' } : step
}
