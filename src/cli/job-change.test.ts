import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { nameIn, openHome } from './sluice-home.test-support.ts'

interface Shown {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  readonly steps?: readonly { readonly name: string; readonly step: string }[]
}

const yaml = `
type: pipeline
display_name: two
experiment_name: two
tags: {team: blue, stage: draft}
jobs:
  make: {command: 'echo 1 >\${{outputs.o}}', outputs: {o: {type: uri_file}}}
  use: {command: 'cat \${{inputs.o}}', inputs: {o: '\${{parent.jobs.make.outputs.o}}'}}
`

test('jobs are tagged and deleted; nothing that leads somewhere goes', async (t) => {
  const home = await openHome(t)
  writeFileSync(join(home.folder, 'two.yml'), yaml)
  assert.equal((await home.sluice('up', '--detach')).code, 0)
  const first = nameIn((await home.sluice('run', 'two.yml')).out)
  const show = async (name: string) => JSON.parse((await home.sluice('job', 'show', name, '--json')).out) as Shown
  const names = async (...more: string[]) => {
    const { out } = await home.sluice('job', 'list', '--json', ...more)
    return (JSON.parse(out) as { items: Shown[] }).items.map(({ name }) => name)
  }

  const tagged = await home.sluice('job', 'tag', first, 'stage=done', 'note=a=b', '--remove', 'team')
  assert.deepEqual([tagged.code, tagged.out], [0, 'stage=done\nnote=a=b\n'])
  assert.deepEqual((await show(first)).tags, { stage: 'done', note: 'a=b' })
  const step = (await show(first)).steps!.find((one) => one.step === 'make')!.name
  await home.sluice('job', 'tag', step, 'seen=yes')
  assert.match((await home.sluice('job', 'show', step)).out, /^tags: +seen=yes$/m)
  assert.equal((await home.sluice('job', 'tag', first, 'stage')).code, 2)
  assert.equal((await home.sluice('job', 'tag', first)).code, 2)
  assert.equal((await home.sluice('job', 'tag', 'no_such_job', 'a=b')).code, 3)

  await home.sluice('run', 'two.yml')
  const [second, ...others] = await names()
  assert.deepEqual(others, [first])
  const used = await home.sluice('job', 'delete', first)
  assert.equal(used.code, 5)
  assert.match(used.err, new RegExp(`cannot be deleted: job ${second} lead back to it`))
  const log = join(home.data, 'logs', `${step}.log`)
  assert.ok(existsSync(log))
  const deleted = await home.sluice('job', 'delete', second!, first, '--json')
  assert.deepEqual(JSON.parse(deleted.out), { deleted: [second, first] })
  assert.deepEqual(await names('--all'), [])
  assert.equal(existsSync(log), false)
  const shown = await home.sluice('job', 'show', step)
  assert.deepEqual([shown.code, /There is no job/.test(shown.err)], [3, true])
  // What it made is nobody's result any more: the same file runs anew.
  assert.match((await home.sluice('plan', 'two.yml')).out, /make +will run because no earlier job ran this step/)
})

test('a job under way, and one that made a data asset, are not deleted', async (t) => {
  const home = await openHome(t)
  assert.equal((await home.sluice('up', '--detach')).code, 0)
  const running = nameIn((await home.sluice('run', 'wait.yml', '--detach')).out)
  assert.match((await home.sluice('job', 'delete', running)).err, /is still \w+/)
  await home.go()
  await home.sluice('job', 'show', running, '--watch')
  assert.equal((await home.sluice('job', 'delete', running)).code, 0)
  const named = `command: 'echo 1 >\${{outputs.o}}'\noutputs: {o: {type: uri_file, name: made, version: '1'}}\n`
  writeFileSync(join(home.folder, 'named.yml'), named)
  const maker = nameIn((await home.sluice('run', 'named.yml')).out)
  assert.match((await home.sluice('job', 'delete', maker)).err, /data made:1 lead back to it/)
  await home.sluice('data', 'delete', '--name', 'made', '--version', '1')
  assert.equal((await home.sluice('job', 'delete', maker)).code, 0)
})

test('an exported job needs no server to be read and checked', async (t) => {
  const home = await openHome(t)
  writeFileSync(join(home.folder, 'two.yml'), yaml)
  const name = nameIn((await home.sluice('run', 'two.yml')).out)
  const { code, out, err } = await home.sluice('job', 'export', name, '--to', 'kept', '--json')
  assert.equal(code, 0, err)
  const { files } = JSON.parse(out) as { files: string[] }
  assert.deepEqual(files, [
    ...['job.json', 'job.yml', 'lineage.json', 'logs/make.log', 'logs/use.log', 'outputs/make/o/o', 'runs.json'],
    'SHA256SUMS',
  ])
  const kept = join(home.folder, 'kept')
  const read = (file: string) => readFileSync(join(kept, file), 'utf8')
  const sums = files.slice(0, -1).map((file) => `${createHash('sha256').update(read(file)).digest('hex')}  ${file}\n`)
  assert.equal(read('SHA256SUMS'), sums.join(''))
  assert.deepEqual([read('job.yml'), read('logs/use.log'), read('outputs/make/o/o')], [yaml, '1\n', '1\n'])
  assert.equal((JSON.parse(read('job.json')) as Shown).steps!.length, 2)
  assert.equal((JSON.parse(read('runs.json')) as unknown[]).length, 3)
  assert.equal((await home.sluice('job', 'export', name, '--to', 'kept')).code, 5)
  await home.sluice('job', 'export', name, '--to', 'small', '--no-outputs')
  assert.equal(existsSync(join(home.folder, 'small', 'outputs')), false)
  assert.equal((await home.sluice('job', 'export', 'no_such_job')).code, 3)
  assert.equal(existsSync(join(home.folder, 'no_such_job')), false)
})
