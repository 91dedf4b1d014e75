import type { ExperimentId, JobName, StepPath } from '../../base/ids.ts'
import type { PlannedControl } from '../../plan/planned-pipeline.ts'
import type { ExpandedEvent, Round, StepOutputs } from '../pipeline-state.ts'

/** What a control step decides by: its rounds so far, and outputs of any step that has ended. */
export interface ControlView {
  readonly rounds: readonly Readonly<Round>[]
  readonly experimentId: ExperimentId
  outputsOf(step: StepPath): StepOutputs | undefined
  /** The job of a step or of a round's nested pipeline. */
  jobOf(path: StepPath): JobName
}

/**
 * What a control step does next. Without rounds, stops or an end it waits for one of its rounds; with `againAfterMs`
 * it is asked again then, whatever happens.
 */
export type Expansion = Omit<ExpandedEvent, 'kind' | 'step'> & { readonly againAfterMs?: number }

/**
 * Decides about one kind of control step. Asked when the step becomes ready, whenever a round of it ended, and after a
 * restart: it knows nothing but its arguments, so the same view gives the same answer. A thrown error fails the step.
 */
export type Expander<Control> = (step: Control, view: ControlView) => Promise<Expansion>

export type Expanders = {
  readonly [Kind in PlannedControl['kind']]: Expander<Extract<PlannedControl, { kind: Kind }>>
}

/** Asks the expander of the step's kind. */
export function expandControl(expanders: Expanders, step: PlannedControl, view: ControlView): Promise<Expansion> {
  // The table pairs each kind with its own type, which TypeScript cannot follow through an index.
  return (expanders[step.kind] as Expander<PlannedControl>)(step, view)
}

/** Outputs of a round, as its body names them. */
export function roundOutputs(round: Readonly<Round>, view: ControlView): StepOutputs {
  return Object.fromEntries(
    Object.entries(round.outputs).flatMap(([name, { step, output }]) => {
      const value = view.outputsOf(step)?.[output]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
