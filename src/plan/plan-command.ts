import { evaluateText, type EvaluateOptions, type TextSite } from './bindings/evaluate.ts'
import { hasExpression, parseText, type TextPart } from './expression.ts'
import type { Place } from './mistakes.ts'
import { planDistribution, planResources } from './plan-processes.ts'
import type { InputMode } from '../spec/document-parts.ts'
import type { PlannedCommand, PlannedInput, PlannedOutput, PlannedStepCommon } from './planned-pipeline.ts'
import { planParallel } from './plan-parallel.ts'
import { absenceOf, checkTemplate, planTemplate, usedInputs } from './plan-template.ts'
import { renderCommand } from './render-command.ts'
import { namedComponent } from './named-component.ts'
import { labelOf, placeOf, type BoundValue, type CommandNode, type OutputDraft, type Scope } from './scope.ts'
import { outputType } from './bindings/settle-outputs.ts'
import { typeOfDistribution } from './sweeps/trial-inputs.ts'

/** A command with all its bindings as the engine runs it: what the step says goes before what its component says. */
export function planCommand(node: CommandNode, common: PlannedStepCommon, options: EvaluateOptions): PlannedCommand {
  const { component, step } = node
  const compute = computeOf(node, options)
  const named = namedComponent(node)
  const parallel = node.parallel && planParallel(node, node.parallel, options)
  const distribution = planDistribution(node, options)
  const { notebook } = component
  const hosted = notebook === undefined ? parallel?.work : ({ kind: 'notebook', file: notebook } as const)
  const timeoutSeconds = step.timeoutSeconds ?? component.timeoutSeconds
  const limits = { ...component.limits, ...step.limits }
  const retry = step.retry ?? component.retry
  const priority = step.priority ?? component.priority
  const isolation = step.isolation ?? component.isolation
  return {
    ...common,
    kind: 'command',
    command: hosted === undefined ? planText(node, options) : '',
    ...(named !== undefined && { component: named }),
    ...(hosted !== undefined && { hosted }),
    ...(component.code !== undefined && { code: component.code }),
    additionalIncludes: component.additionalIncludes,
    ...(component.environment !== undefined && { environment: component.environment }),
    environmentVariables: { ...componentVariables(node, options), ...stepVariables(node, options) },
    inputs: {
      ...Object.fromEntries([...node.inputs].flatMap(([name, value]) => plannedInput(name, value))),
      ...parallel?.inputs,
    },
    outputs: Object.fromEntries([...node.outputs].map(([name, draft]) => [name, plannedOutput(draft)])),
    resources: planResources(node, options),
    ...(distribution !== undefined && { distribution }),
    ...(compute !== undefined && { compute }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(retry !== undefined && { retry }),
    ...(priority !== undefined && { priority }),
    ...(isolation !== undefined && { isolation }),
    isDeterministic: node.isDeterministic,
  }
}

function plannedParameter(
  { loop, name, type, bounds }: Extract<BoundValue, { kind: 'round' }>,
  mode: InputMode,
): Extract<PlannedInput, { kind: 'parameter' }> {
  return { kind: 'parameter', of: loop.path, name, type: type ?? 'string', mode, ...(bounds && { bounds }) }
}

export function plannedInput(name: string, value: BoundValue): readonly (readonly [string, PlannedInput])[] {
  if (value.kind === 'absent' || value.kind === 'invalid') return []
  if (value.kind === 'parameter') {
    const type = value.type ?? typeOfDistribution(value.distribution)
    return [[name, { kind: 'parameter', of: value.of, name: value.name, type, mode: 'ro_mount' }]]
  }
  if (value.kind === 'literal') {
    const { type } = value
    return [[name, { kind: 'literal', value: value.value, ...(type !== undefined && { type }) }]]
  }
  const mode = value.mode ?? 'ro_mount'
  if (value.kind === 'data') return [[name, { kind: 'data', type: value.type, mode, source: value.source }]]
  if (value.kind === 'round') return [[name, plannedParameter(value, mode)]]
  const { from, bounds } = value
  const type = value.type ?? outputType(from)
  return [[name, { kind: 'output', type, mode, step: from.node.path, output: from.name, ...(bounds && { bounds }) }]]
}

function plannedOutput({ isImplicit: _, ...output }: OutputDraft): PlannedOutput {
  return output
}

function planText(node: CommandNode, { mistakes }: EvaluateOptions): string {
  const place = { located: node.component.located, path: ['command'] }
  return planTemplate(node, node.component.command, { mistakes, place, label: `The command of ${labelOf(node)}` })
}

type Variables = Readonly<Record<string, string>>

function componentVariables(node: CommandNode, options: EvaluateOptions): Variables {
  const { environmentVariables, located } = node.component
  return planVariables(environmentVariables, (name) => ({
    node,
    place: { located, path: ['environment_variables', name] },
    // What is written out in a step may speak of its pipeline; a component does not know one.
    mayUseParent: node.isInline,
    options,
  }))
}

function stepVariables(node: CommandNode, options: EvaluateOptions): Variables {
  return planVariables(node.step.environmentVariables, (name) => ({
    node,
    place: placeOf(node, 'environment_variables', name),
    mayUseParent: true,
    options,
  }))
}

interface VariableSite {
  readonly node: CommandNode
  readonly place: Place
  readonly mayUseParent: boolean
  readonly options: EvaluateOptions
}

function planVariables(variables: Variables, siteOf: (name: string) => VariableSite): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, text]) => [name, planVariable(name, text, siteOf(name))]),
  )
}

