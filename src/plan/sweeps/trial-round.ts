import { instantiateBody, type BodyInstance } from '../instantiate-body.ts'
import type { PlannedSweep } from '../planned-pipeline.ts'
import { trialText, typeOfDistribution } from './trial-inputs.ts'
import type { TrialPoint } from './trial-point.ts'

/** The step that trial `index` (from 0) of a sweep is, with these values. */
export function trialRound(sweep: PlannedSweep, index: number, point: TrialPoint): BodyInstance {
  const parameters = Object.entries(point).map(([name, value]) => {
    const type = typeOfDistribution(sweep.searchSpace[name]!)
    return [name, { kind: 'literal', type, value: trialText(value) }] as const
  })
  return instantiateBody(sweep.body, {
    control: sweep.path,
    key: `trial_${index + 1}`,
    displayName: `trial ${index + 1}`,
    parameters: Object.fromEntries(parameters),
  })
}
