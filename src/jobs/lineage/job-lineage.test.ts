import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StepPath } from '../../base/ids.ts'
import { openEngineLab } from '../engine-lab.test-support.ts'
import { commandStep, plannedPipeline } from '../jobs.test-support.ts'
import { jobLineage, newWalk } from './job-lineage.ts'
import type { LineageNode } from './lineage.ts'

const file = { type: 'uri_file', mode: 'rw_mount' } as const

const chain = plannedPipeline(
  ['a', 'b', 'c'].map((key, index, keys) => {
    const before = keys[index - 1] as StepPath | undefined
    return commandStep(key, {
      command: `echo ${key} >\${{outputs.o}}`,
      outputs: { o: file },
      ...(before !== undefined && {
        parents: [before],
        inputs: { i: { kind: 'output', type: 'uri_file', mode: 'ro_mount', step: before, output: 'o' } },
      }),
    })
  }),
)

/** The steps of a lineage with what each has under it. */
function outline({ details, from }: LineageNode): readonly unknown[] {
  return [details['step'] ?? 'root', ...from.filter(({ kind }) => kind === 'job').map(outline)]
}

test('each step is told of once, under the first that took what it made; the pipeline is read once', async (t) => {
  const lab = await openEngineLab(t)
  const { root, step } = await lab.run(chain)
  const deps = { tables: lab.database.read, modelLineage: async () => undefined }
  const walk = newWalk()
  assert.deepEqual(outline(await jobLineage(deps, root.name, walk)), ['root', ['c', ['b', ['a']]]])
  assert.deepEqual([...walk.pipelines.keys()], [root.name])
  // A step that was used again leads to the pipeline that did the work.
  const again = await lab.run(chain)
  const reused = await jobLineage(deps, again.step('c').name)
  assert.deepEqual([reused.from[0]!.role, reused.from[0]!.name], ['reused from', step('c').name])
  assert.deepEqual(outline(reused), ['c', ['c', ['b', ['a']]]])
})

test('a lineage of very many levels ends with where to go on', async (t) => {
  const lab = await openEngineLab(t)
  const { step } = await lab.run(chain)
  const deps = { tables: lab.database.read, modelLineage: async () => undefined }
  const told = await jobLineage(deps, step('c').name, { ...newWalk(), depth: 999 })
  const [b] = told.from.filter(({ kind }) => kind === 'job')
  const [a] = b!.from.filter(({ kind }) => kind === 'job')
  assert.deepEqual([a!.name, a!.details['see'], a!.from], [step('a').name, 'its own lineage', []])
})
