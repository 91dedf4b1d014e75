import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Clock } from '../base/clock.ts'
import type { StepPath } from '../base/ids.ts'
import type { PlannedCommand, PlannedInput } from '../plan/planned-pipeline.ts'
import { systemClock } from '../../test/system-clock.ts'
import { openEngineLab } from './engine-lab.test-support.ts'
import { readJournal } from './journal-store.ts'
import { commandStep, ifElseStep, plannedPipeline } from './jobs.test-support.ts'

const file = { type: 'uri_file', mode: 'rw_mount' } as const
const from = (step: string, output: string, type: 'uri_file' | 'boolean' = 'uri_file'): PlannedInput => ({
  kind: 'output',
  type,
  mode: 'ro_mount',
  step: step as StepPath,
  output,
})
const paths = (...names: string[]): StepPath[] => names as StepPath[]

/** a writes "one", b appends to it; each leaves a mark outside when it really runs. */
function twoSteps(marks: string, a: Partial<PlannedCommand> = {}): ReturnType<typeof plannedPipeline> {
  return plannedPipeline([
    commandStep('a', { command: `echo a >>${marks}; echo one >\${{outputs.o}}`, outputs: { o: file }, ...a }),
    commandStep('b', {
      command: `echo b >>${marks}; cat \${{inputs.i}} - <<<two >\${{outputs.o}}; cat \${{outputs.o}}`,
      parents: paths('a'),
      inputs: { i: from('a', 'o') },
      outputs: { o: file },
    }),
  ])
}

test('outputs flow to inputs, and a second run reuses both steps without running anything', async (t) => {
  const lab = await openEngineLab(t)
  const marks = join(lab.folder, 'marks')
  const first = await lab.run(twoSteps(marks))
  assert.equal(first.root.status, 'Completed')
  assert.equal(lab.log(first.step('b').name), 'one\ntwo\n')
  const second = await lab.run(twoSteps(marks))
  assert.equal(readFileSync(marks, 'utf8'), 'a\nb\n')
  assert.equal(second.step('b').reusedFrom, first.step('b').name)
  assert.deepEqual(second.step('b').verdict, { kind: 'unchanged', from: first.step('b').name })
  assert.equal(second.step('b').outputs['o']?.digest, first.step('b').outputs['o']?.digest)
})

test('a step that uses more memory than it may fails and says so, and its neighbour goes on', async (t) => {
  const lab = await openEngineLab(t)
  const command = `python3 -c 'import time; x = b"x" * 90_000_000; time.sleep(300)'`
  const run = await lab.run(
    plannedPipeline(
      [
        commandStep('big', { command, limits: { memoryBytes: 64 * 1024 ** 2 } }),
        commandStep('small', { command: 'sleep 1', limits: { memoryBytes: 64 * 1024 ** 2, processes: 20 } }),
      ],
      { continueOnStepFailure: true },
    ),
  )
  const { error } = run.step('big')
  assert.match(error!.message, /^It used more than its limit of 64 MB of memory and was ended \(peak [\d.]+ MB\)\.$/)
  assert.equal(error!.hint, 'Raise limits.memory, or make the step use less.')
  assert.deepEqual([run.step('big').status, run.step('small').status], ['Failed', 'Completed'])
})

test('a fork bomb fails at its limit and says so', async (t) => {
  const lab = await openEngineLab(t)
  // Of bounded depth: where the limit does not hold, this test fails and not the machine.
  const command = 'bomb() { if [ $1 -gt 0 ]; then bomb $(($1 - 1)) & bomb $(($1 - 1)) & fi; sleep 20; }; bomb 6'
  const { step } = await lab.run(plannedPipeline([commandStep('bomb', { command, limits: { processes: 20 } })]))
  assert.match(step('bomb').error!.message, /^It started more than its limit of 20 processes and threads and was ended/)
})

