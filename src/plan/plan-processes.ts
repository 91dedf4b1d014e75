import type { Bindable, Distribution, Resources } from '../spec/document-parts.ts'
import { evaluateText, type EvaluateOptions } from './bindings/evaluate.ts'
import { parseNumber } from './bindings/literal.ts'
import type { Place } from './mistakes.ts'
import type { PlannedDistribution } from './planned-pipeline.ts'
import { labelOf, placeOf, type CommandNode } from './scope.ts'

/** The resources of a step, its own before its component's, with numbers that are bound to inputs settled. */
export function planResources(node: CommandNode, options: EvaluateOptions): Resources {
  const { expressions: ofComponent, ...component } = node.component.resources
  const { expressions: ofStep, ...own } = node.step.resources ?? {}
  const merged = { ...component, ...own }
  const inComponent = { located: node.component.located, path: ['resources', 'instance_count'] }
  const bound =
    own.instanceCount === undefined && ofStep === undefined
      ? { text: ofComponent?.['instance_count'], place: inComponent }
      : { text: ofStep?.['instance_count'], place: placeOf(node, 'resources', 'instance_count') }
  if (bound.text === undefined) return merged
  const value = { expression: bound.text }
  const count = settleNumber(
    node,
    { key: 'instance_count', value, place: bound.place, least: 1, most: 10_000 },
    options,
  )
  return { ...merged, instanceCount: count }
}

/** How many processes a step runs as, the step's own word before its component's. */
export function planDistribution(node: CommandNode, options: EvaluateOptions): PlannedDistribution | undefined {
  const isOwn = node.step.distribution !== undefined
  const distribution = node.step.distribution ?? node.component.distribution
  if (distribution === undefined) return undefined
  const number = (key: string, value: Bindable<number>, least: number): number => {
    const inComponent = { located: node.component.located, path: ['distribution', key] }
    const place = isOwn ? placeOf(node, 'distribution', key) : inComponent
    return settleNumber(node, { key, value, place, least, most: 1000 }, options)
  }
  if (distribution.type === 'ray') {
    const place = isOwn ? placeOf(node, 'distribution') : { located: node.component.located, path: ['distribution'] }
    const message = `Ray is not started for ${labelOf(node)}: one process runs.`
    options.mistakes.warn(place, message, 'ray.init() in it starts a cluster of this machine.')
  }
  return settledDistribution(distribution, number)
}

function settledDistribution(
  distribution: Distribution,
  number: (key: string, value: Bindable<number>, least: number) => number,
): PlannedDistribution {
  switch (distribution.type) {
    case 'pytorch':
    case 'mpi': {
      const { type, processCountPerInstance } = distribution
      return { type, processCountPerInstance: number('process_count_per_instance', processCountPerInstance, 1) }
    }
    case 'tensorflow': {
      const { type, workerCount, parameterServerCount } = distribution
      const workers = workerCount === undefined ? {} : { workerCount: number('worker_count', workerCount, 1) }
      return { type, ...workers, parameterServerCount: number('parameter_server_count', parameterServerCount, 0) }
    }
    case 'ray':
      return distribution
  }
}

/** A number that may be bound, and where it stands. */
export interface Settled {
  readonly key: string
  readonly value: Bindable<number>
  readonly place: Place
  readonly least: number
  readonly most: number
}

/** The whole number that `value` comes to; what is none, or out of bounds, is reported and is `least`. */
export function settleNumber(
  node: CommandNode,
  { key, value, place, least, most }: Settled,
  options: EvaluateOptions,
): number {
  if (typeof value === 'number') return value
  const label = `"${key}" of ${labelOf(node)}`
  const result = evaluateText(value.expression, { scope: node.scope, place, label, node }, options)
  if (result.kind === 'invalid') return least
  const number = result.kind === 'literal' ? parseNumber(result.value) : undefined
  if (number !== undefined && Number.isInteger(number) && number >= least && number <= most) return number
  const shown = result.kind === 'literal' ? `"${result.value}"` : 'not a literal'
  const message = `${label} must be a whole number from ${least} to ${most}, but ${value.expression} is ${shown}.`
  options.mistakes.report(place, message)
  return least
}
