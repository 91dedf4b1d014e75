import type { Mistakes } from './mistakes.ts'
import { didYouMean } from './did-you-mean.ts'
import { findCycles, topologicalOrder } from './graph.ts'
import {
  labelOf,
  placeOf,
  type BoundValue,
  type Expansion,
  type IfElseNode,
  type LoopNode,
  type Node,
  type Scope,
} from './scope.ts'
import type { RunIf } from '../spec/document-parts.ts'
import type { PipelineSettings } from '../spec/documents.ts'

/** A branch a step stands in, by the index of its if_else. */
interface Branch {
  readonly control: IfElseNode
  readonly when: boolean
}

/** What each step (by its index among `Expansion.leaves`) waits for and under which condition it runs. */
export interface Connection {
  readonly parents: readonly (readonly number[])[]
  readonly branches: readonly (Branch | undefined)[]
  readonly runIfs: readonly RunIf[]
  /** Every step after its parents; of equals, the one declared first. */
  readonly order: readonly number[]
}

/**
 * Finds every edge. To wait for a pipeline step is to wait for all steps in it; a pipeline step that waits makes all of
 * its steps wait. To wait for an if_else is to wait for its decision. A step in a block, or in a pipeline in a block,
 * waits for the innermost if_else around it. Steps that wait for each other are reported, one circle each.
 */
export function connectSteps(expansion: Expansion, { mistakes, hooks = {} }: ConnectOptions): Connection {
  const { leaves } = expansion
  const draft: Draft = {
    mistakes,
    parents: leaves.map(() => new Set()),
    branches: leaves.map(() => undefined),
    runIfs: leaves.map((leaf) => leaf.step.runIf),
    gates: [],
  }
  connectScope(draft, expansion.root, { waits: [] })
  connectHooks(draft, expansion.root, hooks)
  // Innermost first: a source of an inner pipeline may be a source of the outer one too.
  for (const gate of draft.gates.reverse()) openGate(draft, gate)
  for (const leaf of leaves) if (leaf.kind === 'loop') joinLoop(draft, leaf)
  const parents = draft.parents.map((own) => [...own].sort((one, other) => one - other))
  const order = topologicalOrder(parents)
  if (order.length < leaves.length) {
    for (const cycle of findCycles(parents)) reportCycle(expansion, cycle, { draft, mistakes })
    const isOrdered = new Set(order)
    for (const index of leaves.keys()) if (!isOrdered.has(index)) order.push(index)
  }
  warnOfNever(expansion, { draft, order })
  return { parents, branches: draft.branches, runIfs: draft.runIfs, order }
}

/** Says of a step that needs both blocks of an if_else, one of which is always skipped, that it never runs. */
function warnOfNever({ leaves }: Expansion, { draft, order }: { draft: Draft; order: readonly number[] }): void {
  const { parents, branches, runIfs, mistakes } = draft
  if (branches.every((branch) => branch === undefined)) return
  // What has to turn out how for a step to run, by the if_else; unknown for one that never runs, and what needs it.
  const needed = new Map<number, ReadonlyMap<Node, boolean> | undefined>()
  for (const index of order) {
    const branch = branches[index]
    const own = new Map<Node, boolean>(branch === undefined ? [] : [[branch.control, branch.when]])
    needed.set(index, own)
    if (runIfs[index] !== 'succeeded') continue
    for (const parent of parents[index]!) {
      for (const [control, when] of needed.get(parent) ?? []) {
        if ((own.get(control) ?? when) === when) own.set(control, when)
        else if (needed.get(index) !== undefined) {
          needed.set(index, undefined)
          const node = leaves[index]!
          const message = `${capital(labelOf(node))} needs both blocks of ${labelOf(control)}, of which one is always skipped: it never runs.`
          mistakes.warn(placeOf(node), message, 'Give it run_if: always, and it runs after either.')
        }
      }
    }
  }
}

export interface ConnectOptions {
  readonly mistakes: Mistakes
  /** `settings.on_init` and `settings.on_finalize` of the pipeline job. */
  readonly hooks?: Hooks
}

type Hooks = Pick<PipelineSettings, 'onInit' | 'onFinalize'>

interface Draft {
  readonly mistakes: Mistakes
  readonly parents: readonly Set<number>[]
  readonly branches: (Branch | undefined)[]
  readonly runIfs: RunIf[]
  readonly gates: Gate[]
}

