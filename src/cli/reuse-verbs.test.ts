import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openHome } from './sluice-home.test-support.ts'

/*
 * The verbs of reuse against the real engine. Every step appends its name to $HOME/trace when it really runs, so a test
 * sees what ran and not what was said about it.
 */

const pipeline = (alpha = '0.4') => `type: pipeline
inputs: {alpha: ${alpha}}
jobs:
  prepare:
    type: command
    command: echo prepare >> $HOME/trace; echo data > \${{outputs.data}}
    outputs: {data: {type: uri_file}}
  train:
    type: command
    command: echo train >> $HOME/trace; cat \${{inputs.data}} > \${{outputs.model}}; echo \${{inputs.alpha}} >> \${{outputs.model}}
    inputs: {data: "\${{parent.jobs.prepare.outputs.data}}", alpha: "\${{parent.inputs.alpha}}"}
    outputs: {model: {type: uri_file}}
  report:
    type: command
    command: echo report >> $HOME/trace; cat \${{inputs.model}}
    inputs: {model: "\${{parent.jobs.train.outputs.model}}"}
`

interface Step {
  readonly name: string
  readonly step: string
  readonly status: string
  readonly reused_from?: string
  readonly verdict_text?: string
  readonly verdict?: { readonly reason?: { readonly changes?: readonly object[] } }
}

/** The job of which a table of steps tells, in its last line. */
const jobIn = (out: string) => /^(\S+) (?:completed|failed) in /m.exec(out)![1]!

async function openLab(t: TestContext) {
  const home = await openHome(t)
  // One server for all commands of a test: each would open the store anew.
  assert.equal((await home.sluice('up', '--detach')).code, 0)
  await home.file('p.yml', pipeline())
  return {
    ...home,
    /** Runs a command that has to end well, and gives what really ran, in order, with the job's name. */
    ran: async (...args: readonly string[]) => {
      await rm(join(home.home, 'trace'), { force: true })
      const { code, out, err } = await home.sluice(...args)
      assert.equal(code, 0, out + err)
      return { steps: (await home.trace()).trim().split('\n').filter(Boolean), out, job: jobIn(out) }
    },
    steps: async (job: string) =>
      (JSON.parse((await home.sluice('job', 'show', job, '--json')).out) as { steps: readonly Step[] }).steps,
  }
}

test('--from runs a step and everything after it; what came before is reused, and plan says the same', async (t) => {
  const lab = await openLab(t)
  await lab.ran('run', 'p.yml')
  const planned = (await lab.sluice('plan', 'p.yml', '--from', 'train')).out
  assert.match(planned, /^prepare +unchanged$/m)
  assert.match(planned, /^train +will run because --from train asks for it$/m)
  // Whatever train writes: it was asked for, so nothing depends on that any more.
  assert.match(planned, /^report +will run because --from train asks for it$/m)
  const all = (await lab.sluice('plan', 'p.yml', '--no-reuse')).out
  assert.match(all, /^report +will run because --no-reuse asks for it$/m)
  const { steps, job } = await lab.ran('run', 'p.yml', '--from', 'train')
  assert.deepEqual(steps, ['train', 'report'])
  const [prepare, train, report] = await lab.steps(job)
  assert.equal(prepare?.verdict_text?.startsWith('reused from'), true)
  assert.deepEqual(
    [train?.verdict_text, report?.verdict_text],
    ['ran because --from train asks for it', 'ran because --from train asks for it'],
  )
  // What was asked for is the newest result from now on.
  const again = await lab.ran('run', 'p.yml')
  assert.deepEqual(again.steps, [])
  assert.equal((await lab.steps(again.job))[1]?.reused_from, train?.name)
})

