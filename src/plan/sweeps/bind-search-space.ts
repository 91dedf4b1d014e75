import { fitValue, type FitOptions } from '../bindings/fit-value.ts'
import { didYouMean } from '../did-you-mean.ts'
import { parseText } from '../expression.ts'
import { labelOf, placeOf, type CommandNode } from '../scope.ts'
import { searchParameter } from './search-parameter.ts'

/**
 * Binds the inputs of a trial that the search space gives: what the trial declares or, where it declares nothing, every
 * parameter. A parameter that the trial has no use for is reported. Returns the names that are bound.
 */
export function bindSearchSpace(
  node: CommandNode,
  { isDeclaredByUse, options }: { readonly isDeclaredByUse: boolean; readonly options: FitOptions },
): ReadonlySet<string> {
  const bound = new Set<string>()
  if (node.sweep === undefined) return bound
  const declared = node.component.inputs
  const inCommand = namesIn(node.component.command, 'input')
  const inInputs = new Set(
    Object.values(node.step.inputs).flatMap((value) =>
      value.kind === 'text' ? [...namesIn(value.text, 'search-space')] : [],
    ),
  )
  for (const name of Object.keys(node.sweep.searchSpace)) {
    const declaration = Object.hasOwn(declared, name) ? declared[name] : undefined
    const place = placeOf(node, 'search_space', name)
    const label = `Parameter "${name}" of the search space of ${labelOf(node)}`
    if (declaration !== undefined || isDeclaredByUse || inCommand.has(name)) {
      const site = { scope: node.scope, place, label, node }
      node.inputs.set(
        name,
        fitValue(searchParameter(node, name)!, { ...declaration, isDirect: true }, { site, options }),
      )
      bound.add(name)
    } else if (!inInputs.has(name)) {
      options.mistakes.report(
        place,
        `${label} is not an input of its trial.`,
        () => didYouMean(name, Object.keys(declared)) ?? `Declare it in the trial: inputs: {${name}: {type: number}}`,
      )
    }
  }
  return bound
}

function namesIn(text: string, kind: 'input' | 'search-space'): ReadonlySet<string> {
  const names = new Set<string>()
  for (const part of parseText(text).parts)
    if (part.kind === 'expression' && part.expression.kind === kind) names.add(part.expression.name)
  return names
}
