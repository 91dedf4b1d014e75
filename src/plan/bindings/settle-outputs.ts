import type { DataType, OutputDeclaration, OutputValue, PrimitiveType } from '../../spec/document-parts.ts'
import { canFlow, isFolderKind, isPrimitive } from './data-types.ts'
import { parseText } from '../expression.ts'
import type { Mistakes, Place } from '../mistakes.ts'
import { didYouMean } from '../did-you-mean.ts'
import {
  labelOf,
  placeOf,
  type CommandNode,
  type GroupNode,
  type LeafOutput,
  type LoopNode,
  type Node,
  type OutputDraft,
  type Scope,
} from '../scope.ts'

/**
 * Gives every output its type, mode and name, from the inside out: the component's declaration, then what the step
 * says, then the pipeline output it is promoted to (`${{parent.outputs.x}}`), at every level; the outermost wins.
 */
export function settleOutputs(scope: Scope, mistakes: Mistakes): void {
  // Promotions that failed for a reason already reported: "nobody writes it" would be the same mistake again.
  const excused = new Set<string>()
  for (const node of scope.nodes.values()) {
    if (!('outputs' in node.step) || node.kind === 'loop') continue
    if (node.kind === 'command') draftOutputs(node)
    if (node.kind === 'group') settleOutputs(node.inner, mistakes)
    for (const [name, value] of Object.entries(node.step.outputs)) {
      const target = value.promotedTo === undefined ? undefined : promotedName(value.promotedTo)
      const leaf =
        node.kind === 'unknown' || node.kind === 'if_else' ? 'invalid' : outputToSettle(node, { name, mistakes })
      if (leaf === 'invalid') {
        if (target !== undefined) excused.add(target)
        continue
      }
      const place = placeOf(node, 'outputs', name)
      const label = `Output "${name}" of ${labelOf(node)}`
      applySettings(leaf, value, { mistakes, place, label })
      if (target !== undefined) promote(scope, { target, leaf: ofRounds(scope, node, leaf), place, label, mistakes })
    }
  }
  for (const loop of scope.nodes.values()) if (loop.kind === 'loop') settleLoop(scope, loop, { excused, mistakes })
  for (const name of Object.keys(scope.declaredOutputs)) {
    if (scope.outputs.has(name) || excused.has(name)) continue
    // Azure runs such pipelines, and its own examples are among them; who reads the output is told: evaluate.ts.
    scope.unwritten.add(name)
    mistakes.warn(
      { located: scope.located, path: ['outputs', name] },
      `Output "${name}" of the pipeline is written by no step: there will be none.`,
      `Write it in a step: outputs: {<its output>: \${{parent.outputs.${name}}}}`,
    )
  }
}

/** A loop's outputs are its body's: what it says of them is where they go. */
function settleLoop(
  scope: Scope,
  loop: LoopNode,
  { excused, mistakes }: { readonly excused: Set<string>; readonly mistakes: Mistakes },
): void {
  const written = loop.step.kind === 'parallel_for' ? loop.step.outputs : {}
  for (const [name, { promotedTo }] of Object.entries(written)) {
    const target = promotedTo === undefined ? undefined : promotedName(promotedTo)
    const leaf = findOutput(loop, name)
    const place = placeOf(loop, 'outputs', name)
    const label = `Output "${name}" of ${labelOf(loop)}`
    if (leaf === 'unknown')
      mistakes.report(place, `${label} is not an output of its body.`, () => didYouMean(name, outputNames(loop)))
    if (typeof leaf === 'string') {
      if (target !== undefined) excused.add(target)
    } else if (target !== undefined) promote(scope, { target, leaf, place, label, mistakes })
  }
}

/** An output of a step that a parallel_for runs is read as those of all items. */
function ofRounds(scope: Scope, node: Node, leaf: LeafOutput): LeafOutput {
  return scope.loops.get(node.key)?.step.kind === 'parallel_for' ? { ...leaf, isGathered: true } : leaf
}

/**
 * An output by its name at this step: the command that writes it, `unknown`, `unwritten` if only a warning says that no
 * step inside writes it, or `invalid` if that was reported.
 */
export function findOutput(node: Node, name: string): LeafOutput | 'unknown' | 'unwritten' | 'invalid' {
  if (node.kind === 'unknown') return 'invalid'
  if (node.kind === 'if_else') return 'unknown'
  if (node.kind === 'loop') return node.body === undefined ? 'invalid' : findOutput(node.body, name)
  const found = node.kind === 'command' ? commandOutput(node, name) : groupOutput(node, name)
  return typeof found === 'string' ? found : ofRounds(node.scope, node, found)
}

function commandOutput(node: CommandNode, name: string): LeafOutput | 'unknown' {
  return node.outputs.has(name) ? { node, name } : 'unknown'
}

function groupOutput(node: GroupNode, name: string): LeafOutput | 'unknown' | 'unwritten' | 'invalid' {
  const promoted = node.inner.outputs.get(name)
  if (node.inner.unwritten.has(name)) return 'unwritten'
  return promoted ?? (Object.hasOwn(node.inner.declaredOutputs, name) ? 'invalid' : 'unknown')
}