test('--only runs a step alone: its inputs come from the last job, whatever the file says of the others by now', async (t) => {
  const lab = await openLab(t)
  const first = await lab.ran('run', 'p.yml')
  await lab.file('p.yml', pipeline('0.9').replace('echo data', 'echo other'))
  assert.match(
    (await lab.sluice('plan', 'p.yml', '--only', 'train')).out,
    /^prepare +taken from \S+ as it is\ntrain +will run because --only train asks for it\n\n2 steps/m,
  )
  const { steps, job } = await lab.ran('run', 'p.yml', '--only', 'train')
  assert.deepEqual(steps, ['train'])
  const shown = await lab.steps(job)
  assert.deepEqual(
    shown.map(({ step, status }) => [step, status]),
    [
      ['prepare', 'Completed'],
      ['train', 'Completed'],
    ],
  )
  assert.equal(shown[0]?.reused_from, (await lab.steps(first.job))[0]?.name)
  // The whole pipeline then knows that prepare has changed: nothing was learnt from the shortcut that is not true.
  const whole = await lab.ran('run', 'p.yml')
  assert.deepEqual(whole.steps, ['prepare', 'train', 'report'])
  assert.match((await lab.steps(whole.job))[0]?.verdict_text ?? '', /echo data.* -> .*echo other/)
})

test('--only says what is missing when no earlier job has what the step takes', async (t) => {
  const lab = await openLab(t)
  const { code, err } = await lab.sluice('run', 'p.yml', '--only', 'train')
  assert.equal(code, 3)
  assert.match(err, /Step "train" takes output "data" of step "prepare", which no earlier job of "p" has\./)
  assert.match(err, /--only prepare --only train/)
  const both = await lab.ran('run', 'p.yml', '--only', 'prepare', '--only', 'train')
  assert.deepEqual(both.steps, ['prepare', 'train'])
})

test('--only takes what loops gave in an earlier job, none of whose rounds run', async (t) => {
  const lab = await openLab(t)
  await lab.file(
    'p.yml',
    `type: pipeline
jobs:
  work:
    command: echo work >> $HOME/trace; echo \${{inputs.i}} > \${{outputs.v}}
    inputs: {i: 0}
    outputs: {v: {type: string}}
  each: {type: parallel_for, body: "\${{parent.jobs.work}}", items: [{i: 1}, {i: 2}]}
  count:
    command: echo count >> $HOME/trace; echo $((\${{inputs.n}} + 1)) > \${{outputs.n}}
    inputs: {n: 0}
    outputs: {n: {type: integer}}
  thrice:
    type: do_while
    body: \${{parent.jobs.count}}
    mapping: {n: "\${{parent.jobs.count.inputs.n}}"}
    limits: {max_iteration_count: 3}
  show:
    command: echo show '\${{inputs.all}}' \${{inputs.n}} >> $HOME/trace
    inputs: {all: "\${{parent.jobs.each.outputs.v}}", n: "\${{parent.jobs.thrice.outputs.n}}"}
`,
  )
  await lab.ran('run', 'p.yml')
  const planned = (await lab.sluice('plan', 'p.yml', '--only', 'show')).out
  assert.match(planned, /^each +taken from \S+ as it is\nthrice +taken from \S+ as it is\nshow +will run/m)
  const { steps, job } = await lab.ran('run', 'p.yml', '--only', 'show')
  assert.deepEqual(steps, ['show ["1","2"] 3'])
  assert.deepEqual(
    (await lab.steps(job)).map(({ step, status }) => [step, status]),
    [
      ['each', 'Completed'],
      ['thrice', 'Completed'],
      ['show', 'Completed'],
    ],
  )
  // What was taken may be taken again.
  assert.deepEqual((await lab.ran('run', 'p.yml', '--only', 'show')).steps, ['show ["1","2"] 3'])
})

