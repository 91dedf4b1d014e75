import type { ParallelWork } from '../plan/hosted-work.ts'
import type { PlannedCommand, PlannedStep } from '../plan/planned-pipeline.ts'

/**
 * How many slots a step takes while it runs: one for each process that works at the same time, as its author says. A
 * parallel step that does not say has a worker for each slot there is. More than there are is all of them: the step then
 * runs alone (docs/decisions/0013-a-slot-for-each-process.md).
 */
export function slotsWanted(step: PlannedStep, slots: number): number {
  return step.kind === 'command' ? Math.max(1, Math.min(processesOf(step, slots), slots)) : 1
}

/** How many workers a parallel step has, where there are so many slots. */
export function parallelWorkers(
  { concurrencyPerInstance }: ParallelWork,
  { resources: { instanceCount } }: Pick<PlannedCommand, 'resources'>,
  slots: number,
): number {
  return concurrencyPerInstance === undefined ? slots : instanceCount * concurrencyPerInstance
}

function processesOf(step: PlannedCommand, slots: number): number {
  const {
    hosted,
    distribution,
    resources: { instanceCount },
  } = step
  if (hosted?.kind === 'parallel') return parallelWorkers(hosted, step, slots)
  switch (distribution?.type) {
    case 'pytorch':
    case 'mpi':
      return instanceCount * distribution.processCountPerInstance
    case 'tensorflow':
      return (distribution.workerCount ?? instanceCount) + distribution.parameterServerCount
    case 'ray':
    case undefined:
      return 1
  }
}