test('an output called artifacts that the command does not know is what the run keeps', async (t) => {
  const lab = await openEngineLab(t)
  const folder = { type: 'uri_folder', mode: 'rw_mount' } as const
  const { step } = await lab.run(
    plannedPipeline([
      commandStep('a', { command: 'echo hello >outputs/world.txt', outputs: { artifacts: folder } }),
      commandStep('b', {
        command: 'cat ${{inputs.i}}/outputs/world.txt',
        parents: paths('a'),
        inputs: {
          i: { kind: 'output', type: 'uri_folder', mode: 'ro_mount', step: 'a' as StepPath, output: 'artifacts' },
        },
      }),
      commandStep('c', { command: 'echo own >${{outputs.artifacts}}/file', outputs: { artifacts: folder } }),
    ]),
  )
  assert.equal(lab.log(step('b').name), 'hello\n')
  assert.equal(step('c').outputs['artifacts']?.sizeBytes, 4)
})

test('limits are no part of what reuse compares', async (t) => {
  const lab = await openEngineLab(t)
  const marks = join(lab.folder, 'marks')
  await lab.run(twoSteps(marks, { limits: { memoryBytes: 1e8 } }))
  const second = await lab.run(twoSteps(marks, { limits: { processes: 50 } }))
  assert.deepEqual(second.step('a').verdict?.kind, 'unchanged')
})

test('a step that re-ran to the same output stops the ripple there', async (t) => {
  const lab = await openEngineLab(t)
  const marks = join(lab.folder, 'marks')
  const first = await lab.run(twoSteps(marks))
  const second = await lab.run(
    twoSteps(marks, { command: `echo changed >>${marks}; printf 'one\\n' >\${{outputs.o}}` }),
  )
  assert.equal(readFileSync(marks, 'utf8'), 'a\nb\nchanged\n')
  assert.equal(second.step('b').reusedFrom, first.step('b').name)
  const verdict = second.step('a').verdict
  assert.ok(verdict?.kind === 'run' && verdict.reason.kind === 'changed')
  assert.deepEqual(
    verdict.reason.changes.map((change) => change.field),
    ['command'],
  )
})

test('two jobs with the same step at the same time run it once', async (t) => {
  const lab = await openEngineLab(t)
  const marks = join(lab.folder, 'marks')
  const plan = plannedPipeline([
    commandStep('a', { command: `echo a >>${marks}; sleep 0.2; echo x >\${{outputs.o}}`, outputs: { o: file } }),
  ])
  const [one, two] = await Promise.all([lab.run(plan), lab.run(plan)])
  assert.equal(readFileSync(marks, 'utf8'), 'a\n')
  assert.deepEqual([one.root.status, two.root.status], ['Completed', 'Completed'])
  assert.ok(one.step('a').reusedFrom === two.step('a').name || two.step('a').reusedFrom === one.step('a').name)
})

test('when the leader fails, the one that waited runs', async (t) => {
  const lab = await openEngineLab(t)
  const marks = join(lab.folder, 'marks')
  const plan = plannedPipeline([
    commandStep('a', { command: `echo a >>${marks}; sleep 0.2; [ $(wc -l <${marks}) = 2 ]` }),
  ])
  const [one, two] = await Promise.all([lab.run(plan), lab.run(plan)])
  assert.deepEqual([one.root.status, two.root.status].sort(), ['Completed', 'Failed'])
  assert.equal(readFileSync(marks, 'utf8'), 'a\na\n')
})

test('a failing step fails the job with its exit code, and its log can be read', async (t) => {
  const lab = await openEngineLab(t)
  const { root, step } = await lab.run(plannedPipeline([commandStep('a', { command: 'echo oh no; exit 3' })]))
  assert.equal(root.status, 'Failed')
  assert.equal(root.error?.message, 'Step "a" failed: The command ended with exit code 3.')
  assert.equal(step('a').exitCode, 3)
  assert.equal(lab.log(step('a').name), 'oh no\n')
})