test('--no-reuse runs everything, --no-reuse STEP that step; a file after it is the file', async (t) => {
  const lab = await openLab(t)
  await lab.ran('run', 'p.yml')
  assert.deepEqual((await lab.ran('run', 'p.yml', '--no-reuse', 'train')).steps, ['train'])
  assert.deepEqual((await lab.ran('run', '--no-reuse=report', 'p.yml')).steps, ['report'])
  const { steps, job } = await lab.ran('run', '--no-reuse', 'p.yml')
  assert.deepEqual(steps, ['prepare', 'train', 'report'])
  assert.equal((await lab.steps(job))[0]?.verdict_text, 'ran because --no-reuse asks for it')
})

test('names that are no steps, and --from with --only, are refused before anything happens', async (t) => {
  const lab = await openLab(t)
  for (const option of ['--from', '--only', '--no-reuse']) {
    const { code, err } = await lab.sluice('run', 'p.yml', option, 'trian')
    assert.equal(code, 2, err)
    assert.match(
      err,
      new RegExp(`The job has no step "trian", which ${option} names\\.\\nhint: Did you mean "train"\\?`),
    )
  }
  const both = await lab.sluice('run', 'p.yml', '--from', 'train', '--only', 'train')
  assert.equal(both.code, 2)
  assert.match(both.err, /--from and --only cannot be given together/)
  assert.deepEqual(await lab.jobs(), [])
})

test('retry reuses what completed; --failed takes over even what is not deterministic', async (t) => {
  const lab = await openLab(t)
  const broken = pipeline()
    .replace(
      'type: command\n    command: echo prepare',
      'type: command\n    is_deterministic: false\n    command: echo prepare',
    )
    .replace('cat ${{inputs.model}}', '[ -e $HOME/mended ]')
  await lab.file('p.yml', broken)
  const failed = await lab.sluice('run', 'p.yml')
  assert.equal(failed.code, 1)
  const name = jobIn(failed.out)
  await rm(join(lab.folder, 'p.yml'))
  await lab.file('../mended', '')
  const few = await lab.ran('job', 'retry', name, '--failed')
  assert.deepEqual(few.steps, ['report'])
  assert.match((await lab.steps(few.job))[0]?.verdict_text ?? '', /^reused from \S+, taken as it is$/)
  const all = await lab.ran('job', 'retry', name)
  assert.deepEqual(all.steps, ['prepare'])
  const nothing = await lab.sluice('job', 'retry', few.job, '--failed')
  assert.equal(nothing.code, 5)
  assert.match(nothing.err, /Nothing of job \S+ failed or was canceled/)
})

test('diff names what went in and what came out of each step that differs, and nothing else', async (t) => {
  const lab = await openLab(t)
  await lab.file('code/train.py', 'one')
  await lab.file('code/same.py', 'same')
  const withCode = (alpha: string) =>
    pipeline(alpha).replace('  train:\n    type: command', '  train:\n    type: command\n    code: code')
  await lab.file('p.yml', withCode('0.4'))
  const first = await lab.ran('run', 'p.yml')
  await lab.file('code/train.py', 'two')
  await lab.file('code/new.py', 'new')
  await lab.file('p.yml', withCode('0.5'))
  const second = await lab.ran('run', 'p.yml')
  const { out } = await lab.sluice('job', 'diff', first.job, second.job, '--json')
  const { items, outputs_compared } = JSON.parse(out) as {
    items: readonly { step: string; area: string; field: string; old?: string; new?: string }[]
    outputs_compared: number
  }
  const digest = /^[0-9a-f]{64}$/
  assert.deepEqual(
    items.map(({ step, field, old, new: now }) => [
      step,
      field,
      ...[old, now].map((value) => (value !== undefined && digest.test(value) ? 'digest' : value)),
    ]),
    [
      ['train', 'input alpha', '0.4', '0.5'],
      ['train', 'code new.py', undefined, 'digest'],
      ['train', 'code train.py', 'digest', 'digest'],
      ['train', 'output model', 'digest', 'digest'],
      ['report', 'input model (content)', 'digest', 'digest'],
    ],
  )
  assert.equal(outputs_compared, 2)
  const text = (await lab.sluice('job', 'diff', first.job, second.job)).out
  assert.match(text, /^train +input alpha +0\.4 +0\.5$/m)
  assert.equal((await lab.sluice('job', 'diff', first.job, first.job)).out, 'Nothing differs.\n')
  // Two steps are compared with each other; job show names the same differences, in full.
  const [was, is] = [await lab.steps(first.job), await lab.steps(second.job)]
  const steps = (await lab.sluice('job', 'diff', was[1]!.name, is[1]!.name)).out
  assert.match(steps, /^\(the job\) +input alpha +0\.4 +0\.5$/m)
  const shown = (await lab.sluice('job', 'show', is[1]!.name)).out
  assert.match(
    shown,
    new RegExp(
      `^changed since ${was[1]!.name}:\\n {2}input alpha: +0\\.4 -> 0\\.5\\n {2}code: +[0-9a-f]{64} -> [0-9a-f]{64}$`,
      'm',
    ),
  )
  assert.equal(is[1]!.verdict?.reason?.changes?.length, 2)
})

