import { Readable } from 'node:stream'
import type { ContentStore, TreeEntry } from '../../artifacts/content-store.ts'
import { SluiceError } from '../../base/errors.ts'
import { isPrimitive } from '../../plan/bindings/data-types.ts'
import { instantiateBody } from '../../plan/instantiate-body.ts'
import { parseItems } from '../../plan/loop-items.ts'
import type { PlannedItems, PlannedParallelFor } from '../../plan/planned-pipeline.ts'
import type { StepOutput, StepOutputs } from '../pipeline-state.ts'
import { type ControlView, type Expander, roundOutputs } from './expander.ts'

type Items = Extract<PlannedItems, { kind: 'literal' }>['items']

/**
 * One round for each item, in their order, at most `maxConcurrency` at once. Its outputs gather those of all items: a
 * value becomes a JSON list (type string), data a folder with one folder per item and an MLTable over them.
 */
export function parallelForExpander(content: ContentStore): Expander<PlannedParallelFor> {
  // Asked at every end of a round: what a step wrote is parsed once for a job, whose planned step stays one object.
  const known = new WeakMap<PlannedParallelFor, Items>()
  return async (step, view) => {
    const items = known.get(step) ?? itemsOf(step, view)
    known.set(step, items)
    const { rounds } = view
    const running = rounds.filter((round) => round.status === 'running').length
    const failed = rounds.filter((round) => round.status === 'failed' || round.status === 'canceled')
    if (rounds.length === items.length && running === 0) {
      if (failed.length === 0) return { rounds: [], end: { outputs: await gather(content, step, { items, view }) } }
      const names = failed.slice(0, 5).map((round) => `"${round.path}"`)
      const message = `${failed.length} of ${items.length} items of "${step.path}" did not complete: ${names.join(', ')}.`
      return { rounds: [], end: { error: { code: 'step-failed', message } } }
    }
    const free = Math.max(0, (step.maxConcurrency ?? Infinity) - running)
    const next = items.slice(rounds.length, rounds.length + free)
    return {
      rounds: next.map(({ key, inputs }) =>
        instantiateBody(step.body, { control: step.path, key, parameters: inputs }),
      ),
    }
  }
}

function itemsOf({ path, items }: PlannedParallelFor, view: ControlView): Items {
  if (items.kind === 'literal') return items.items
  const output = view.outputsOf(items.step)?.[items.output]
  const label = `output "${items.output}" of step "${items.step}"`
  if (output?.kind !== 'literal') {
    throw new SluiceError('step-failed', `The items of "${path}" are ${label}, which is not a value.`, {
      hint: 'Declare that output as string and write a JSON list into it.',
    })
  }
  const { items: parsed, problems } = parseItems(output.value, {
    types: items.types,
    hasDefault: new Set([...Object.keys(items.defaults), ...(items.optional ?? [])]),
  })
  if (problems.length === 0) return parsed.map(({ key, inputs }) => ({ key, inputs: { ...items.defaults, ...inputs } }))
  throw new SluiceError('step-failed', `The items of "${path}" (${label}) cannot be used: ${problems.join('; ')}.`, {
    hint: 'Write a JSON list of objects, or an object of objects, with a value for each input of the body.',
  })
}

async function gather(
  content: ContentStore,
  step: PlannedParallelFor,
  { items, view }: { readonly items: Items; readonly view: ControlView },
): Promise<StepOutputs> {
  const outputs: Record<string, StepOutput> = {}
  const ofRounds = view.rounds.map((round) => roundOutputs(round, view))
  // Sequential: outputs are few, and each is a list of all items.
  for (const [name, { type }] of Object.entries(step.body.outputs)) {
    const values = ofRounds.map((round) => round[name])
    outputs[name] = isPrimitive(type)
      ? { kind: 'literal', type: 'string', value: JSON.stringify(values.map(literalOf)) }
      : await gatherData(content, { name, keys: items.map(({ key }) => key), values })
  }
  return outputs
}

function literalOf(output: StepOutput | undefined): string | number | boolean | null {
  if (output?.kind !== 'literal') return null
  if (output.type === 'integer' || output.type === 'number') return Number(output.value)
  return output.type === 'boolean' ? output.value.toLowerCase() === 'true' : output.value
}

/** `KEY/...` for each item that wrote something, and an MLTable that lists them. */
async function gatherData(
  content: ContentStore,
  {
    name,
    keys,
    values,
  }: { readonly name: string; readonly keys: readonly string[]; readonly values: readonly (StepOutput | undefined)[] },
): Promise<StepOutput> {
  const entries: TreeEntry[] = []
  const paths: string[] = []
  // Sequential: reading the lists of folders one by one keeps memory flat.
  for (const [index, value] of values.entries()) {
    if (value?.kind !== 'content') continue
    const folder = keys[index]!
    if (value.content === 'file') {
      const path = `${folder}/${value.baseName}`
      entries.push({ path, kind: 'file', executable: false, sizeBytes: value.sizeBytes, digest: value.digest })
      paths.push(`  - file: ./${path}`)
    } else {
      entries.push({ path: folder, kind: 'folder' })
      for (const entry of await content.tree(value.digest)) entries.push({ ...entry, path: `${folder}/${entry.path}` })
      paths.push(`  - folder: ./${folder}`)
    }
  }
  const table = await content.write(
    Readable.from([paths.length === 0 ? 'paths: []\n' : `paths:\n${paths.join('\n')}\n`]),
  )
  entries.push({ path: 'MLTable', kind: 'file', executable: false, sizeBytes: table.sizeBytes, digest: table.digest })
  const folder = await content.writeTree(entries)
  return {
    kind: 'content',
    type: 'mltable',
    content: 'folder',
    digest: folder.digest,
    sizeBytes: folder.sizeBytes,
    baseName: name,
  }
}