test('a step that fails twice and then succeeds is retried', async (t) => {
  const lab = await openEngineLab(t)
  const marks = join(lab.folder, 'marks')
  const retry = { maxRetries: 2, delaySeconds: 0.01, backoff: 1 }
  const { root, step } = await lab.run(
    plannedPipeline([commandStep('a', { command: `echo x >>${marks}; [ $(wc -l <${marks}) = 3 ]`, retry })]),
  )
  assert.equal(root.status, 'Completed')
  assert.equal(step('a').attempts, 3)
})

test('an untaken branch ends as skipped and the job is completed', async (t) => {
  const lab = await openEngineLab(t)
  const { root, step } = await lab.run(
    plannedPipeline([
      commandStep('evaluate', {
        command: 'echo false >${{outputs.better}}',
        outputs: { better: { type: 'boolean', mode: 'rw_mount' } },
      }),
      ifElseStep('gate', {
        parents: paths('evaluate'),
        condition: { kind: 'output', step: 'evaluate' as StepPath, output: 'better' },
      }),
      commandStep('register', {
        command: 'touch registered',
        parents: paths('gate'),
        branch: { step: 'gate' as StepPath, when: true },
      }),
    ]),
  )
  assert.equal(root.status, 'Completed')
  assert.equal(root.statusDetail, 'skipped step "register" (the condition of "gate" was false)')
  assert.equal(step('register').statusDetail, 'Skipped: the condition of "gate" was false')
})

test('an output that was not written fails only who needs it, and says so', async (t) => {
  const lab = await openEngineLab(t)
  const { step } = await lab.run(
    plannedPipeline([
      commandStep('a', { outputs: { o: file } }),
      commandStep('b', { parents: paths('a'), inputs: { i: from('a', 'o') } }),
    ]),
  )
  assert.equal(step('a').status, 'Completed')
  assert.match(step('b').error!.message, /Input "i" of step "b" needs output "o" of step "a", which was not written/)
})

test('literal values are put into the command as they are', async (t) => {
  const lab = await openEngineLab(t)
  const inputs = {
    text: { kind: 'literal', value: '$(touch pwned) ${{inputs.other}}' },
    other: { kind: 'literal', value: 'x' },
  } as const
  const { step } = await lab.run(
    plannedPipeline([commandStep('a', { command: "echo '${{inputs.text}}' ${{inputs.other}}", inputs })]),
  )
  assert.equal(lab.log(step('a').name), '$(touch pwned) ${{inputs.other}} x\n')
})

test('damaged outputs are not served: the step runs again and says why', async (t) => {
  const lab = await openEngineLab(t)
  const marks = join(lab.folder, 'marks')
  const big = plannedPipeline([
    commandStep('a', { command: `echo a >>${marks}; head -c 100000 /dev/zero >\${{outputs.o}}`, outputs: { o: file } }),
    commandStep('b', { command: 'echo ${{inputs.i}}', parents: paths('a'), inputs: { i: from('a', 'o') } }),
  ])
  const first = await lab.run(big)
  writeFileSync(lab.log(first.step('b').name).trim(), 'damage', { flag: 'r+' })
  const second = await lab.run(big)
  assert.equal(readFileSync(marks, 'utf8'), 'a\na\n')
  assert.deepEqual(second.step('a').verdict, {
    kind: 'run',
    reason: { kind: 'outputs-missing', from: first.step('a').name },
  })
})

test('a job that is canceled ends its running step', async (t) => {
  const lab = await openEngineLab(t)
  const started = join(lab.folder, 'started')
  const root = await lab.start(plannedPipeline([commandStep('a', { command: `touch ${started}; sleep 300` })]))
  while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 5))
  await lab.engine.cancel(root, { by: 'ann' })
  await lab.engine.ended(root)
  const after = await lab.run(plannedPipeline([commandStep('a', { command: 'true' })]))
  assert.equal(after.root.status, 'Completed')
})

