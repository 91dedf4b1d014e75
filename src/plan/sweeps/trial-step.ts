import type { CommandComponent, ComponentStep, SweepJob, SweepStep } from '../../spec/documents.ts'
import type { SearchSpace } from '../../spec/sweep-settings.ts'
import { parseText } from '../expression.ts'

/** A sweep's step as the command step that each of its trials is. */
export function trialStep(sweep: SweepStep): ComponentStep {
  const { displayName, dependsOn, runIf, inputs, outputs, environmentVariables } = sweep
  const { compute, resources, retry, priority, isDeterministic } = sweep
  return {
    kind: 'component',
    component: sweep.trial,
    dependsOn,
    runIf,
    inputs,
    outputs,
    environmentVariables,
    ...(displayName !== undefined && { displayName }),
    ...(compute !== undefined && { compute }),
    ...(resources !== undefined && { resources }),
    ...(retry !== undefined && { retry }),
    ...(priority !== undefined && { priority }),
    ...(isDeterministic !== undefined && { isDeterministic }),
  }
}

/** A sweep job as the only step of itself. */
export function sweepStepOf(job: SweepJob): SweepStep {
  const { trial, inputs, outputs, searchSpace, objective, sampling, earlyTermination, limits } = job
  return {
    kind: 'sweep',
    trial,
    inputs,
    outputs,
    searchSpace,
    objective,
    sampling,
    limits,
    dependsOn: [],
    runIf: 'succeeded',
    environmentVariables: {},
    ...(earlyTermination !== undefined && { earlyTermination }),
    ...(job.displayName !== undefined && { displayName: job.displayName }),
    ...(job.resources !== undefined && { resources: job.resources }),
    ...(job.priority !== undefined && { priority: job.priority }),
  }
}

/** The trial's component with `${{search_space.x}}` as the input `x`, which is what it is to a trial. */
export function trialComponent(component: CommandComponent, space: SearchSpace): CommandComponent {
  const variables = Object.entries(component.environmentVariables)
  return {
    ...component,
    command: asInputs(component.command, space),
    environmentVariables: Object.fromEntries(variables.map(([name, text]) => [name, asInputs(text, space)])),
  }
}

function asInputs(text: string, space: SearchSpace): string {
  const { parts, mistakes } = parseText(text)
  // What is mistaken is left out of the parts; the text goes on as it is and is reported where commands are checked.
  if (mistakes.length > 0) return text
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text
      const { expression, source } = part
      const isParameter = expression.kind === 'search-space' && Object.hasOwn(space, expression.name)
      return isParameter ? `\${{inputs.${expression.name}}}` : source
    })
    .join('')
}
