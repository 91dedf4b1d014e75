import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHome } from './sluice-home.test-support.ts'

const slip = `type: pipeline
settings: {default_datestore: azureml:blob}
jobs:
  a: {command: echo done}
`

test('what a file says and nothing uses is warned of by validate, plan and run, with its place, on standard error', async (t) => {
  const home = await openHome(t)
  await home.file('slip.yml', slip)
  for (const command of ['validate', 'plan', 'run']) {
    const { code, out, err } = await home.sluice(command, 'slip.yml')
    assert.equal(code, 0, err)
    assert.match(err, /^warning: slip\.yml:2:12: .*default_datestore.*\n {2}settings: /m, command)
    assert.doesNotMatch(out, /warning/)
  }
})

test('with --json warnings are part of the answer, and a file without any has none', async (t) => {
  const home = await openHome(t)
  await home.file('slip.yml', slip)
  interface Warned {
    readonly warnings?: readonly { readonly message: string; readonly at: { readonly line: number } }[]
  }
  const json = async (...args: string[]) => {
    const { out, err } = await home.sluice(...args, '--json')
    assert.doesNotMatch(err, /warning/)
    return JSON.parse(args[0] === 'run' ? out.split('\n', 1)[0]! : out) as Warned & { job?: Warned }
  }
  for (const command of ['validate', 'plan', 'run']) {
    const found = await json(command, 'slip.yml')
    const { warnings } = found.job ?? found
    assert.deepEqual(
      warnings?.map(({ at }) => at.line),
      [2],
      command,
    )
    const quick = await json(command, 'quick.yml')
    assert.equal((quick.job ?? quick).warnings, undefined)
  }
})

test('two jobs in one folder are no versions of each other; a job is compared with its own earlier ones', async (t) => {
  const home = await openHome(t)
  await home.file('other.yml', 'type: command\ncommand: echo other\n')
  assert.equal((await home.sluice('run', 'quick.yml')).code, 0)
  assert.match((await home.sluice('plan', 'other.yml')).out, /will run because no earlier job ran this step/)
  assert.equal((await home.sluice('run', 'other.yml')).code, 0)
  await home.file('quick.yml', 'type: command\ncommand: echo quicker\n')
  const planned = await home.sluice('plan', 'quick.yml')
  assert.match(planned.out, /will run because command: echo quick -> echo quicker/)
  const ran = await home.sluice('run', 'quick.yml')
  assert.match(ran.out, /command: echo quick -> echo quicker/)
})