test('what is no file is no value: the step fails and says so, and the server reads on', async (t) => {
  const lab = await openEngineLab(t)
  const writing = (name: string, command: string): ReturnType<typeof commandStep> =>
    commandStep(name, { command, outputs: { n: { type: 'string', mode: 'upload' } } })
  const { step } = await lab.run(
    plannedPipeline(
      [
        writing('pipe', 'mkfifo ${{outputs.n}}'),
        writing('device', 'ln -s /dev/zero ${{outputs.n}}'),
        writing('folder', 'mkdir ${{outputs.n}}'),
        writing('nul', "printf 'a\\000b' > ${{outputs.n}}"),
        commandStep('gone', {
          command: 'rm -rf ${{outputs.o}}',
          outputs: { o: { type: 'uri_folder', mode: 'upload' } },
        }),
        commandStep('leaves', { command: 'rm -rf "$PWD"' }),
      ],
      { continueOnStepFailure: true },
    ),
  )
  assert.match(step('pipe').error!.message, /Output "n" of step "pipe" is a string, but .* there is a special file/)
  assert.match(step('device').error!.message, /there is a special file/)
  assert.match(step('folder').error!.message, /there is a folder/)
  assert.match(step('nul').error!.message, /has a NUL/)
  assert.match(step('gone').error!.message, /Output "o" of step "gone" is gone/)
  assert.equal(step('leaves').status, 'Completed')
})

test('who cancels is answered when the wish is durable, or told that the store refuses', async (t) => {
  const lab = await openEngineLab(t)
  const root = await lab.start(plannedPipeline([commandStep('long', { command: 'sleep 100' })]))
  assert.equal(await lab.engine.cancel(root, { by: 'ann' }), true)
  const events = await readJournal(lab.database.read, root)
  assert.ok(events.some((event) => event.kind === 'cancel-requested' && event.by === 'ann'))
  await lab.engine.ended(root)
  assert.equal(await lab.engine.cancel(root, { by: 'ann' }), false)

  const other = await lab.start(plannedPipeline([commandStep('long', { command: 'sleep 100' })]))
  const refused = lab.engine.cancel(other, { by: 'ann' })
  await Promise.all([assert.rejects(refused, /The server is stopping/), lab.engine.close()])
})

test('a value of the wrong type fails the step that wrote it, with the value', async (t) => {
  const lab = await openEngineLab(t)
  const outputs = { n: { type: 'integer', mode: 'rw_mount' } } as const
  const { step } = await lab.run(plannedPipeline([commandStep('a', { command: 'echo many >${{outputs.n}}', outputs })]))
  assert.equal(step('a').status, 'Failed')
  assert.match(step('a').error!.message, /Output "n" of step "a" must be an integer, but is "many"/)
})

test('a text that another step wrote is checked against the type this step declares', async (t) => {
  const lab = await openEngineLab(t)
  const { step } = await lab.run(
    plannedPipeline([
      commandStep('a', {
        command: 'echo maybe >${{outputs.ok}}',
        outputs: { ok: { type: 'string', mode: 'rw_mount' } },
      }),
      commandStep('b', {
        command: 'echo ${{inputs.ok}}',
        parents: paths('a'),
        inputs: { ok: from('a', 'ok', 'boolean') },
      }),
    ]),
  )
  assert.match(
    step('b').error!.message,
    /Input "ok" of step "b" must be a boolean, but is "maybe", which step "a" wrote to output "ok"/,
  )
})

