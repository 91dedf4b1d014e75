import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { StepPath } from '../base/ids.ts'
import type { ParallelWork } from '../plan/hosted-work.ts'
import { type EngineLab, openEngineLab } from './engine-lab.test-support.ts'
import { commandStep, plannedPipeline } from './jobs.test-support.ts'

const folder = { type: 'uri_folder', mode: 'rw_mount' } as const
const file = { type: 'uri_file', mode: 'rw_mount' } as const

/** `make` writes 12 numbered files, `each` runs the entry script on them, which knows a file of marks. */
function twelveFiles(lab: EngineLab, script: string, more: Partial<ParallelWork> = {}): typeof plan {
  const entry = join(lab.folder, 'entry.py')
  writeFileSync(
    entry,
    `import os, sys, signal\nMARKS = ${JSON.stringify(join(lab.folder, 'marks'))}
def mark(text):
    open(MARKS, "a").write(text + "\\n")
${script}`,
  )
  const hosted: ParallelWork = {
    kind: 'parallel',
    entry: { kind: 'script', path: entry },
    arguments: ['--out', '${{outputs.models}}', '--text', '${{inputs.text}}'],
    inputData: 'files',
    partitionKeys: [],
    concurrencyPerInstance: 2,
    maxRetries: 0,
    timeoutSeconds: 60,
    miniBatchErrorThreshold: 0,
    loggingLevel: 'INFO',
    appendRowTo: '${{outputs.rows}}',
    ...more,
  }
  const plan = plannedPipeline([
    commandStep('make', {
      command: 'for i in $(seq -w 12); do echo $i >${{outputs.files}}/$i.txt; done',
      outputs: { files: folder },
    }),
    commandStep('each', {
      command: '',
      hosted,
      parents: ['make' as StepPath],
      inputs: {
        files: { kind: 'output', type: 'uri_folder', mode: 'ro_mount', step: 'make' as StepPath, output: 'files' },
        text: { kind: 'literal', value: 'two words' },
      },
      outputs: { rows: file, models: folder },
      retry: { maxRetries: 1, delaySeconds: 0.01, backoff: 1 },
    }),
    commandStep('look', {
      command: 'cat ${{inputs.rows}}; ls ${{inputs.models}}',
      parents: ['each' as StepPath],
      inputs: {
        rows: { kind: 'output', type: 'uri_file', mode: 'ro_mount', step: 'each' as StepPath, output: 'rows' },
        models: { kind: 'output', type: 'uri_folder', mode: 'ro_mount', step: 'each' as StepPath, output: 'models' },
      },
    }),
  ])
  return plan
}

const writing = `
def run(mini_batch):
    number = open(mini_batch[0]).read().strip()
    mark(number)
    open(os.path.join(sys.argv[2], number + ".model"), "w").write("x" * 20000)
    return [sys.argv[4] + " " + number]
`
const names = Array.from({ length: 12 }, (_, index) => String(index + 1).padStart(2, '0'))
const looked = names.map((name) => `two words ${name}\n`).join('') + names.map((name) => `${name}.model\n`).join('')

test('a parallel step runs its script on every file; its outputs flow on and are reused', async (t) => {
  const lab = await openEngineLab(t)
  const first = await lab.run(twelveFiles(lab, writing))
  assert.equal(first.root.status, 'Completed', lab.log(first.step('each').name))
  assert.equal(lab.log(first.step('look').name), looked)
  assert.match(lab.log(first.step('each').name), /mini-batches: 12 of 12 done/)
  const second = await lab.run(twelveFiles(lab, writing))
  assert.equal(second.step('each').reusedFrom, first.step('each').name)
  // How many workers there are changes no result.
  const wider = await lab.run(twelveFiles(lab, writing, { concurrencyPerInstance: 3, loggingLevel: 'DEBUG' }))
  assert.equal(wider.step('each').reusedFrom, first.step('each').name)
  assert.equal(readFileSync(join(lab.folder, 'marks'), 'utf8').trim().split('\n').length, 12)
})

test('what changed in a parallel step is said by its key', async (t) => {
  const lab = await openEngineLab(t)
  const script = 'def run(mini_batch):\n    return mini_batch\n'
  await lab.run(twelveFiles(lab, script))
  const changed = await lab.run(twelveFiles(lab, script, { miniBatchSize: { unit: 'items', amount: 5 } }))
  const verdict = changed.step('each').verdict
  assert.ok(verdict?.kind === 'run' && verdict.reason.kind === 'changed')
  assert.deepEqual(verdict.reason.changes, [{ field: 'mini_batch_size', now: '5 items' }])
})

test('kill -9 of the host: the next attempt goes on with its files and rows, and repeats at most what was under way', async (t) => {
  const lab = await openEngineLab(t)
  const { root, step } = await lab.run(
    twelveFiles(
      lab,
      `${writing}
once = run
def run(mini_batch):
    if mini_batch[0].endswith("09.txt") and not os.path.exists(MARKS + ".killed"):
        open(MARKS + ".killed", "w").close()
        os.kill(os.getppid(), signal.SIGKILL)
        signal.pause()
    return once(mini_batch)
`,
    ),
  )
  assert.equal(root.status, 'Completed', lab.log(step('each').name))
  assert.equal(step('each').attempts, 2)
  assert.equal(lab.log(step('look').name), looked)
  assert.match(lab.log(step('each').name), /mini-batches: \d+ were done by an earlier attempt/)
  const marks = readFileSync(join(lab.folder, 'marks'), 'utf8').trim().split('\n')
  assert.ok(marks.length <= 13, `${marks.length} mini-batches ran`)
})

test('a script of a wrong kind fails the step with its traceback in the log', async (t) => {
  const lab = await openEngineLab(t)
  const { step } = await lab.run(
    twelveFiles(lab, 'def init():\n    raise KeyError("model")\n\ndef run(x):\n    pass\n'),
  )
  assert.equal(step('each').status, 'Failed')
  assert.match(lab.log(step('each').name), /parallel job failed: the script or its init\(\) failed: KeyError: 'model'/)
  assert.ok(!existsSync(join(lab.folder, 'marks')))
})
