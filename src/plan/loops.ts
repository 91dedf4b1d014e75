import type { StepPath } from '../base/ids.ts'
import { didYouMean } from './did-you-mean.ts'
import { parseText } from './expression.ts'
import type { Mistakes } from './mistakes.ts'
import { placeOf, type LoopNode, type Node, type Scope } from './scope.ts'

/** Finds the step that each loop of a scope and of the pipelines inside runs; what is wrong with it is reported. */
export function findBodies(scope: Scope, mistakes: Mistakes): void {
  for (const loop of scope.nodes.values()) {
    if (loop.kind === 'group') findBodies(loop.inner, mistakes)
    if (loop.kind !== 'loop') continue
    const body = scope.nodes.get(loop.step.body)
    const problem = bodyProblem(loop, body, scope)
    if (problem !== undefined) {
      const near = (): string | undefined => didYouMean(loop.step.body, [...scope.nodes.keys()])
      mistakes.report(placeOf(loop, 'body'), problem.message, problem.hint ?? near)
    } else if (body?.kind === 'command' || body?.kind === 'group') {
      loop.body = body
      scope.loops.set(body.key, loop)
    }
  }
}

function bodyProblem(
  loop: LoopNode,
  body: Node | undefined,
  scope: Scope,
): { readonly message: string; readonly hint?: string } | undefined {
  const label = `The body of step "${loop.key}"`
  const hint = 'Name a command or a pipeline step.'
  if (body === undefined) return { message: `${label} is "${loop.step.body}", but there is no such step.` }
  if (body === loop) return { message: `${label} is the loop itself.`, hint }
  if (body.kind === 'loop' || body.kind === 'if_else') {
    const what = body.kind === 'loop' ? 'a loop' : 'an if_else'
    const wrap = 'Put it into a pipeline component and make that the body.'
    return { message: `${label} is step "${body.key}", which is ${what}.`, hint: wrap }
  }
  const other = scope.loops.get(body.key)
  if (other === undefined) return undefined
  const message = `${label} is step "${body.key}", which step "${other.key}" runs already.`
  return { message, hint: 'Give each loop a step of its own.' }
}

/** Whether the step, or a pipeline around it, is run by this loop. */
export function isInBody(loop: LoopNode, path: StepPath): boolean {
  const { body } = loop
  return body !== undefined && (path === body.path || path.startsWith(`${body.path}.`))
}

/**
 * Names of the body's inputs that each round may give: those a do_while carries over, those that any item has; where
 * the items are known only later, all that the body has.
 */
export function parameterNames(loop: LoopNode): ReadonlySet<string> {
  const { step, body } = loop
  if (body === undefined) return new Set()
  if (step.kind === 'do_while') return new Set(Object.values(step.mapping).flat())
  const { items } = step
  if (items.kind === 'items') return new Set(items.items.flatMap((item) => Object.keys(item.inputs)))
  return new Set([...Object.keys(body.component.inputs), ...Object.keys(body.step.inputs), ...usedInputs(body)])
}

/** What an inline command mentions: nothing declares its inputs. */
function usedInputs(body: NonNullable<LoopNode['body']>): readonly string[] {
  if (body.kind === 'group') return []
  return parseText(body.component.command).parts.flatMap((part) =>
    part.kind === 'expression' && part.expression.kind === 'input' ? [part.expression.name] : [],
  )
}