test('reproduce runs the stored snapshot without its files, and says that every output is equal', async (t) => {
  const lab = await openLab(t)
  await lab.file('code/train.py', 'one')
  await lab.file(
    'p.yml',
    pipeline().replace('  train:\n    type: command', '  train:\n    type: command\n    code: code'),
  )
  const first = await lab.ran('run', 'p.yml')
  await rm(lab.folder, { recursive: true })
  await lab.file('elsewhere.txt', '')
  const { steps, out } = await lab.ran('job', 'reproduce', first.job)
  assert.deepEqual(steps, ['prepare', 'train', 'report'])
  assert.match(out, new RegExp(`^Reproduced ${first.job}: all 2 outputs are equal\\.$`, 'm'))
})

test('reproduce of a retry runs also what the retry took over', async (t) => {
  const lab = await openLab(t)
  await lab.file('p.yml', pipeline().replace('cat ${{inputs.model}}', 'cat ${{inputs.model}}; test -e $HOME/ok'))
  const failed = jobIn((await lab.sluice('run', 'p.yml')).out)
  await lab.file('../ok', '')
  const retried = await lab.ran('job', 'retry', failed, '--failed')
  assert.deepEqual(retried.steps, ['report'])
  const { steps } = await lab.ran('job', 'reproduce', retried.job)
  assert.deepEqual(steps, ['prepare', 'train', 'report'])
})

test('reproduce names the output that came out differently, ends with 1, and leaves what is reused as it was', async (t) => {
  const lab = await openLab(t)
  await lab.file('p.yml', pipeline().replace('echo data >', 'cat $HOME/world >'))
  await lab.file('../world', 'one')
  const first = await lab.ran('run', 'p.yml')
  await lab.file('../world', 'two')
  const { code, out } = await lab.sluice('job', 'reproduce', first.job)
  assert.equal(code, 1)
  assert.match(out, /^Not reproduced: 2 of 2 outputs of \S+ differ\.$/m)
  assert.match(out, /^prepare +output data +[0-9a-f]{12}\.\. +[0-9a-f]{12}\.\.$/m)
  const json = await lab.sluice('job', 'reproduce', first.job, '--json')
  const last = JSON.parse(json.out.trim().split('\n').at(-1)!) as { event: string; is_equal: boolean }
  assert.deepEqual([json.code, last.event, last.is_equal], [1, 'compared', false])
  const again = await lab.ran('run', 'p.yml')
  assert.deepEqual(again.steps, [])
  assert.equal((await lab.steps(again.job))[0]?.reused_from, (await lab.steps(first.job))[0]?.name)
  assert.match(await readFile(join(lab.home, 'world'), 'utf8'), /two/)
})

