import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StepPath } from '../base/ids.ts'
import type { InputMode } from '../spec/document-parts.ts'
import type { PlannedPipeline } from '../plan/planned-pipeline.ts'
import { openEngineLab } from './engine-lab.test-support.ts'
import { commandStep, plannedPipeline } from './jobs.test-support.ts'

/** `make` writes a table of two of its three files, `use` gets it in a mode. */
function tableUsed(mode: InputMode, command: string, pattern = './deep/*.csv'): PlannedPipeline {
  return plannedPipeline([
    commandStep('make', {
      command: `cd \${{outputs.table}}; mkdir deep; echo a >deep/a.csv; echo b >deep/b.csv; echo c >c.txt
printf 'paths:\\n  - pattern: ${pattern}\\ntransformations:\\n  - read_delimited\\n' >MLTable`,
      outputs: { table: { type: 'mltable', mode: 'rw_mount' } },
    }),
    commandStep('use', {
      command,
      parents: ['make' as StepPath],
      inputs: { table: { kind: 'output', type: 'mltable', mode, step: 'make' as StepPath, output: 'table' } },
    }),
  ])
}

const list = 'cd ${{inputs.table}}; find . ! -type d | sort; cat deep/a.csv'

test('eval_mount shows the files of a table as links that nobody can write through', async (t) => {
  const lab = await openEngineLab(t)
  const { step } = await lab.run(tableUsed('eval_mount', `${list}; test -L deep/a.csv && echo link`))
  assert.equal(lab.log(step('use').name), './deep/a.csv\n./deep/b.csv\na\nlink\n')
})

test('eval_download gives the step copies of its own', async (t) => {
  const lab = await openEngineLab(t)
  const { root, step } = await lab.run(tableUsed('eval_download', `${list}; echo mine >deep/a.csv; cat deep/a.csv`))
  assert.equal(root.status, 'Completed')
  assert.equal(lab.log(step('use').name), './deep/a.csv\n./deep/b.csv\na\nmine\n')
})

test('other modes show the table with its MLTable file', async (t) => {
  const lab = await openEngineLab(t)
  const { step } = await lab.run(tableUsed('ro_mount', list))
  assert.equal(lab.log(step('use').name), './MLTable\n./c.txt\n./deep/a.csv\n./deep/b.csv\na\n')
})

test('a table whose files are not there fails the step that asked for them, with the reason', async (t) => {
  const lab = await openEngineLab(t)
  const { step } = await lab.run(tableUsed('eval_mount', list, './none/*.csv'))
  assert.equal(step('use').status, 'Failed')
  assert.match(step('use').error!.message, /cannot be evaluated: The pattern .\/none\/\*.csv matches no file/)
})