test('many equal steps run once, and who waits is told of the result all at once', async (t) => {
  const lab = await openEngineLab(t)
  const marks = join(lab.folder, 'marks')
  const count = 40
  const equal = Array.from({ length: count }, (_, number) =>
    commandStep(`s${number}`, { command: `echo ran >>${marks}; echo x >\${{outputs.o}}`, outputs: { o: file } }),
  )
  const { root } = await lab.run(plannedPipeline(equal))
  const children = await lab.children(root.name)
  assert.equal(readFileSync(marks, 'utf8'), 'ran\n')
  assert.equal(children.filter(({ reusedFrom }) => reusedFrom !== undefined).length, count - 1)
  const journal = await readJournal(lab.database.read, root.name)
  // Not one after another, each waiting for the one before: that would be hundreds.
  assert.equal(journal.filter(({ kind }) => kind === 'leader-ended').length, count - 1)
})

test('the result of a step that changed its shared input is not used again, and its log says so', async (t) => {
  const lab = await openEngineLab(t)
  const marks = join(lab.folder, 'marks')
  const plan = (): ReturnType<typeof plannedPipeline> =>
    plannedPipeline([
      commandStep('a', { command: 'head -c 100000 /dev/zero >${{outputs.o}}', outputs: { o: file } }),
      commandStep('b', {
        command: `echo b >>${marks}; chmod u+w \${{inputs.i}}; echo damage | dd of=\${{inputs.i}} conv=notrunc status=none`,
        parents: paths('a'),
        inputs: { i: from('a', 'o') },
      }),
      commandStep('c', { command: 'cat ${{inputs.i}}', parents: paths('b'), inputs: { i: from('a', 'o') } }),
    ])
  const first = await lab.run(plan())
  assert.match(lab.log(first.step('b').name), /warning: the step changed its input i/)
  // What is damaged is given to nobody, and who needs it is told where to look.
  const { error } = first.step('c')
  assert.match(error!.message, /^Input "i" of step "c" is no longer in the store, or damaged there: /)
  assert.match(error!.hint!, /mode: download/)
  const second = await lab.run(plan())
  assert.equal(readFileSync(marks, 'utf8'), 'b\nb\n')
  assert.deepEqual(second.step('a').verdict, {
    kind: 'run',
    reason: { kind: 'outputs-missing', from: first.step('a').name },
  })
})

test('a step that puts a link in the place of its folder loses nobody a file', async (t) => {
  const lab = await openEngineLab(t)
  const outside = join(lab.folder, 'outside')
  const { root } = await lab.run(
    plannedPipeline([
      commandStep('a', {
        command: `mkdir ${outside}; echo mine >${outside}/file; rmdir ../out; ln -s ${outside} ../out`,
      }),
    ]),
  )
  assert.equal(root.status, 'Completed')
  assert.equal(readFileSync(join(outside, 'file'), 'utf8'), 'mine\n')
  const next = await lab.run(plannedPipeline([commandStep('b', { command: 'ls ../in ../out outputs logs' })]))
  assert.equal(lab.log(next.step('b').name), '../in:\n\n../out:\n\nlogs:\n\noutputs:\n')
})

/** Delays are short, so that ten tries do not take ten seconds. */
const hasty: Clock = { now: systemClock.now, after: (delayMs, call) => systemClock.after(Math.min(delayMs, 20), call) }

test('a job whose events the store refuses for ever is failed with that reason, and others go on', async (t) => {
  const lab = await openEngineLab(t, { clock: hasty })
  await lab.database.write(async (tables) => {
    await sql`create trigger refuse before insert on job_journal when new.event like '%"step":"cursed"%"exitCode":0%'
      begin select raise(abort, 'refused'); end`.execute(tables)
  })
  const cursed = await lab.run(plannedPipeline([commandStep('cursed'), commandStep('b', { parents: paths('cursed') })]))
  assert.equal(cursed.root.status, 'Failed')
  assert.match(cursed.root.error!.message, /could not be stored: .*refused/)
  assert.deepEqual([cursed.step('cursed').status, cursed.step('b').status], ['Failed', 'Failed'])
  const fine = await lab.run(plannedPipeline([commandStep('fine')]))
  assert.equal(fine.root.status, 'Completed')
})