/** The outputs that a step may be asked for. */
export function outputNames(node: Node): readonly string[] {
  if (node.kind === 'command') return [...node.outputs.keys()]
  if (node.kind === 'loop') return node.body === undefined ? [] : outputNames(node.body)
  return node.kind === 'group' ? Object.keys(node.inner.declaredOutputs) : []
}

/** The description of an output that all levels share. */
export function draftOf({ node, name }: LeafOutput): OutputDraft {
  return node.outputs.get(name)!
}

/** The type in which an output is read: those of all items of a loop are a JSON list, or a table of the data. */
export function outputType(leaf: LeafOutput): DataType | PrimitiveType {
  const { type } = draftOf(leaf)
  if (leaf.isGathered !== true) return type
  return isPrimitive(type) ? 'string' : 'mltable'
}

function draftOutputs(node: CommandNode): void {
  for (const [name, declared] of Object.entries(node.component.outputs)) {
    const draft: OutputDraft = { type: declared.type, isImplicit: false, mode: declared.mode ?? 'rw_mount' }
    copyNames(draft, declared)
    node.outputs.set(name, draft)
  }
}

function outputToSettle(
  node: CommandNode | GroupNode,
  { name, mistakes }: { readonly name: string; readonly mistakes: Mistakes },
): LeafOutput | 'invalid' {
  const found = node.kind === 'command' ? commandOutput(node, name) : groupOutput(node, name)
  if (found === 'unwritten') return 'invalid'
  if (found !== 'unknown') return found
  if (node.kind === 'command' && node.isInline && Object.keys(node.component.outputs).length === 0) {
    // As Azure does for a command written in the step: an output is declared by being mentioned.
    node.outputs.set(name, { type: 'uri_folder', isImplicit: true, mode: 'rw_mount' })
    return { node, name }
  }
  const message = `Output "${name}" of ${labelOf(node)} is not an output of its component.`
  mistakes.report(placeOf(node, 'outputs', name), message, () => didYouMean(name, outputNames(node)))
  return 'invalid'
}

interface Promotion {
  readonly target: string
  readonly leaf: LeafOutput
  readonly place: Place
  readonly label: string
  readonly mistakes: Mistakes
}

function promote(scope: Scope, { target, leaf, place, label, mistakes }: Promotion): void {
  if (!scope.isPipeline) {
    mistakes.report(place, `${label} is promoted to \${{parent.outputs.${target}}}, but no pipeline is around the job.`)
    return
  }
  if (!Object.hasOwn(scope.declaredOutputs, target)) {
    const message = `${label} is promoted to \${{parent.outputs.${target}}}, but the pipeline has no output "${target}".`
    mistakes.report(place, message, () => didYouMean(target, Object.keys(scope.declaredOutputs)))
    return
  }
  const other = scope.outputs.get(target)
  if (other !== undefined) {
    const names = `step "${other.node.key}" (${other.name})`
    mistakes.report(place, `${label} is promoted to \${{parent.outputs.${target}}}, which ${names} writes already.`)
    return
  }
  scope.outputs.set(target, leaf)
  const declaredAt = { located: scope.located, path: ['outputs', target] }
  applySettings(leaf, scope.declaredOutputs[target]!, {
    mistakes,
    place: declaredAt,
    label: `Output "${target}" of the pipeline`,
  })
}

/** The name in `${{parent.outputs.x}}`, or the text itself when it is the bare name. */
function promotedName(text: string): string {
  const [part] = parseText(text).parts
  return part?.kind === 'expression' && part.expression.kind === 'parent-output' ? part.expression.name : text
}

function applySettings(
  leaf: LeafOutput,
  settings: OutputDeclaration | OutputValue,
  { mistakes, place, label }: { readonly mistakes: Mistakes; readonly place: Place; readonly label: string },
): void {
  const draft = draftOf(leaf)
  if (leaf.isGathered === true) return
  if (settings.mode !== undefined) draft.mode = settings.mode
  copyNames(draft, settings)
  if (settings.type === undefined) return
  // A plain folder may be said to be a folder of some kind: what a pipeline registers as an MLflow model, say.
  if (draft.isImplicit || (draft.type === 'uri_folder' && isFolderKind(settings.type))) {
    draft.type = settings.type
    draft.isImplicit = false
  } else if (!canFlow(draft.type, settings.type)) {
    const source = `output "${leaf.name}" of the component of step "${leaf.node.key}"`
    mistakes.report(place, `${label} is ${settings.type}, but ${source} is ${draft.type}.`, 'Give both the same type.')
  }
}

function copyNames(draft: OutputDraft, settings: OutputDeclaration | OutputValue): void {
  if (settings.name !== undefined) draft.name = settings.name
  if (settings.version !== undefined) draft.version = settings.version
  if (settings.path !== undefined) draft.path = settings.path
}