function planVariable(name: string, text: string, { node, place, mayUseParent, options }: VariableSite): string {
  if (!hasExpression(text)) return text
  const { mistakes } = options
  const label = `Environment variable "${name}" of ${labelOf(node)}`
  const site: TextSite = { scope: node.scope, place, label, node }
  const isParent = (part: TextPart): boolean =>
    mayUseParent && part.kind === 'expression' && /^(parent|step)-/.test(part.expression.kind)
  const template = parseText(text).parts.some(isParent) ? withParentValues(text, { isParent, site, options }) : text
  checkTemplate(node, template, { mistakes, place, label })
  for (const input of usedInputs(template)) {
    const problem = absenceOf(node.inputs.get(input))
    if (problem !== undefined) mistakes.report(place, `${label} uses \${{inputs.${input}}}, ${problem}.`)
  }
  return renderCommand(template, {})
}

function withParentValues(
  text: string,
  { isParent, site, options }: { isParent: (part: TextPart) => boolean; site: TextSite; options: EvaluateOptions },
): string {
  return parseText(text)
    .parts.map((part) => {
      if (part.kind === 'text') return part.text
      if (!isParent(part)) return part.source
      const value = evaluateText(part.source, site, options)
      // The rest is rendered when the step starts; a value with an expression in it would be expanded then.
      if (value.kind === 'literal' && !hasExpression(value.value)) return value.value
      if (value.kind !== 'invalid') {
        const problem = value.kind === 'literal' ? `holds "${value.value}"` : 'is not a literal'
        options.mistakes.report(
          site.place,
          `${site.label} refers to ${part.source}, which ${problem}.`,
          'Only plain literals can be used.',
        )
      }
      return ''
    })
    .join('')
}

/** The step's compute, else that of the pipeline steps around it, each before its own pipeline's default. */
function computeOf(node: CommandNode, options: EvaluateOptions): string | undefined {
  const candidates: { readonly text: string | undefined; readonly scope: Scope; readonly place: Place }[] = [
    { text: node.step.compute, scope: node.scope, place: placeOf(node, 'compute') },
  ]
  for (let { scope } = node; ; scope = scope.outer.scope) {
    const { outer, located } = scope
    if (outer !== undefined) {
      const place = { located: outer.scope.located, path: ['jobs', outer.key, 'compute'] }
      candidates.push({ text: outer.step.compute, scope: outer.scope, place })
    }
    candidates.push({ text: scope.defaultCompute, scope, place: { located, path: ['settings', 'default_compute'] } })
    if (scope.outer === undefined) break
  }
  for (const { text, scope, place } of candidates) {
    if (text === undefined) continue
    const label = `The compute of ${labelOf(node)}`
    const value = evaluateText(text, { scope, place, label }, options)
    if (value.kind === 'literal') return value.value.replace(/^azureml:/, '')
    if (value.kind === 'absent') continue
    if (value.kind !== 'invalid')
      options.mistakes.report(place, `${label} is bound to "${text}", which is not a literal.`)
    return undefined
  }
  return undefined
}