/** A pipeline step with `run_if: always` or `failed`: what that is asked of, and the steps inside. */
interface Gate {
  readonly runIf: RunIf
  readonly waits: readonly number[]
  readonly first: number
  readonly end: number
}

interface Inherited {
  readonly branch?: Branch
  readonly waits: readonly number[]
}

function connectScope(draft: Draft, scope: Scope, inherited: Inherited): void {
  const branches = branchesOf(scope, draft.mistakes)
  for (const node of scope.nodes.values()) {
    const own = waitsOf(node, draft.mistakes)
    const branch = branches.get(node) ?? inherited.branch
    const within = branch === undefined ? {} : { branch }
    if (node.kind !== 'group') {
      const parents = draft.parents[node.first]!
      for (const value of valuesOf(node)) if (value.kind === 'output') parents.add(value.from.node.first)
      for (const index of [...own, ...inherited.waits]) parents.add(index)
      if (branch !== undefined) parents.add(branch.control.first)
      draft.branches[node.first] = branch
    } else if (node.step.runIf === 'succeeded') {
      connectScope(draft, node.inner, { ...within, waits: [...inherited.waits, ...own] })
    } else {
      connectScope(draft, node.inner, { ...within, waits: inherited.waits })
      draft.gates.push({ runIf: node.step.runIf, waits: own, first: node.first, end: node.end })
    }
  }
}

/** All other steps wait for `on_init`, and `on_finalize` waits for all others, whatever becomes of them. */
function connectHooks(draft: Draft, root: Scope, { onInit, onFinalize }: Hooks): void {
  const init = onInit === undefined ? undefined : hookOf(root, ['on_init', onInit], draft.mistakes)
  const finalize = onFinalize === undefined ? undefined : hookOf(root, ['on_finalize', onFinalize], draft.mistakes)
  if (init !== undefined && init === finalize) {
    const place = { located: root.located, path: ['settings', 'on_finalize'] }
    draft.mistakes.report(place, `Step "${init.key}" is both on_init and on_finalize.`, 'Give each a step of its own.')
    return
  }
  const others = (node: Node): readonly number[] =>
    [...draft.parents.keys()].filter((index) => index < node.first || index >= node.end)
  if (init !== undefined)
    for (const index of others(init))
      for (let wait = init.first; wait < init.end; wait++) draft.parents[index]!.add(wait)
  if (finalize === undefined) return
  draft.gates.push({ runIf: 'always', waits: others(finalize), first: finalize.first, end: finalize.end })
}

function hookOf(root: Scope, [key, name]: readonly [string, string], mistakes: Mistakes): Node | undefined {
  const node = root.nodes.get(name)
  if (node !== undefined) return node
  const place = { located: root.located, path: ['settings', key] }
  const message = `"${key}" names step "${name}", but there is no such step.`
  mistakes.report(place, message, () => didYouMean(name, [...root.nodes.keys()]))
  return undefined
}

/**
 * The condition of a pipeline step is asked of the steps it begins with: those inside that wait for none inside. The
 * others follow them, and must not be stopped by the very failure that this pipeline is there to handle.
 */
function openGate({ parents, runIfs }: Draft, { runIf, waits, first, end }: Gate): void {
  for (let index = first; index < end; index++) {
    const own = parents[index]!
    if ([...own].some((parent) => parent >= first && parent < end)) continue
    for (const wait of waits) own.add(wait)
    if (runIfs[index] === 'succeeded') runIfs[index] = runIf
  }
}

/** What a step takes: a loop takes for its rounds what it gives to them. */
function valuesOf(node: Exclude<Node, { kind: 'group' }>): readonly BoundValue[] {
  if (node.kind !== 'loop') return [...node.inputs.values()]
  const { items } = node
  const ofItems: readonly BoundValue[] =
    items?.kind === 'output' ? [items] : (items?.items ?? []).flatMap(({ inputs }) => [...inputs.values()])
  return [...node.firsts.values(), ...ofItems]
}

/**
 * A loop waits for what its body waits for and asks of it what the body asks; who waits for the body waits for the loop.
 */