test('a job that did not complete cannot be reproduced', async (t) => {
  const lab = await openLab(t)
  await lab.file('fails.yml', 'type: command\ncommand: exit 3\n')
  const failed = jobIn((await lab.sluice('run', 'fails.yml')).out)
  const { code, err } = await lab.sluice('job', 'reproduce', failed)
  assert.equal(code, 5)
  assert.match(err, /is Failed; only a completed job can be reproduced\.\nhint: Run it again with: sluice job retry/)
})

test('diff names the files that differ in a folder that a step wrote, and a step that one job skipped', async (t) => {
  const lab = await openLab(t)
  const gated = (good: string) => `type: pipeline
jobs:
  write:
    type: command
    command: echo ${good} > \${{outputs.folder}}/${good}.txt; echo same > \${{outputs.folder}}/same.txt; echo ${good} > \${{outputs.good}}
    outputs: {folder: {type: uri_folder}, good: {type: boolean}}
  gate: {type: if_else, condition: "\${{parent.jobs.write.outputs.good}}", true_block: "\${{parent.jobs.after}}"}
  after: {type: command, command: 'true'}
`
  await lab.file('p.yml', gated('true'))
  const first = await lab.ran('run', 'p.yml')
  await lab.file('p.yml', gated('false'))
  const second = await lab.ran('run', 'p.yml')
  const { out } = await lab.sluice('job', 'diff', first.job, second.job)
  assert.match(out, /^write +file folder\/false\.txt +\(none\) +[0-9a-f]{12}\.\.$/m)
  assert.match(out, /^write +file folder\/true\.txt +[0-9a-f]{12}\.\. +\(none\)$/m)
  assert.doesNotMatch(out, /same\.txt/)
  assert.match(out, /^after +status +Completed +Skipped$/m)
})

const loop = `type: pipeline
jobs:
  work:
    command: echo work >> $HOME/trace; echo $((\${{inputs.n}} + 1)) > \${{outputs.n}}
    inputs: {n: 0}
    outputs: {n: {type: integer}}
  refine:
    type: do_while
    body: \${{parent.jobs.work}}
    mapping: {n: "\${{parent.jobs.work.inputs.n}}"}
    limits: {max_iteration_count: 2}
  report:
    command: echo report \${{inputs.n}} >> $HOME/trace
    inputs: {n: "\${{parent.jobs.refine.outputs.n}}"}
`

test('a loop is named as a whole, by round or by the step of its body, and shows as taken where --only leaves it out', async (t) => {
  const lab = await openLab(t)
  await lab.file('loop.yml', loop)
  const all = await lab.ran('run', 'loop.yml')
  assert.deepEqual(all.steps, ['work', 'work', 'report 2'])
  const round = await lab.ran('run', 'loop.yml', '--no-reuse', 'refine.0')
  assert.deepEqual(round.steps, ['work'])
  assert.match(round.out, /0 +completed .* because --no-reuse refine\.0 asks for it/)
  assert.deepEqual((await lab.ran('run', 'loop.yml', '--only', 'work')).steps, ['work', 'work'])
  const only = await lab.ran('run', 'loop.yml', '--only', 'report')
  assert.deepEqual(only.steps, ['report 2'])
  assert.match(only.out, /refine +reused +from \S+, taken as it is/)
  assert.match(only.out, /1 reused, 1 ran/)
  const refine = (await lab.steps(only.job)).find(({ step }) => step === 'refine')!
  assert.equal(refine.verdict_text, `reused from ${refine.reused_from}, taken as it is`)
  const again = await lab.ran('job', 'reproduce', only.job)
  assert.deepEqual(again.steps, ['report 2'])
})

test('where to look after a loop failed is the round that failed', async (t) => {
  const lab = await openLab(t)
  await lab.file('fail.yml', loop.replace('echo work', 'exit 1; echo work'))
  const { code, err } = await lab.sluice('run', 'fail.yml')
  assert.equal(code, 1)
  assert.match(err, /^next: sluice job logs \S+ --step refine\.0$/m)
})
