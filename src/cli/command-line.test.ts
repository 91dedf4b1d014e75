import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorStatus, SluiceError } from '../base/errors.ts'
import type { ErrorCode } from '../base/errors.ts'
import { openCliLab } from './cli-lab.test-support.ts'
import { commandTable, groupSummaries } from './command-table.ts'
import { exitCodeOf } from './exit-code.ts'

test('a command that does not exist names the nearest one and ends with 2', async (t) => {
  const lab = await openCliLab(t)
  const { code, out, err } = await lab.sluice('rnu', 'x.yml')
  assert.deepEqual([code, out], [2, ''])
  assert.match(err, /unknown command 'rnu'[\s\S]*Did you mean run\?/)
})

test('wrong usage ends with 2 and says what was wrong: argument, option, value', async (t) => {
  const lab = await openCliLab(t)
  for (const [args, message] of [
    [['run'], /missing required argument 'file'/],
    [['run', 'a.yml', '--sett', 'x=1'], /unknown option '--sett'/],
    [['job', 'show', '--nope', 'x'], /unknown option '--nope'/],
    [['job', 'list', 'extra'], /too many arguments/],
    [['status', '--data', ''], /--data is ""; expected a folder/],
    [['up', '--port', '99999'], /--port is "99999"; expected a whole number from 0 to 65535/],
    [['job', 'list', '--limit', '0'], /--limit is "0"; expected a whole number from 1 to 1000/],
  ] as const) {
    const { code, err } = await lab.sluice(...args)
    assert.equal(code, 2, args.join(' '))
    assert.match(err, message)
  }
})

test('a bare sluice shows the help as an error, --help shows it as an answer', async (t) => {
  const lab = await openCliLab(t)
  const bare = await lab.sluice()
  assert.deepEqual([bare.code, bare.out], [2, ''])
  const help = await lab.sluice('--help')
  assert.deepEqual([help.code, help.err], [0, ''])
  assert.equal(help.out, bare.err)
  for (const first of ['init', 'up', 'down', 'run', 'job', 'endpoint'])
    assert.match(help.out, new RegExp(`^  ${first}`, 'm'))
})

test('every command has help that shows its arguments, its options and those of all', async (t) => {
  const lab = await openCliLab(t)
  for (const row of commandTable) {
    const { code, out } = await lab.sluice(...row.name.split(' '), '--help')
    assert.equal(code, 0, row.name)
    assert.match(out, /--data <data>/)
    for (const { flags } of row.options ?? []) assert.ok(out.includes(flags), `${row.name} ${flags}`)
  }
})

test('every command of the table loads', async () => {
  for (const row of commandTable) assert.equal(typeof (await row.load()), 'function', row.name)
})

test('global options are taken before and after the command', async (t) => {
  const lab = await openCliLab(t)
  const elsewhere = `${lab.folder}/elsewhere`
  for (const args of [
    ['--data', elsewhere, 'status'],
    ['status', '--data', elsewhere],
    ['status', `--data=${elsewhere}`],
  ]) {
    const { code, err } = await lab.sluice(...args)
    assert.equal(code, 8)
    assert.ok(err.includes(elsewhere))
  }
})

test('with --json an error is JSON on standard output, and standard error stays silent', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  const usage = await lab.sluice('run', '--nope', '--json')
  assert.deepEqual([usage.code, usage.err], [2, ''])
  assert.match((JSON.parse(usage.out) as { error: { message: string } }).error.message, /^unknown option '--nope'/)
  const { code, out, err } = await lab.sluice('job', 'show', 'none', '--json')
  assert.deepEqual([code, err], [3, ''])
  assert.deepEqual(JSON.parse(out), {
    error: { code: 'not-found', message: 'There is no job "none".', hint: 'List the jobs with: sluice job list' },
  })
})

test('a value that looks like an option is taken after --, and never as a file to read', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  assert.match((await lab.sluice('job', 'show', '--', '--help')).err, /There is no job "--help"/)
  assert.match((await lab.sluice('job', 'show', '@/etc/passwd')).err, /There is no job "@\/etc\/passwd"/)
  assert.match((await lab.sluice('job', 'show', '../status')).err, /There is no job "..\/status"/)
})

const expected: Readonly<Partial<Record<ErrorCode, number>>> = {
  'invalid-document': 2,
  'invalid-request': 2,
  'invalid-setting': 2,
  'body-too-large': 2,
  'not-found': 3,
  'input-not-found': 3,
  'permission-denied': 4,
  unauthenticated: 4,
  'already-exists': 5,
  conflict: 5,
  'store-in-use': 5,
  'timed-out': 7,
  'server-unreachable': 8,
  'step-failed': 1,
  'environment-failed': 1,
  'model-failed': 1,
  internal: 1,
}
test('every error code has an exit code between 1 and 8, as documented', () => {
  for (const code of Object.keys(errorStatus) as ErrorCode[]) {
    const exit = exitCodeOf(new SluiceError(code, 'x'))
    assert.ok(exit >= 1 && exit <= 8, code)
    if (code in expected) assert.equal(exit, expected[code], code)
  }
  assert.equal(exitCodeOf(new TypeError('bug')), 1)
})

test('every group of commands says what it is about, and nothing else does', () => {
  const groups = new Set(
    commandTable
      .map(({ name }) => name.split(' '))
      .flatMap(([first, second]) => (second === undefined ? [] : [first!])),
  )
  assert.deepEqual(Object.keys(groupSummaries).sort(), [...groups].sort())
})