function joinLoop({ parents, runIfs, mistakes }: Draft, loop: LoopNode): void {
  const { body } = loop
  if (body === undefined) return
  const asked = body.step.runIf
  if (asked !== 'succeeded' && runIfs[loop.first] === 'succeeded') runIfs[loop.first] = asked
  const isInside = (index: number): boolean => index >= body.first && index < body.end
  const own = parents[loop.first]!
  for (const [index, waits] of parents.entries()) {
    if (isInside(index)) {
      if (waits.delete(loop.first)) {
        const message = `Step "${body.key}" waits for step "${loop.key}", which runs it.`
        mistakes.report(placeOf(loop, 'body'), message, 'Take the dependency away.')
      }
      for (const wait of waits) if (!isInside(wait)) own.add(wait)
      if (asked === 'succeeded' || [...waits].some(isInside)) continue
      // The loop has asked already when a round begins.
      waits.clear()
      runIfs[index] = 'succeeded'
    } else if (index === loop.first) {
      for (const wait of waits) if (isInside(wait)) waits.delete(wait)
    } else {
      const inside = [...waits].filter(isInside)
      for (const wait of inside) waits.delete(wait)
      if (inside.length > 0) waits.add(loop.first)
    }
  }
}

function waitsOf(node: Node, mistakes: Mistakes): readonly number[] {
  const waits: number[] = []
  for (const [position, name] of node.step.dependsOn.entries()) {
    const place = placeOf(node, 'depends_on', position)
    const other = node.scope.nodes.get(name)
    if (other === undefined) {
      const message = `${capital(labelOf(node))} depends on "${name}", but there is no such step.`
      mistakes.report(place, message, () => didYouMean(name, [...node.scope.nodes.keys()]))
    } else if (other === node) mistakes.report(place, `${capital(labelOf(node))} depends on itself.`)
    else for (let index = other.first; index < other.end; index++) waits.push(index)
  }
  return waits
}

function branchesOf(scope: Scope, mistakes: Mistakes): ReadonlyMap<Node, Branch> {
  const branches = new Map<Node, Branch>()
  for (const control of scope.nodes.values()) {
    if (control.kind !== 'if_else') continue
    for (const when of [true, false]) {
      const block = blockName(when)
      for (const [position, name] of control.step[when ? 'trueBlock' : 'falseBlock'].entries()) {
        const place = placeOf(control, block, position)
        const label = `The ${block} of ${labelOf(control)}`
        const node = scope.nodes.get(name)
        const other = node && branches.get(node)
        if (node === undefined) {
          const message = `${label} names "${name}", but there is no such step.`
          mistakes.report(place, message, () => didYouMean(name, [...scope.nodes.keys()]))
        } else if (node === control) mistakes.report(place, `${label} names the if_else itself.`)
        else if (other === undefined) branches.set(node, { control, when })
        else if (other.control !== control || other.when !== when) {
          const where = `the ${blockName(other.when)} of step "${other.control.key}"`
          mistakes.report(
            place,
            `${label} names step "${name}", which stands in ${where} already.`,
            'A step can stand in one block only.',
          )
        }
      }
    }
  }
  return branches
}

function blockName(when: boolean): 'true_block' | 'false_block' {
  return when ? 'true_block' : 'false_block'
}

function reportCycle(
  { leaves }: Expansion,
  cycle: readonly number[],
  { draft, mistakes }: { draft: Draft; mistakes: Mistakes },
): void {
  const circle = [...cycle, cycle[0]!]
  const reasons = circle.slice(1).map((child, position) => whyWaits(draft, leaves[child]!, leaves[circle[position]!]!))
  const names = circle.map((index) => leaves[index]!.path).join(' -> ')
  mistakes.report(
    placeOf(leaves[cycle[0]!]!),
    `Steps wait for each other in a circle: ${names}.`,
    `Take one away: ${reasons.slice(0, 4).join('; ')}${reasons.length > 4 ? '; ...' : ''}`,
  )
}

function whyWaits(
  { branches }: Draft,
  child: Expansion['leaves'][number],
  parent: Expansion['leaves'][number],
): string {
  for (const [name, value] of child.inputs) {
    if (value.kind !== 'output' || value.from.node !== parent) continue
    return child.kind === 'if_else'
      ? `the condition of ${child.path} is its output`
      : `${name} of ${child.path} is an output of ${parent.path}`
  }
  if (branches[child.first]?.control === parent) return `${child.path} stands in a block of ${parent.path}`
  return `${child.path} depends_on ${parent.path}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
